"""The connection test names each step, and the fault by its name."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.desk import Desk
from tests.dovecot import PASSWORD, Dovecot
from tests.needs import needs
from tests.services.test_receiving import mail
from tramita.models import FetchedMessage, Mailbox
from tramita.services.checking_mailboxes import STEPS, check

NOW = datetime(2026, 11, 28, 14, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    one = Dovecot.start(needs("dovecot"))
    yield one
    one.stop()


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOVECOT_PASSWORD", PASSWORD)
    monkeypatch.setenv("WRONG_PASSWORD", "wrong-and-secret")


def configured(server: Dovecot, **more: object) -> Mailbox:
    columns = {name: more.pop(name) for name in ("copy_sent",) if name in more}
    mailbox = Mailbox.objects.get()
    mailbox.settings = server.settings("checked", **more)
    for name, value in columns.items():
        setattr(mailbox, name, value)
    mailbox.save()
    return mailbox


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_mailbox_that_works_passes_every_step_and_nothing_changes(desk: Desk, server: Dovecot, protocol: str) -> None:
    """MAIL-142."""
    server.put("checked", [mail()])

    found = check(configured(server, protocol=protocol), at=NOW)

    assert [one.step for one in found] == list(STEPS)
    assert all(one.ok for one in found), found
    assert "messages" in found[5].words
    assert len(server.uids("checked", "UNSEEN")) == len(server.uids("checked"))
    assert not FetchedMessage.objects.exists()


@pytest.mark.parametrize(
    ("more", "step", "fault"),
    [
        ({"password_env": "NOT_SET"}, "secrets", "login"),
        ({"host": "no-such-host.invalid"}, "resolve", "unreachable"),
        ({"port": 1}, "connect", "unreachable"),
        ({"password_env": "WRONG_PASSWORD"}, "login", "login"),
        ({"folder": "No such folder"}, "folder", "folder"),
        ({"copy_sent": "No such folder"}, "copies", "folder"),
    ],
)
def test_what_does_not_work_is_named_with_its_step(
    desk: Desk, server: Dovecot, more: dict[str, object], step: str, fault: str
) -> None:
    """MAIL-142, M-24."""
    found = check(configured(server, **more), at=NOW)

    assert [one.ok for one in found] == [True] * (len(found) - 1) + [False]
    assert (found[-1].step, found[-1].fault) == (step, fault)
    assert found[-1].words
    assert "secret" not in found[-1].words
