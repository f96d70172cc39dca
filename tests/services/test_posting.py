"""Mail goes out: once, complete, and what went wrong is told where its writer looks."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from email import message_from_bytes

import pytest

from tests.desk import MONDAY, Desk, publish
from tramita.domain.errors import Conflict, Invalid
from tramita.gateways import smtp
from tramita.models import Delivery, Entry, Item, Message
from tramita.queries.timeline import timeline
from tramita.services import mailing, notes, posting, resolving, working

HOUR = timedelta(hours=1)


class Way:
    """A way out that does as told, and remembers what went."""

    def __init__(self, *answers: smtp.SendError | None) -> None:
        self.answers = list(answers)
        self.largest: int | None = None
        self.refused: dict[str, smtp.SendError] = {}
        self.sent: list[tuple[str, Sequence[str], bytes]] = []

    def send(
        self, name: str, sender: str, recipients: Sequence[str], raw: bytes, *, handing_over: Callable[[], None]
    ) -> smtp.Refusals:
        answer = self.answers.pop(0) if self.answers else None
        if not isinstance(answer, smtp.NotNowError):
            handing_over()
        if answer is not None:
            raise answer
        self.sent.append((name, recipients, raw))
        return self.refused

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def way(monkeypatch: pytest.MonkeyPatch) -> Way:
    found = Way()
    monkeypatch.setattr(posting, "transport", lambda url: found)
    return found


def written(desk: Desk, item: Item, **more: object) -> Message:
    given = {"to": [desk.rui.email], "subject": "Invoice 991", "text": "Booked back.", "by": desk.ana, "at": MONDAY}
    return mailing.send(item, **given | more)


def post(at=MONDAY) -> list[posting.Result]:
    return [posting.post(delivery, at=at) for delivery in posting.claim(at=at)]


def test_a_mail_carries_its_reference_token_and_thread(desk: Desk, way: Way) -> None:
    """MAIL-71, MAIL-117, MAIL-119, M-15, MAIL-95, MAIL-122."""
    item = desk.ticket()
    written(desk, item, bcc=["boss@desk.example"])

    results = post()

    _, recipients, raw = way.sent[0]
    mail = message_from_bytes(raw)
    assert results == [posting.Result.DONE]
    assert mail["Subject"] == f"[{item.reference}] Invoice 991"
    assert mail["Reply-To"].startswith("Ana Lima <invoices+")
    assert mail["From"] == "Ana Lima <invoices@desk.example>"
    assert mail["Auto-Submitted"] is None
    assert mail["Bcc"] is None
    assert set(recipients) == {desk.rui.email, "boss@desk.example"}


def test_a_refused_mail_is_told_on_the_item_and_not_tried_again(desk: Desk, way: Way) -> None:
    """MAIL-112, MAIL-113."""
    item = desk.ticket()
    written(desk, item)
    way.answers = [smtp.RefusedError("550 no such user")]

    results = post() + post(MONDAY + HOUR)

    assert results == [posting.Result.FAILED]
    assert Entry.objects.get(item=item, type="mail_failed").words["error"] == "550 no such user"


def test_a_mail_that_cannot_go_now_is_tried_later(desk: Desk, way: Way) -> None:
    """MAIL-112."""
    written(desk, desk.ticket())
    way.answers = [smtp.NotNowError("no connection")]

    results = post() + post(MONDAY + timedelta(seconds=59)) + post(MONDAY + HOUR)

    assert results == [posting.Result.LATER, posting.Result.DONE]
    assert len(way.sent) == 1


def test_a_mail_given_up_after_two_days_is_failed(desk: Desk, way: Way) -> None:
    """MAIL-112."""
    written(desk, desk.ticket())
    way.answers = [smtp.NotNowError("no connection")]

    assert post(MONDAY + timedelta(hours=49)) == [posting.Result.FAILED]


def test_a_mail_of_which_nobody_knows_is_never_sent_again(desk: Desk, way: Way) -> None:
    """MAIL-111."""
    item = desk.ticket()
    written(desk, item)
    way.answers = [smtp.UncertainError("cut after DATA")]

    results = post() + post(MONDAY + HOUR)

    assert results == [posting.Result.UNCERTAIN]
    assert Entry.objects.filter(item=item, type="mail_uncertain").exists()


def test_a_worker_that_died_while_sending_leaves_an_uncertain_mail(desk: Desk, way: Way) -> None:
    """MAIL-111."""
    written(desk, desk.ticket())
    way.answers = [KeyboardInterrupt()]  # type: ignore[list-item]
    with pytest.raises(KeyboardInterrupt):
        post()

    again = post(MONDAY + HOUR)

    assert again == [posting.Result.UNCERTAIN]
    assert way.sent == []


def test_a_scheduled_mail_waits_for_its_time(desk: Desk, way: Way) -> None:
    """M-17."""
    written(desk, desk.ticket(), send_at=MONDAY + HOUR)

    assert post() == []
    assert post(MONDAY + HOUR) == [posting.Result.DONE]


def test_a_scheduled_mail_of_an_item_that_closed_is_held(desk: Desk, way: Way) -> None:
    """Z-12."""
    item = desk.ticket()
    written(desk, item, send_at=MONDAY + HOUR)
    resolving.resolve(item, method="rejected_spam", by=desk.ana, at=MONDAY)

    assert post(MONDAY + HOUR) == [posting.Result.HELD]
    assert way.sent == []


def test_a_scheduled_mail_can_be_cancelled_until_it_is_taken(desk: Desk, way: Way) -> None:
    """M-17."""
    message = written(desk, desk.ticket(), send_at=MONDAY + HOUR)

    mailing.cancel(message, by=desk.ana, at=MONDAY)

    assert post(MONDAY + HOUR) == []
    with pytest.raises(Conflict, match="too late"):
        mailing.cancel(message, by=desk.ana, at=MONDAY)


def test_sending_and_resolving_is_one_step(desk: Desk, way: Way) -> None:
    """R-9, R-11."""
    item = desk.ticket()

    written(desk, item, resolve="replied")

    held = Item.objects.get(pk=item.pk)
    resolved = held.entries.get(type="resolved")
    assert held.method == "replied"
    assert resolved.data["resolution_seq"] == held.entries.get(type="mail_sent").seq


def test_what_was_written_just_before_is_marked_as_the_resolution(desk: Desk) -> None:
    """R-9, R-10, TL-4, CG-24."""
    item = desk.ticket()
    written(desk, item)

    resolving.resolve(item, method="replied", by=desk.ana, at=MONDAY + HOUR)

    marked = [entry.type for entry in timeline(item, desk.ana) if entry.data.get("resolution")]
    assert marked == ["mail_sent"]


def test_a_resolution_is_asked_for_where_the_desk_wants_one(desk: Desk) -> None:
    """R-6 to R-8, CG-24, CG-34."""
    publish("settings", "desk", resolution_note_required=True)
    item = desk.ticket()
    notes.add_note(item, body="By somebody else", by=desk.leo, at=MONDAY)
    working.release(item, by=desk.leo, at=MONDAY)

    with pytest.raises(Invalid) as refusal:
        resolving.resolve(item, method="replied", by=desk.ana, at=MONDAY)
    resolving.resolve(item, method="replied", note="Booked back", by=desk.ana, at=MONDAY)

    assert refusal.value.errors[0].code == "resolution_note_required"
    assert Item.objects.get(pk=item.pk).state == "resolved"


def test_a_reply_to_something_stale_is_held(desk: Desk) -> None:
    """Z-2."""
    item = desk.ticket()
    seen = item.seq
    written(desk, item)

    with pytest.raises(Conflict) as refusal:
        written(desk, item, based_on=seen)

    assert refusal.value.code == "newer_communication"
    assert Delivery.objects.count() == 1


def test_a_mail_without_text_or_recipient_is_refused_naming_both(desk: Desk) -> None:
    """M-6."""
    with pytest.raises(Invalid) as refusal:
        written(desk, desk.ticket(), to=["not an address"], text=" ")

    assert [error.field for error in refusal.value.errors] == ["to", "text"]


def test_a_mail_from_a_draft_fills_only_what_is_empty(desk: Desk) -> None:
    """T-5, T-6."""
    item = desk.ticket(title="", draft=True)

    written(desk, item)

    held = Item.objects.get(pk=item.pk)
    assert (held.title, held.description) == ("Invoice 991", "It came twice.")
