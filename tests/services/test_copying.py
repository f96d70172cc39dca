"""Copies of what was sent: a job of their own, which never sends a mail again (MAIL-114)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.desk import MONDAY, Desk
from tests.dovecot import PASSWORD, Dovecot
from tests.needs import needs
from tramita.gateways.imap import Imap
from tramita.gateways.incoming import MailServerFault
from tramita.models import Delivery, Mailbox, Message
from tramita.services import copying, mailing, posting

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    one = Dovecot.start(needs("dovecot"))
    yield one
    one.stop()


@pytest.fixture
def user(desk: Desk, data_dir: object, server: Dovecot, request, monkeypatch: pytest.MonkeyPatch) -> str:
    """A mailbox that wants copies."""
    monkeypatch.setenv("DOVECOT_PASSWORD", PASSWORD)
    name = f"c{abs(hash(request.node.name))}"
    Mailbox.objects.update(settings=server.settings(name), copy_sent="Sent")
    return name


def sent(desk: Desk) -> Message:
    """Ana writes to Rui, and it is sent."""
    message = mailing.send(desk.ticket(), to=[desk.rui.email], text="Which account?", by=desk.ana, at=MONDAY)
    (delivery,) = posting.claim(at=MONDAY)
    assert posting.post(delivery, at=MONDAY) is posting.Result.DONE
    return message


def copy() -> Delivery:
    return Delivery.objects.get(kind="copy")


def test_what_was_sent_lies_in_the_folder_for_it_as_read(desk: Desk, server: Dovecot, user: str) -> None:
    """MAIL-114."""
    message = sent(desk)

    assert copying.copy_due(at=MONDAY) == 1

    assert copy().state == Delivery.State.DONE
    assert len(server.uids(user, f'SEEN HEADER Message-ID "{message.message_id}"', folder="Sent")) == 1
    assert copying.copy_due(at=MONDAY + MINUTE) == 0


def test_a_copy_that_arrived_before_its_worker_died_is_not_made_again(desk: Desk, server: Dovecot, user: str) -> None:
    """MAIL-114."""
    sent(desk)
    copying.copy_due(at=MONDAY)
    Delivery.objects.filter(kind="copy").update(state=Delivery.State.PENDING)

    copying.copy_due(at=MONDAY + MINUTE)

    assert copy().state == Delivery.State.DONE
    assert len(server.uids(user, folder="Sent")) == 1


def test_a_copy_that_fails_is_tried_again_and_the_mail_stays_sent(
    desk: Desk, server: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-114: freescout sent the mail again."""
    sent(desk)

    def full(*_: object) -> None:
        raise MailServerFault("quota", "[OVERQUOTA] Mailbox is full")

    with monkeypatch.context() as patch:
        patch.setattr(Imap, "append", full)
        copying.copy_due(at=MONDAY)
        assert (copy().state, copy().error) == (Delivery.State.PENDING, "quota: [OVERQUOTA] Mailbox is full")
        assert posting.claim(at=MONDAY + MINUTE) == []
        copying.copy_due(at=MONDAY + 49 * 60 * MINUTE)
        assert copy().state == Delivery.State.FAILED

    assert Delivery.objects.get(kind="mail").state == Delivery.State.DONE
    assert server.uids(user, folder="Sent") == []


def test_a_mailbox_that_wants_none_gets_none(desk: Desk, data_dir: object) -> None:
    """MAIL-114."""
    sent(desk)

    assert not Delivery.objects.filter(kind="copy").exists()
