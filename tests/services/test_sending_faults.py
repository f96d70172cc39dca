"""Whatever a mail server does: nothing lost, nothing sent twice, what nobody knows shown (MAIL section 9)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests.desk import MONDAY, Desk
from tests.fakes.smtp import CUT, SILENCE, Misbehaving, misbehaving
from tramita.gateways.smtp import Server, Timeouts
from tramita.models import Delivery, Item, Message
from tramita.services import mailing, posting
from tramita.worker import loop

MAILS = 3
STEPS = ("banner", "ehlo", "mail", "rcpt", "data", "message")
FAULTS = (CUT, SILENCE, "421 closing", "451 later", "550 never")


@pytest.fixture
def server(settings: object, monkeypatch: pytest.MonkeyPatch, data_dir: object) -> Iterator[Misbehaving]:
    with misbehaving() as found:
        monkeypatch.setattr(posting, "transport", lambda url: Server(found.url, Timeouts(0.15, 0.15)))
        yield found


def work(at: datetime) -> None:
    """One batch, as the worker does it."""
    with posting.way_out() as way:
        for delivery in posting.claim(at=at):
            posting.post(delivery, at=at, way=way)


def work_until_nothing_is_due() -> None:
    for hours in range(0, 60, 3):
        work(MONDAY + timedelta(hours=hours, minutes=5))


def written(desk: Desk, number: int, **given: object) -> Message:
    plain = {"to": [desk.rui.email, desk.marta.email], "text": f"Mail {number}", "by": desk.ana, "at": MONDAY}
    return mailing.send(desk.ticket(), **plain | given)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_step_loses_nothing_and_sends_nothing_twice(
    desk: Desk, server: Misbehaving, step: str, fault: str
) -> None:
    """MAIL-111, MAIL-112, MAIL-113."""
    mails = [written(desk, number) for number in range(MAILS)]
    server.steps = {step: fault}
    work(MONDAY)
    server.steps = {}

    work_until_nothing_is_due()

    assert set(server.times().values()) <= {1}
    for mail in mails:
        delivery = Delivery.objects.get(message=mail)
        arrived = sum(count for (id_, _), count in server.times().items() if id_ == f"<{mail.message_id}>")
        assert delivery.state in (Delivery.State.DONE, Delivery.State.FAILED, Delivery.State.UNCERTAIN)
        assert (delivery.state == Delivery.State.DONE) <= (arrived == len(mail.to))
        assert Item.objects.get(pk=mail.item_id).mail_trouble is (delivery.state != Delivery.State.DONE)
    unknown = Delivery.objects.filter(state=Delivery.State.UNCERTAIN).count()
    assert unknown == (MAILS if step == "message" and fault in (CUT, SILENCE) else 0)


def test_each_recipient_gets_the_mail_once_whatever_the_others_say(desk: Desk, server: Misbehaving) -> None:
    """MAIL-112, MAIL-113: one takes it, one refuses, one is not ready."""
    mail = written(desk, 1, cc=["leo@acme.example"])
    rui, marta = desk.rui.email or "", desk.marta.email or ""
    server.recipients = {marta: "550 no such user", "leo@acme.example": "450 box is full"}
    work(MONDAY)
    server.recipients = {marta: "550 no such user"}

    work_until_nothing_is_due()

    ours = f"<{mail.message_id}>"
    assert server.times() == {(ours, rui): 1, (ours, "leo@acme.example"): 1}
    told = mail.item.entries.get(type="mail_failed")
    assert told.words["refused"] == [[marta, "550 no such user"]]
    assert told.data["partly"] is True


def test_sending_again_reaches_only_those_who_have_not_got_it(desk: Desk, server: Misbehaving) -> None:
    """MAIL-111, MAIL-113: under the Message-ID that it has."""
    mail = written(desk, 1)
    server.recipients = {desk.marta.email or "": "550 greylisted for ever"}
    work(MONDAY)
    server.recipients = {}

    posting.resend(mail, by=desk.ana, at=MONDAY + timedelta(hours=1))
    work_until_nothing_is_due()

    assert set(server.times().values()) == {1}
    assert {who for _, who in server.times()} == {desk.rui.email, desk.marta.email}
    assert len({id_ for id_, _ in server.times()}) == 1
    assert not Item.objects.get(pk=mail.item_id).mail_trouble


def test_a_server_that_is_away_for_two_days_fails_the_mail_and_says_so(desk: Desk, server: Misbehaving) -> None:
    """MAIL-112."""
    mail = written(desk, 1)
    server.steps = {"banner": "421 closed for the holidays"}

    work_until_nothing_is_due()

    assert Delivery.objects.get(message=mail).state == Delivery.State.FAILED
    assert Delivery.objects.get(message=mail).tries < 20
    assert Item.objects.get(pk=mail.item_id).mail_trouble


def test_what_the_server_takes_is_known_before_the_next_mail_is_written(desk: Desk, server: Misbehaving) -> None:
    """MAIL-121, M-18."""
    server.steps = {"ehlo": "250-mail.example\r\n250 SIZE 3000000"}
    big = mailing.Enclosure("scan.pdf", "application/pdf", b"x" * 2_500_000)
    written(desk, 1)
    work(MONDAY)

    with pytest.raises(mailing.Invalid) as refusal:
        written(desk, 2, attachments=[big])

    assert refusal.value.errors[0].code == "too_large_for_server"
    assert Message.objects.filter(outgoing=True).count() == 1


def test_the_worker_sends_a_batch_over_one_connection_and_tells_of_what_is_late(
    desk: Desk, server: Misbehaving
) -> None:
    """MAIL-112, MAIL-113."""
    for number in range(MAILS):
        written(desk, number)

    done = loop.mail_out(at=MONDAY + timedelta(minutes=15))

    assert done == {"mail_told_late": MAILS, "mail_out": MAILS, "mail_done": MAILS}
    assert server.connections == 1
    assert not Item.objects.filter(mail_trouble=True).exists()
