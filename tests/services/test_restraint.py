"""Loops end: how much a desk says by itself, whatever the headers say (MAIL-93)."""

from datetime import datetime, timedelta

import pytest

from tests.desk import MONDAY, Desk
from tests.services.test_receiving import mail, receive
from tramita.domain.codes import State
from tramita.models import Alert, Entry, Item, Message
from tramita.services import mailing, resolving, restraint
from tramita.worker import loop

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def acknowledged() -> int:
    return Message.objects.filter(outgoing=True, automatic=True).count()


def send(number: int, at: datetime, **given: str) -> None:
    """A mail unlike the others."""
    receive(mail(f"Mail {number}", **{"subject": f"Invoice {number}"} | given), at=at)


def test_one_address_gets_five_automatic_mails_in_an_hour(desk: Desk) -> None:
    """MAIL-93."""
    for number in range(8):
        send(number, MONDAY + number * MINUTE)

    assert (Item.objects.count(), acknowledged()) == (8, 5)
    newest = Entry.objects.filter(type="mail_received").order_by("id").last()
    assert newest.data["unanswered"] == "too many automatic mails to this address"
    send(8, MONDAY, sender="marta@else.example")
    assert acknowledged() == 6
    send(9, MONDAY + 2 * HOUR)
    assert acknowledged() == 7


def test_one_address_gets_twenty_automatic_mails_in_a_day(desk: Desk) -> None:
    """MAIL-93."""
    for number in range(23):
        send(number, MONDAY + number * 20 * MINUTE)

    assert acknowledged() == 20
    send(23, MONDAY + timedelta(days=2))
    assert acknowledged() == 21


def test_the_same_subject_is_acknowledged_once_in_ten_minutes(desk: Desk) -> None:
    """MAIL-93."""
    send(1, MONDAY, subject="The lift")
    send(2, MONDAY + 5 * MINUTE, subject="Re: the lift".replace("the", "The"))
    assert acknowledged() == 1

    send(3, MONDAY + 11 * MINUTE, subject="The lift")
    assert acknowledged() == 2


def other_desk(ours: Message, number: int) -> bytes:
    """A desk that answers all it gets by a new mail, and marks nothing: no reference, no thread, no Auto-Submitted."""
    return mail(f"Thanks, we got “{ours.subject}”. {number}", subject="We have received your request")


def test_two_desks_that_acknowledge_each_other_soon_fall_silent(desk: Desk) -> None:
    """MAIL-93, MAIL-91."""
    receive(other_desk(Message(subject="Hello"), 0))
    mails, answered = 1, 0
    while acknowledged() > answered:
        answered = acknowledged()
        newest = Message.objects.filter(outgoing=True).latest("id")
        receive(other_desk(newest, answered), at=MONDAY + answered * MINUTE)
        mails += 2

    assert mails <= 5


@pytest.mark.parametrize("subject", ["Away", "Re: {subject}"])
def test_an_absence_note_without_marks_gets_one_answer_at_most(desk: Desk, subject: str) -> None:
    """MAIL-92, MAIL-93: three mails in all, the question, our answer and the note."""
    send(1, MONDAY)
    ours = Message.objects.get(outgoing=True)
    note = subject.format(subject=ours.subject)

    receive(mail("I am away.", subject=note, reply_to=ours.message_id), at=MONDAY + MINUTE)

    assert (Item.objects.count(), acknowledged()) == (1, 1)


def test_an_item_is_reopened_by_mail_three_times_in_an_hour(desk: Desk) -> None:
    """MAIL-93, M-9."""
    item = desk.ticket()
    outcomes = []
    for number in range(5):
        at = MONDAY + number * MINUTE
        reply = mailing.send(
            Item.objects.get(pk=item.pk), to=[desk.rui.email], text="Done", resolve="replied", by=desk.ana, at=at
        )
        raw = mail(f"No {number}", sender=desk.rui.email, reply_to=reply.message_id)
        outcomes.append(receive(raw, at=at))
        if outcomes[-1].outcome != "reopened":
            break

    assert [one.outcome for one in outcomes] == ["reopened"] * 3 + ["appended"]
    assert outcomes[-1].reason == "reopened too often"
    assert Item.objects.get(pk=item.pk).state is State.RESOLVED
    resolving.reopen(Item.objects.get(pk=item.pk), by=desk.ana, at=MONDAY + HOUR)


def test_one_domain_gets_so_many_automatic_mails_whatever_the_sender(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-93: each answer may come from a new address; an operator is told."""
    monkeypatch.setattr(restraint, "MOST_TO_A_DOMAIN", 3)
    for number in range(5):
        send(number, MONDAY + number * MINUTE, sender=f"person-{number}@Loop.example")
    send(5, MONDAY + 6 * MINUTE, sender="rui@oop.example")

    assert (Item.objects.count(), acknowledged()) == (6, 4)
    alert = Alert.objects.get()
    assert (alert.kind, alert.count, alert.at) == ("loop", 2, MONDAY + 4 * MINUTE)
    assert alert.about["limit"] == "too many automatic mails to this domain"
    send(6, MONDAY + 2 * HOUR, sender="person-6@loop.example")
    assert acknowledged() == 5


def test_a_loop_that_was_not_seen_for_a_day_is_no_alert_any_more(desk: Desk) -> None:
    """MAIL-93: nobody else can tell that it ended."""
    restraint.tell_operator("loop:x", about={}, at=MONDAY)
    loop._looked.clear()

    still = [loop.tidy(at=MONDAY + hours * HOUR) is not None and Alert.objects.exists() for hours in (23, 25)]

    assert still == [True, False]


def test_one_address_of_ours_sends_so_many_automatic_mails(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-93: the last brake, for a loop whose every mail has a new domain."""
    monkeypatch.setattr(restraint, "MOST_FROM_AN_ADDRESS", 2)
    for number in range(4):
        send(number, MONDAY + number * MINUTE, sender=f"x@domain-{number}.example")

    assert acknowledged() == 2
    newest = Entry.objects.filter(type="mail_received").order_by("id").last()
    assert newest.data["unanswered"] == "too many automatic mails from this address"


def test_one_item_gets_so_many_automatic_mails(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-93: whoever they go to."""
    monkeypatch.setattr(restraint, "MOST_ON_AN_ITEM", 3)
    item = desk.ticket()
    for number in range(3):
        Message.objects.create(item=item, outgoing=True, automatic=True, message_id=f"{number}@desk.example", at=MONDAY)

    why = restraint.why_silent(item, to="new@else.example", leaving_from="invoices@desk.example", at=MONDAY + MINUTE)
    later = restraint.why_silent(item, to="new@else.example", leaving_from="invoices@desk.example", at=MONDAY + DAY)

    assert (why, later) == ("too many automatic mails about this item", None)


def test_an_operator_hears_of_an_item_that_mails_keep_reopening(desk: Desk) -> None:
    """MAIL-93."""
    test_an_item_is_reopened_by_mail_three_times_in_an_hour(desk)

    alert = Alert.objects.get()
    assert (alert.key, alert.about) == (f"loop:item:{alert.about['item']}", {"item": Item.objects.get().reference})
