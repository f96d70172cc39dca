"""What would happen, how it came about, and what a filter got wrong (MAIL-58, MAIL-141, MAIL-143)."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.desk import MONDAY, Desk
from tests.samples import expected
from tests.services.test_receiving import HOUR, asked, fresh, mail, receive, started
from tramita.domain.codes import State
from tramita.domain.errors import Conflict, NotFound, NotPermitted
from tramita.models import Alert, Delivery, Entry, Item, Mailbox, Message, Person, Route, SeenMessage
from tramita.queries.people import actor_for
from tramita.queries.tray import get_unhandled
from tramita.services import receiving, replaying
from tramita.services.sorting_mail import Outcome
from tramita.services.tray import not_spam

TABLES = (Item, Entry, Message, Delivery, SeenMessage, Person, Alert)


def state() -> list[int]:
    return [model.objects.count() for model in TABLES]


def files(data_dir: Path) -> set[Path]:
    return {file for file in data_dir.rglob("*") if file.is_file()}


def tried(raw: bytes, desk: Desk, *, at: datetime) -> Outcome:
    """What it would do at the mailbox of invoices."""
    _, rehearsal = replaying.try_out(raw, mailbox="invoices@desk.example", by=desk.ana, at=at)
    return rehearsal.outcome


def test_a_rehearsal_says_what_would_happen_and_leaves_nothing(desk: Desk, data_dir: Path) -> None:
    """MAIL-143."""
    item = started(desk)
    question = asked(desk, item)
    pdf = {"Content_Type": 'application/pdf; name="a.pdf"'}
    answer = mail("%PDF", sender=desk.rui.email, reply_to=question.message_id, **pdf)
    before, kept = state(), files(data_dir)

    would = [tried(raw, desk, at=MONDAY + HOUR) for raw in (answer, mail("New", sender="new@else.example"))]

    assert [one.outcome for one in would] == ["woken", "created"]
    assert would[0].trace["matched"]["rule"] == "signed_id"
    assert (state(), files(data_dir), fresh(item).state) == (before, kept, State.WAITING)
    assert receive(answer, at=MONDAY + HOUR).outcome == "woken"


def test_a_mail_of_the_tray_is_rehearsed_after_a_route_was_made(desk: Desk) -> None:
    """MAIL-143."""
    receive(mail(to="new@desk.example"))
    seen = SeenMessage.objects.get()
    box = Mailbox.objects.get()
    route = Route.objects.create(mailbox=box, address="new@desk.example", process=desk.definitions["plain"])
    before = state()

    assert replaying.rehearse(seen.pk, at=MONDAY).outcome.outcome == "created"
    assert (state(), SeenMessage.objects.get().outcome) == (before, "unhandled")
    Route.objects.filter(pk=route.pk).delete()
    assert replaying.rehearse(seen.pk, at=MONDAY).outcome.reason == "no route"
    with pytest.raises(NotFound):
        replaying.rehearse(seen.pk + 1, at=MONDAY)


def test_every_sample_can_be_rehearsed(desk: Desk) -> None:
    """MAIL-143, MAIL-20."""
    from tests.samples import sample

    before = state()

    said = {tried(sample(name[:3]), desk, at=MONDAY).outcome for name in expected()}

    assert (state(), said <= {"created", "unhandled", "ignored"}) == (before, True)


def test_each_message_has_a_trace(desk: Desk) -> None:
    """MAIL-141: stored, read with these defects, matched by this, did that, by which version."""
    item = started(desk)
    question = asked(desk, item)

    receive(mail("PT50", sender=desk.rui.email, reply_to=question.message_id), at=MONDAY + HOUR)

    seen = SeenMessage.objects.latest("id")
    trace = seen.trace
    assert trace["stored"] == {"source": "import", "size": seen.size, "raw": seen.raw}
    assert trace["matched"] == {"rule": "signed_id", "evidence": question.message_id, "item": item.reference}
    assert trace["did"] == {"outcome": "woken", "reason": "", "items": [item.reference]}
    assert trace["sender"] == {"known": True, "staff": False, "verified": False}
    assert trace["version"]
    assert trace["defects"] == []


def test_the_trace_of_what_broke_says_what(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-141, MAIL-7."""

    def broken(*_: object, **__: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(receiving, "sort_out", broken)
    receive(mail())

    assert SeenMessage.objects.get().trace["did"] == {"outcome": "failed", "reason": "RecursionError: too deep"}


def test_no_words_of_the_mail_stand_in_its_trace(desk: Desk) -> None:
    """MAIL-141, MAIL-144."""
    receive(mail("The secret of the lift", subject="Secret subject"))

    assert "ecret" not in str(SeenMessage.objects.get().trace)


@pytest.fixture
def spam(desk: Desk) -> SeenMessage:
    """A mail that the operator's own filter flags."""
    Mailbox.objects.update(settings={"spam_header": "X-My-Flag: yes"})
    receive(mail("Buy now", X_My_Flag="YES 9.9", X_Spam_Status="Yes"))
    return SeenMessage.objects.get()


def test_spam_is_kept_apart_and_never_acknowledged(desk: Desk, spam: SeenMessage) -> None:
    """MAIL-58."""
    assert (spam.outcome, spam.reason) == ("unhandled", "spam")
    assert not Item.objects.exists()
    assert not Message.objects.exists()


def test_what_was_no_spam_is_restored_with_one_click(desk: Desk, spam: SeenMessage) -> None:
    """MAIL-58, M-22: and who clicked is kept."""
    assert receiving.replay(spam.pk, at=MONDAY).reason == "spam"
    with pytest.raises(NotPermitted):
        not_spam(spam, by=actor_for(desk.rui), at=MONDAY)

    outcome = not_spam(get_unhandled(desk.ana, spam.pk), by=desk.ana, at=MONDAY)

    assert (outcome.outcome, Item.objects.get().reference) == ("created", *outcome.items)
    assert SeenMessage.objects.get().handled_by_id == desk.ana.id


def test_only_spam_can_be_called_no_spam(desk: Desk) -> None:
    """MAIL-58."""
    receive(mail(to="nobody@desk.example"))

    with pytest.raises(Conflict) as refused:
        not_spam(SeenMessage.objects.get(), by=desk.ana, at=MONDAY)

    assert refused.value.code == "no_spam"


def test_a_trusted_mailbox_keeps_control_fields_and_others_do_not(desk: Desk) -> None:
    """MAIL-54: a filter of ours may write them, a stranger may not."""
    raw = {trusted: mail(f"Flagged {trusted}", X_Tramita_Spam="yes") for trusted in (True, False)}
    for trusted, one in raw.items():
        Mailbox.objects.update(trusted=trusted, settings={"spam_header": "X-Tramita-Spam: yes"})
        assert (receive(one).reason == "spam") is trusted
