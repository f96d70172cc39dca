"""An old mailbox is imported: filed as it was, and nobody hears of it (MAIL-17)."""

from datetime import UTC, datetime

from tests.desk import MONDAY, Desk
from tests.services.test_joining import with_id
from tests.services.test_receiving import HOUR, asked, fresh, mail, started
from tests.services.test_reports import bounce
from tramita.domain.codes import Clock, Listed, State
from tramita.models import Alert, Delivery, Entry, Item, Link, MarkedAddress, Message, SeenMessage, Timer
from tramita.services import mailing, receiving, resolving
from tramita.services.tray import create_item

THEN = datetime(2019, 5, 6, 7, 8, 9, tzinfo=UTC)
DATE = "Mon, 06 May 2019 07:08:09 +0000"


def file(raw: bytes, at: datetime = MONDAY) -> receiving.Outcome:
    return receiving.receive(raw, source="import", at=at, archive=True)


def old(text: str, **given: str) -> bytes:
    return mail(text, **{"Date": DATE} | given)


def test_old_mail_becomes_a_closed_item_with_its_own_dates(desk: Desk) -> None:
    """MAIL-17."""
    outcome = file(old("Long ago"))

    item = fresh(Item.objects.get())
    assert (outcome.outcome, outcome.reason) == ("created", "archive")
    assert (item.state, item.listed, item.new_information) == (State.CLOSED, Listed.NONE, False)
    assert {item.created_at, item.updated_at, item.closed_at, item.messages.get().at} == {THEN}
    assert set(Entry.objects.values_list("at", flat=True)) == {THEN}
    assert (item.clock, item.due_at) == (Clock.STOPPED, None)
    assert not Message.objects.filter(outgoing=True).exists()
    assert not Delivery.objects.exists()
    assert not Timer.objects.exists()
    assert SeenMessage.objects.get().seen_at == MONDAY


def test_old_mail_to_a_case_route_and_of_a_refused_stranger_is_filed_alike(desk: Desk) -> None:
    """MAIL-17, T-22."""
    from tramita.models import Mailbox

    Mailbox.objects.update(refuse_unknown_senders=True)

    assert file(old("Long ago", to="suppliers@desk.example")).outcome == "created"
    assert (fresh(Item.objects.get()).state, Item.objects.get().method) == (State.CLOSED, None)


def test_an_old_conversation_is_one_item_in_whatever_order_it_comes(desk: Desk) -> None:
    """MAIL-17, MAIL-79: what is Closed takes in what belongs to it here."""
    rui = desk.rui.email
    first = with_id(old("One", sender=rui), "1@acme.example")
    second = with_id(old("Two", sender=rui, reply_to="1@acme.example"), "2@acme.example")
    third = with_id(old("Three", sender=rui, reply_to="2@acme.example"), "3@acme.example")

    outcomes = [file(raw).outcome for raw in (second, third, first)]

    item = fresh(Item.objects.get())
    assert outcomes == ["created", "appended", "appended"]
    assert (item.state, item.messages.count()) == (State.CLOSED, 3)


def test_old_mail_wakes_reopens_and_marks_nothing(desk: Desk) -> None:
    """MAIL-17."""
    item = started(desk)
    question = asked(desk, item)
    resolved = desk.ticket()
    reply = mailing.send(resolved, to=[desk.rui.email], text="Done", resolve="replied", by=desk.ana, at=MONDAY)
    sent, entries = Message.objects.filter(outgoing=True).count(), Entry.objects.count()

    done = [
        file(old("PT50", sender=desk.rui.email, reply_to=question.message_id)),
        file(old("No", sender=desk.rui.email, reply_to=reply.message_id)),
        file(bounce(question.message_id, (desk.rui.email, "failed", "5.1.1"))),
    ]

    assert [(one.outcome, one.reason) for one in done] == [("appended", "archive")] * 3
    assert (fresh(item).state, fresh(item).highlighted) == (State.WAITING, False)
    assert fresh(resolved).state is State.RESOLVED
    assert (Message.objects.filter(outgoing=True).count(), Entry.objects.count()) == (sent, entries + 3)
    assert not MarkedAddress.objects.exists()
    assert not Alert.objects.exists()


def test_what_is_filed_on_an_item_does_not_make_it_older(desk: Desk) -> None:
    """MAIL-17: who asks what changed since yesterday still hears of it."""
    item = started(desk)
    question = asked(desk, item)

    file(old("PT50", sender=desk.rui.email, reply_to=question.message_id), at=MONDAY + HOUR)

    held = fresh(item)
    assert held.updated_at == MONDAY
    assert Entry.objects.filter(item=item).latest("seq").at == THEN


def test_a_date_from_the_future_is_the_moment_of_the_import(desk: Desk) -> None:
    """MAIL-17, MAIL-29."""
    file(old("From tomorrow", Date="Mon, 06 May 2030 07:08:09 +0000"))

    assert Message.objects.get().at == MONDAY


def test_what_continues_an_archived_item_today_is_a_new_one(desk: Desk) -> None:
    """MAIL-17, M-10, Z-5."""
    file(with_id(old("Long ago", sender=desk.rui.email), "old@acme.example"))
    before = Item.objects.get()

    outcome = receiving.receive(
        mail("And now", sender=desk.rui.email, reply_to="old@acme.example"), source="import", at=MONDAY
    )

    new = Item.objects.exclude(pk=before.pk).get()
    assert (outcome.items, new.state) == ((new.reference,), State.TO_DO)
    assert Link.objects.filter(source=new, target=before, type="follows_closed").exists()


def test_a_person_makes_live_work_of_old_mail(desk: Desk) -> None:
    """MAIL-17, M-21: what found no route waits in the tray, where somebody looks at it."""
    file(old("Long ago", to="nobody@desk.example"))

    item = create_item(SeenMessage.objects.get(), category="acme/main/finance/plain", by=desk.ana, at=MONDAY)

    assert (fresh(item).state, item.created_at, item.messages.get().at) == (State.TO_DO, MONDAY, THEN)


def test_a_resolved_item_stays_as_it_is(desk: Desk) -> None:
    """MAIL-17: appended also to what was Closed by hand."""
    item = started(desk)
    reply = mailing.send(item, to=[desk.rui.email], text="No", by=desk.ana, at=MONDAY)
    resolving.resolve(item, method="rejected_spam", by=desk.ana, at=MONDAY)

    outcome = file(old("Fine", sender=desk.rui.email, reply_to=reply.message_id))

    assert (outcome.items, fresh(item).state) == ((item.reference,), State.CLOSED)
