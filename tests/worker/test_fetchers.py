"""Mailboxes side by side in one worker."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from tests.desk import Desk
from tests.dovecot import PASSWORD, Dovecot
from tests.fakes.imap import NO_ANSWER, FakeImap, fake_imap
from tests.needs import needs
from tests.services.test_receiving import mail
from tramita.models import FetchedMessage, Item, Mailbox, MailboxState, SeenMessage
from tramita.services import heartbeat
from tramita.worker import fetchers as fetchers_of_worker
from tramita.worker.fetchers import Fetchers
from tramita.worker.loop import Worker, drain

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 28, 14, 0, tzinfo=UTC)
PATIENT = 20.0  # seconds that a test waits before it gives up


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    one = Dovecot.start(needs("dovecot"))
    yield one
    one.stop()


@pytest.fixture
def good(desk: Desk, data_dir: object, server: Dovecot, request, monkeypatch) -> Mailbox:
    """A mailbox that works."""
    monkeypatch.setenv("DOVECOT_PASSWORD", PASSWORD)
    monkeypatch.setenv("WRONG_PASSWORD", "wrong")
    mailbox = Mailbox.objects.get()
    mailbox.settings = server.settings(f"w{abs(hash(request.node.name))}")
    mailbox.save()
    return mailbox


@pytest.fixture
def silent(good: Mailbox, monkeypatch) -> Iterator[FakeImap]:
    """A mailbox whose server takes the connection and says nothing more."""
    with fake_imap() as server:
        server.answers["LOGIN"] = NO_ANSWER
        connection = {"protocol": "imap", "host": "127.0.0.1", "port": server.port, "tls": "off", "user": "x"}
        Mailbox.objects.create(
            address="silent@desk.example",
            settings=connection | {"password_env": "WRONG_PASSWORD", "since": "2020-01-01"},
        )
        yield server


def user(box: Mailbox) -> str:
    return str(box.settings["user"])


def until(holds: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    give_up = time.monotonic() + PATIENT
    while not holds():
        assert time.monotonic() < give_up, "it did not come to pass"
        threading.Event().wait(0.01)


def test_a_server_that_says_nothing_delays_no_other_mailbox(good: Mailbox, server: Dovecot, silent: FakeImap) -> None:
    """MAIL-10."""
    server.put(user(good), [mail()])
    fetchers = Fetchers(at=NOW, on_news=lambda: None)

    fetchers.once()
    fetchers.running[good.pk].join(PATIENT)

    assert FetchedMessage.objects.get().mailbox == good.address
    until(lambda: bool(silent.seen))
    assert fetchers.go_on(), "the silent one is still waited for"
    silent.gate.set()
    fetchers.wait(PATIENT)
    assert MailboxState.objects.get(mailbox__address="silent@desk.example").fault == "unreachable"


def test_a_wrong_password_beside_a_mailbox_that_works_delays_nothing(good: Mailbox, server: Dovecot) -> None:
    """MAIL-10: `worker --once` visits each mailbox once."""
    Mailbox.objects.create(
        address="wrong@desk.example", settings=server.settings("other") | {"password_env": "WRONG_PASSWORD"}
    )
    server.put(user(good), [mail("One"), mail("Two")])

    done = drain(at=NOW)

    assert (done["fetched"], done["mail_in"], done["mailboxes_failed"]) == (2, 2, 1)
    assert Item.objects.count() == 2
    assert sorted(MailboxState.objects.values_list("fault", flat=True)) == ["", "login"]


def test_a_full_disk_ends_a_single_run_with_its_reason(good: Mailbox, server: Dovecot, monkeypatch) -> None:
    """MAIL-8."""
    server.put(user(good), [mail()])

    def full(raw: bytes) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tramita.services.keeping.put", full)

    with pytest.raises(OSError, match="No space"):
        drain(at=NOW)

    assert server.uids(user(good), "UNSEEN") == [1]


@pytest.fixture
def worker(good: Mailbox) -> Iterator[Worker]:
    """A worker that stays."""
    one = Worker(stop=threading.Event())

    def work() -> None:
        one.run()
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    yield one
    one.stop.set()
    one.news.set()
    thread.join(PATIENT)
    one.fetchers.wait(PATIENT)
    assert not thread.is_alive()


def test_with_idle_a_mail_is_an_item_within_seconds(good: Mailbox, server: Dovecot, worker: Worker) -> None:
    """MAIL-5, MAIL-12: arrival to item, median under 5 s."""
    until(lambda: MailboxState.objects.filter(fetched_at__isnull=False).exists())
    seconds = []
    with server.box(user(good)) as session:
        for number in range(7):
            began = time.monotonic()
            session.append(mail(f"Number {number}"))
            until(lambda number=number: SeenMessage.objects.filter(outcome="created").count() == number + 1)
            seconds.append(time.monotonic() - began)

    assert statistics.median(seconds) < 5, seconds
    assert heartbeat.last() >= datetime.now(UTC) - timedelta(minutes=1)


def test_what_an_operator_changes_ends_the_wait(good: Mailbox, server: Dovecot, worker: Worker, monkeypatch) -> None:
    """MAIL-10: a mailbox that is put away is let go."""
    until(lambda: MailboxState.objects.filter(fetched_at__isnull=False).exists())
    Mailbox.objects.update(active=False)
    with server.box(user(good)) as session:
        session.append(mail())

    until(lambda: not worker.fetchers.running or not any(t.is_alive() for t in worker.fetchers.running.values()))

    assert MailboxState.objects.get().lease_until < datetime.now(UTC)


def test_more_mailboxes_than_threads_take_turns(good: Mailbox, server: Dovecot, monkeypatch) -> None:
    """MAIL-10: bounded."""
    monkeypatch.setattr(fetchers_of_worker, "MOST", 2)
    for number in range(4):
        Mailbox.objects.create(address=f"{number}@desk.example", settings=server.settings(f"turn{number}"))
        server.put(f"turn{number}", [mail(f"For {number}")])

    done = drain(at=NOW)

    assert done["fetched"] == 4
    assert MailboxState.objects.filter(fault="").count() == 5


def test_a_worker_that_starts_tries_every_mailbox_whatever_failed_before(good: Mailbox, server: Dovecot) -> None:
    """MAIL-11: its environment may hold the right secret by now."""
    server.put(user(good), [mail()])
    MailboxState.objects.create(mailbox=good, fault="login", next_at=NOW + timedelta(minutes=15))
    fetchers = Fetchers(at=NOW, on_news=lambda: None)

    fetchers.look(at=NOW)
    fetchers.wait(PATIENT)

    assert FetchedMessage.objects.count() == 1
    assert MailboxState.objects.get().fault == ""
