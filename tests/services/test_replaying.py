"""Set-aside mail is processed again, or rehearsed (MAIL-7, MAIL-143)."""

from datetime import timedelta

import pytest

from tests.desk import MONDAY, Desk
from tests.services.test_receiving import asked, mail, receive, started
from tramita.domain.errors import Conflict, NotFound, NotPermitted
from tramita.gateways.storage import storage
from tramita.models import Definition, Item, Message, Route, SeenMessage
from tramita.queries.people import actor_for
from tramita.queries.tray import to_replay
from tramita.services import replaying
from tramita.services import tray as putting_away

LATER = MONDAY + timedelta(hours=1)


def route(desk: Desk, address: str) -> None:
    """Later, somebody says where its mail goes."""
    process = Definition.objects.get(key="acme/main/finance/plain")
    Route.objects.create(mailbox=Route.objects.earliest("pk").mailbox, address=address, process=process)


def ids() -> list[int]:
    return list(SeenMessage.objects.order_by("pk").values_list("pk", flat=True))


def test_a_mail_that_has_a_route_by_now_becomes_its_item(desk: Desk) -> None:
    """MAIL-143: and who asked for it is kept."""
    receive(mail(to="new@desk.example"))
    route(desk, "new@desk.example")

    outcome = replaying.replay(SeenMessage.objects.get(), by=desk.ana, at=LATER)

    seen = SeenMessage.objects.get()
    assert (outcome.outcome, seen.outcome, seen.handled_by_id) == ("created", "created", desk.ana.id)
    with pytest.raises(Conflict):
        replaying.replay(seen, by=desk.leo, at=LATER)


def test_a_mail_that_still_has_no_route_stays_and_is_nobodys_doing(desk: Desk) -> None:
    """MAIL-143, M-22."""
    receive(mail(to="new@desk.example"))

    assert replaying.replay(SeenMessage.objects.get(), by=desk.ana, at=LATER).outcome == "unhandled"
    assert SeenMessage.objects.get().handled_by_id is None


def test_a_rehearsal_tells_what_would_happen_and_keeps_nothing(desk: Desk) -> None:
    """MAIL-143: the very code decides, and all of it is taken back."""
    receive(mail("One", to="new@desk.example"))
    receive(mail("Two", to="other@desk.example"))
    route(desk, "new@desk.example")

    told = list(replaying.replay_several(ids(), by=desk.ana, at=LATER, dry_run=True))

    assert [one.outcome.outcome for one in told] == ["created", "unhandled"]
    assert [(one.kind, one.process) for one in told[0].started] == [("ticket", "acme/main/finance/plain")]
    assert not Item.objects.exists()
    assert set(SeenMessage.objects.values_list("outcome", flat=True)) == {"unhandled"}
    assert not Message.objects.exists()


def test_several_are_replayed_one_transaction_each(desk: Desk) -> None:
    """MAIL-6, MAIL-143: one whose bytes are lost stops nobody."""
    receive(mail("One", to="new@desk.example"))
    receive(mail("Two", to="new@desk.example"))
    SeenMessage.objects.filter(pk=ids()[0]).update(raw="0" * 64)
    route(desk, "new@desk.example")

    rehearsed = list(replaying.replay_several(ids(), by=desk.ana, at=LATER, dry_run=True))
    told = list(replaying.replay_several(ids(), by=desk.ana, at=LATER))

    assert [one.outcome.outcome for one in rehearsed] == ["failed", "created"]
    assert [one.outcome.outcome for one in told] == ["failed", "created"]


def test_only_what_one_sees_is_replayed(desk: Desk) -> None:
    """SEC-2, M-21."""
    receive(mail(to="new@desk.example"))

    assert list(replaying.replay_several(ids(), by=desk.eve, at=LATER)) == []
    with pytest.raises(NotPermitted):
        replaying.replay(SeenMessage.objects.get(), by=actor_for(desk.rui), at=LATER)
    with pytest.raises(NotPermitted):
        replaying.try_out(b"x", mailbox="invoices@desk.example", by=actor_for(desk.rui), at=LATER)


def test_what_is_to_be_replayed_is_found_by_mailbox_and_reason(desk: Desk) -> None:
    """MAIL-143: oldest first, so many at once."""
    receive(mail("One", to="invoices@desk.example", X_Spam_Flag="YES"))
    receive(mail("Two", to="new@desk.example"))
    receive(mail("Three", to="new@desk.example"))
    first, second, third = ids()

    assert to_replay(desk.leo, limit=9) == [first, second, third]
    assert to_replay(desk.leo, mailbox="", limit=9) == [second, third]
    assert to_replay(desk.leo, reason="spam", limit=9) == [first]
    assert to_replay(desk.leo, after=first, limit=1) == [second]


def test_a_pasted_mail_tells_its_route_and_leaves_no_trace(desk: Desk) -> None:
    """UI Builder: paste a mail, see which route takes it."""
    raw = mail(to="suppliers@desk.example, invoices@desk.example")

    said, rehearsal = replaying.try_out(raw, mailbox="invoices@desk.example", by=desk.ana, at=LATER)

    assert said.subject == "Invoice 991"
    assert [one.process for one in rehearsal.started] == [
        "acme/main/finance/onboarding",
        "acme/main/finance/invoice-query",
    ]
    assert (Item.objects.count(), SeenMessage.objects.count(), Message.objects.count()) == (0, 0, 0)
    with pytest.raises(NotFound):
        replaying.try_out(raw, mailbox="none@desk.example", by=desk.ana, at=LATER)


def test_a_pasted_answer_tells_the_item_it_joins(desk: Desk) -> None:
    """MAIL-82: nothing is woken."""
    item = started(desk)
    question = asked(desk, item)
    raw = mail("PT50", sender=desk.rui.email, reply_to=question.message_id)

    _said, rehearsal = replaying.try_out(raw, mailbox="invoices@desk.example", by=desk.ana, at=LATER)

    assert (rehearsal.outcome.outcome, rehearsal.outcome.items) == ("woken", (item.reference,))
    assert Item.objects.get().state == "waiting"


def test_the_files_of_a_pasted_mail_are_not_stored(desk: Desk, data_dir: object, settings) -> None:  # type: ignore[no-untyped-def]
    """MAIL-1 is for mail that arrived."""
    raw = mail("x", Content_Type='application/pdf; name="a.pdf"', Content_Disposition="attachment")

    replaying.try_out(raw, mailbox="invoices@desk.example", by=desk.ana, at=LATER)

    assert not any(path.is_file() for path in (data_dir / "files").rglob("*"))  # type: ignore[operator]
    assert storage(settings.TRAMITA_STORAGE_URL) is not None


def test_a_rehearsal_after_a_deletion_finds_nothing(desk: Desk) -> None:
    """M-22."""
    receive(mail(to="new@desk.example"))
    putting_away.delete(SeenMessage.objects.get(), by=desk.ana, at=LATER)

    assert list(replaying.replay_several(ids(), by=desk.ana, at=LATER, dry_run=True)) == []
