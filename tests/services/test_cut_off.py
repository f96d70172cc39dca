"""A server that cuts off who waits for news."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.desk import Desk
from tests.fakes.imap import NO_ANSWER, fake_imap
from tests.services.test_receiving import mail
from tramita.models import Mailbox, MailboxState
from tramita.services import fetching, visits

NOW = datetime(2026, 11, 28, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("after", "fault"), [(9 * MINUTE, ""), (timedelta(seconds=5), "unreachable")])
def test_a_connection_that_is_cut_while_waiting_is_a_fault_only_when_it_was_short(
    desk: Desk, data_dir: object, monkeypatch: pytest.MonkeyPatch, after: timedelta, fault: str
) -> None:
    """MAIL-5, MAIL-10: the next visit is at once; one that is cut each time waits longer and longer."""
    monkeypatch.setenv("SOME_PASSWORD", "secret")
    box = Mailbox.objects.get()
    with fake_imap(mail()) as server:
        server.able, server.answers["IDLE"] = "IMAP4rev1 IDLE", NO_ANSWER
        server.gate.set()
        plain = {"protocol": "imap", "host": "127.0.0.1", "port": server.port, "tls": "off", "since": "2020-01-01"}
        box.settings = plain | {"password_env": "SOME_PASSWORD"}
        box.save()

        def clock() -> datetime:
            return NOW + (after if "IDLE" in server.seen else timedelta())

        done = fetching.visit(box, clock=clock, stay=lambda: True)

    state = MailboxState.objects.get()
    assert (done["fetched"], state.fault) == (1, fault)
    assert state.next_at == NOW + after + (visits.BACKOFF[0] if fault else timedelta())
