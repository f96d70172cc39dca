"""At its time a scheduled mail is looked at again: what changed holds it, and its writer is told (MAIL-116, Z-12)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.desk import MONDAY, Desk
from tests.services.test_posting import Way, post, way, written
from tests.services.test_receiving import mail, receive
from tramita.models import Item, MarkedAddress, Message, Person
from tramita.services import mailing, notes, posting, resolving, waiting, working

HOUR = timedelta(hours=1)

__all__ = ["way"]  # a fixture


def answered(desk: Desk, message: Message) -> None:
    receive(mail("Found it", sender=desk.rui.email or "", reply_to=message.message_id), at=MONDAY)


def answered_by_somebody_else(desk: Desk, message: Message) -> None:
    mailing.send(Item.objects.get(pk=message.item_id), to=[desk.rui.email], text="Hi", by=desk.leo, at=MONDAY)


def closed(desk: Desk, message: Message) -> None:
    resolving.resolve(Item.objects.get(pk=message.item_id), method="rejected_spam", by=desk.ana, at=MONDAY)


def waits(desk: Desk, message: Message) -> None:
    waiting.wait(Item.objects.get(pk=message.item_id), type="more_information", by=desk.ana, at=MONDAY)


def left_the_desk(desk: Desk, message: Message) -> None:
    Person.objects.filter(pk=desk.ana.id).update(is_active=False)


def bounced(desk: Desk, message: Message) -> None:
    MarkedAddress.objects.create(address=desk.rui.email, bounced=True, at=MONDAY + timedelta(minutes=1))


@pytest.mark.parametrize(
    "meanwhile",
    [answered, answered_by_somebody_else, closed, waits, left_the_desk, bounced],
    ids=lambda one: one.__name__,
)
def test_what_changed_meanwhile_holds_it(desk: Desk, way: Way, meanwhile: Callable[[Desk, Message], None]) -> None:
    """MAIL-116, Z-12."""
    message = written(desk, desk.ticket(), send_at=MONDAY + HOUR)
    meanwhile(desk, message)
    post(MONDAY)

    results = post(MONDAY + HOUR)

    assert posting.Result.HELD in results
    assert all(message.message_id.encode() not in raw for _, _, raw in way.sent)
    told = message.item.entries.get(type="mail_held")
    assert told.words["error"]
    assert Item.objects.get(pk=message.item_id).mail_trouble


def away(desk: Desk, message: Message) -> None:
    marks = {"reply_to": message.message_id, "Auto_Submitted": "auto-replied"}
    receive(mail("I am away", sender=desk.rui.email or "", **marks), at=MONDAY)


def noted(desk: Desk, message: Message) -> None:
    notes.add_note(Item.objects.get(pk=message.item_id), body="Called", by=desk.leo, at=MONDAY)


@pytest.mark.parametrize("meanwhile", [noted, away, lambda desk, message: None])
def test_what_says_nothing_to_who_asked_does_not(
    desk: Desk, way: Way, meanwhile: Callable[[Desk, Message], None]
) -> None:
    """MAIL-116."""
    item = desk.ticket()
    working.start(item, by=desk.ana, at=MONDAY)
    message = written(desk, item, send_at=MONDAY + HOUR)
    meanwhile(desk, message)

    assert post(MONDAY + HOUR) == [posting.Result.DONE]


def test_one_that_resolved_its_item_is_not_held_by_that(desk: Desk, way: Way) -> None:
    """MAIL-116, R-11."""
    written(desk, desk.ticket(), send_at=MONDAY + HOUR, resolve="replied")

    assert post(MONDAY + HOUR) == [posting.Result.DONE]


def test_a_held_mail_goes_when_its_writer_says_so(desk: Desk, way: Way) -> None:
    """MAIL-116, Z-12."""
    message = written(desk, desk.ticket(), send_at=MONDAY + HOUR)
    closed(desk, message)
    post(MONDAY + HOUR)

    posting.resend(message, by=desk.ana, at=MONDAY + HOUR)

    assert post(MONDAY + HOUR) == [posting.Result.DONE]


def test_a_mail_with_a_hold_waits_for_it_and_nothing_holds_it_longer(desk: Desk, way: Way) -> None:
    """MAIL-115."""
    hold = timedelta(seconds=10)
    written(desk, desk.ticket(), hold=hold, resolve="replied")

    assert post(MONDAY + timedelta(seconds=9)) == []
    assert post(MONDAY + hold) == [posting.Result.DONE]
