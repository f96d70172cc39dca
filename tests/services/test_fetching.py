"""Mail is fetched from real servers: nothing lost, nothing doubled, the server told last."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.desk import Desk
from tests.dovecot import PASSWORD, Dovecot
from tests.needs import needs
from tests.services.test_receiving import mail
from tramita.gateways.imap import Imap
from tramita.gateways.incoming import MailServerFault, Name
from tramita.models import Alert, Delivery, FetchedMessage, Item, Mailbox, MailboxState, SeenMessage
from tramita.services import fetching, processing, size_notices, visits

NOW = datetime(2026, 11, 28, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    one = Dovecot.start(needs("dovecot"))
    yield one
    one.stop()


@pytest.fixture
def user(server: Dovecot, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A mailbox on the server that no other test uses."""
    monkeypatch.setenv("DOVECOT_PASSWORD", PASSWORD)
    return f"u{abs(hash(request.node.name))}"


@pytest.fixture
def box(desk: Desk, data_dir: object, server: Dovecot, user: str) -> Mailbox:
    return configured(server, user)


def configured(server: Dovecot, user: str, **more: object) -> Mailbox:
    mailbox = Mailbox.objects.get(address="invoices@desk.example")
    mailbox.settings = server.settings(user, **more)
    mailbox.save()
    return mailbox


def letters(count: int, begin: int = 0) -> list[bytes]:
    return [mail(f"Number {number}", subject=f"Invoice {number}") for number in range(begin, begin + count)]


def fetch(box: Mailbox, at: datetime = NOW, *, full: bool = True) -> dict[str, int]:
    return dict(fetching.visit(box, clock=lambda: at, full=full))


def process(at: datetime = NOW) -> int:
    return processing.process_due(at=at, limit=1000)


def outcomes() -> list[str]:
    return sorted(SeenMessage.objects.values_list("outcome", flat=True))


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_mail_on_a_server_becomes_items_once(
    desk: Desk, data_dir: object, server: Dovecot, user: str, protocol: str
) -> None:
    """MAIL-1, MAIL-3, MAIL-5, M-24."""
    box = configured(server, user, protocol=protocol)
    server.put(user, letters(3))

    assert fetch(box) == {"fetched": 3}
    assert process() == 3
    server.put(user, letters(2, 3))
    assert fetch(box, NOW + MINUTE, full=False) == {"fetched": 2}
    assert process(NOW + MINUTE) == 2

    assert fetch(box, NOW + 2 * MINUTE) == {}
    assert outcomes() == ["created"] * 5
    assert Item.objects.count() == 5
    assert FetchedMessage.objects.filter(told=True).count() == 5
    assert SeenMessage.objects.filter(source=protocol, subject__startswith="Invoice").count() == 5
    assert MailboxState.objects.get().fetched_at == NOW + 2 * MINUTE


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_the_bytes_are_kept_exactly_as_the_server_has_them(
    desk: Desk, data_dir: object, server: Dovecot, user: str, protocol: str
) -> None:
    """MAIL-1: dots, long lines, bytes of no charset."""
    from tramita.services.receiving import settings, storage

    box = configured(server, user, protocol=protocol)
    raw = mail("x") + b".\r\n..\r\n" + b"y" * 20_000 + b"\r\n\xff\xfe caf\xe9\r\n\r\n"
    server.put(user, [raw])

    fetch(box)

    assert storage(settings.TRAMITA_STORAGE_URL).get(SeenMessage.objects.get().raw) == raw


def test_reading_a_mailbox_elsewhere_hides_nothing(box: Mailbox, server: Dovecot, user: str) -> None:
    """MAIL-5: people read shared mailboxes; the unread flag decides nothing."""
    server.put(user, letters(2))
    with server.box(user) as session:
        session.flag(server_uids(session), r"\Seen", True)

    assert fetch(box) == {"fetched": 2}


def server_uids(session: object) -> list[str]:
    return session.uids()


@pytest.mark.parametrize(
    ("after", "unseen", "left", "moved"),
    [("keep", 2, 2, 0), ("seen", 0, 2, 0), ("move", 0, 0, 2), ("delete", 0, 0, 0)],
)
def test_the_server_is_told_what_was_asked_for(
    desk: Desk, data_dir: object, server: Dovecot, user: str, after: str, unseen: int, left: int, moved: int
) -> None:
    """MAIL-2."""
    box = configured(server, user, after=after, **({"move_to": "Done"} if after == "move" else {}))
    server.put(user, letters(2))

    fetch(box)

    assert len(server.uids(user, "UNSEEN")) == unseen
    assert len(server.uids(user)) == left
    assert len(server.uids(user, folder="Done")) == moved
    assert FetchedMessage.objects.filter(told=True).count() == 2


def test_pop3_deletes_only_what_is_kept(desk: Desk, data_dir: object, server: Dovecot, user: str) -> None:
    """MAIL-2."""
    box = configured(server, user, protocol="pop3", after="delete")
    server.put(user, letters(2))

    fetch(box)

    assert server.uids(user) == []
    assert (process(), Item.objects.count()) == (2, 2)


def test_nothing_is_told_before_it_is_kept(box: Mailbox, server: Dovecot, user: str, monkeypatch) -> None:
    """MAIL-1, MAIL-2: the disk is full."""
    server.put(user, letters(1))
    with monkeypatch.context() as patch:
        patch.setattr("tramita.services.keeping.put", full_disk)
        with pytest.raises(OSError, match="No space"):
            fetch(box)

    assert len(server.uids(user, "UNSEEN")) == 1
    assert not FetchedMessage.objects.exists()
    assert fetch(box, NOW + visits.LEASE) == {"fetched": 1}


def full_disk(raw: bytes) -> str:
    raise OSError(28, "No space left on device")


def test_what_was_kept_and_not_told_is_told_later(box: Mailbox, server: Dovecot, user: str) -> None:
    """MAIL-2: the worker died in between."""
    server.put(user, letters(2))
    fetch(box)
    FetchedMessage.objects.update(told=False)
    with server.box(user) as session:
        session.flag(session.uids(), r"\Seen", False)

    assert fetch(box, NOW + MINUTE) == {}

    assert server.uids(user, "UNSEEN") == []
    assert not FetchedMessage.objects.filter(told=False).exists()


def test_a_server_that_counts_anew_loses_and_doubles_nothing(box: Mailbox, server: Dovecot, user: str) -> None:
    """MAIL-4: UIDVALIDITY changed, and one more came meanwhile."""
    server.put(user, letters(5))
    fetch(box)
    process()
    server.count_anew(user)
    server.put(user, letters(1, 5))

    assert fetch(box, NOW + MINUTE, full=False) == {"fetched": 6}
    process(NOW + MINUTE)

    assert outcomes() == ["created"] * 6
    assert Item.objects.count() == 6
    assert FetchedMessage.objects.values("uidvalidity").distinct().count() == 2


def test_a_message_that_slipped_below_the_mark_is_found_by_the_full_comparison(
    box: Mailbox, server: Dovecot, user: str
) -> None:
    """MAIL-5."""
    server.put(user, letters(3))
    fetch(box)
    FetchedMessage.objects.filter(uid=2).delete()
    SeenMessage.objects.filter(fetched=None).delete()

    assert fetch(box, NOW + MINUTE, full=False) == {}
    assert fetch(box, NOW + fetching.IN_FULL, full=False) == {"fetched": 1}


def test_mail_from_before_the_beginning_is_left_alone(desk: Desk, data_dir: object, server: Dovecot, user: str) -> None:
    """MAIL-17: the first connection to a live mailbox."""
    box = configured(server, user, since="2026-11-01", after="delete")
    with server.box(user) as session:
        session.append(letters(1)[0], dt=datetime(2026, 10, 1, tzinfo=UTC))
        session.append(letters(1, 1)[0], dt=datetime(2026, 11, 2, tzinfo=UTC))

    assert fetch(box) == {"mail_left_alone": 1, "fetched": 1}

    assert server.uids(user) == [1]
    assert SeenMessage.objects.count() == 1
    assert fetch(box, NOW + MINUTE) == {}


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_mail_from_before_may_be_taken_in_as_an_archive(
    desk: Desk, data_dir: object, server: Dovecot, user: str, protocol: str
) -> None:
    """MAIL-17."""
    box = configured(server, user, protocol=protocol, since="2026-11-01", archive=True)
    old = mail("Old", Date="Thu, 01 Oct 2026 10:00:00 +0000", subject="Old")
    with server.box(user) as session:
        session.append(old, dt=datetime(2026, 10, 1, tzinfo=UTC))
        session.append(mail("New", Date="Mon, 02 Nov 2026 10:00:00 +0000", subject="New"))

    fetch(box)
    process()

    assert sorted(SeenMessage.objects.values_list("subject", "archive")) == [("New", False), ("Old", True)]


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_message_over_the_limit_is_shown_and_stays_on_the_server(
    desk: Desk, data_dir: object, server: Dovecot, user: str, protocol: str, monkeypatch
) -> None:
    """MAIL-13: its head is kept, it is not downloaded, not even later."""
    box = configured(server, user, protocol=protocol, after="delete")
    monkeypatch.setattr("tramita.domain.definitions.Limits.raw_mail_bytes", 10_000)
    server.put(user, [mail("x" * 20_000, subject="Heavy"), *letters(1)])
    taken: list[object] = []
    monkeypatch.setattr(Imap, "raw", lambda self, name, real=Imap.raw: taken.append(name) or real(self, name))

    fetch(box)
    fetch(box, NOW + MINUTE)

    seen = SeenMessage.objects.get(outcome="unhandled")
    assert (seen.reason, seen.subject, seen.sender) == ("too large", "Heavy", "rui@acme.example")
    assert seen.size > 20_000
    assert len(server.uids(user)) == 1
    assert len(taken) <= 1


def test_who_sent_too_much_is_told_once_also_when_the_server_counts_anew(
    desk: Desk, data_dir: object, server: Dovecot, user: str, monkeypatch
) -> None:
    """MAIL-13, MAIL-4: of the head alone, and in the transaction that keeps it."""
    box = configured(server, user)
    monkeypatch.setattr("tramita.domain.definitions.Limits.raw_mail_bytes", 10_000)
    server.put(user, [mail("x" * 20_000, subject="Heavy", sender=desk.rui.email)])

    fetch(box)
    MailboxState.objects.update(uidvalidity=1)
    FetchedMessage.objects.update(uidvalidity=1)
    fetch(box, NOW + MINUTE)

    told = Delivery.objects.get(kind=size_notices.KIND).payload
    assert (told["people"], told["subject"]) == ([desk.rui.email], "Too large: Heavy")
    assert FetchedMessage.objects.count() == 2


def test_two_workers_do_not_fetch_one_mailbox_at_once(box: Mailbox, server: Dovecot, user: str) -> None:
    """MAIL-9."""
    server.put(user, letters(1))
    lease = visits.take(box, at=NOW)

    assert fetch(box, NOW + visits.LEASE / 2) == {}

    assert fetch(box, NOW + visits.LEASE) == {"fetched": 1}
    with pytest.raises(visits.LeaseLost):
        visits.keep_hold(lease, at=NOW + visits.LEASE)


def test_who_lost_the_lease_keeps_nothing_any_more(box: Mailbox, server: Dovecot, user: str, monkeypatch) -> None:
    """MAIL-9: a worker that was thought dead comes back."""
    server.put(user, letters(2))

    def overtaken(self: Imap, name: object, real=Imap.raw) -> bytes | None:
        MailboxState.objects.update(fence=99)
        return real(self, name)

    with monkeypatch.context() as patch:
        patch.setattr(Imap, "raw", overtaken)
        assert fetch(box) == {}

    assert not FetchedMessage.objects.exists()
    assert not SeenMessage.objects.exists()


FAULTS = {
    "login": {"password_env": "WRONG_PASSWORD"},
    "folder": {"folder": "No such folder"},
    "unreachable": {"port": 1},
    "tls": {"tls": "implicit", "port": "imaps"},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_of_a_server_has_its_name(
    desk: Desk, data_dir: object, server: Dovecot, user: str, fault: str, monkeypatch
) -> None:
    """MAIL-11, MAIL-12."""
    if fault == "tls":
        needs("openssl")
    monkeypatch.setenv("WRONG_PASSWORD", "wrong")
    more = {name: server.imaps if value == "imaps" else value for name, value in FAULTS[fault].items()}
    box = configured(server, user, **more)

    assert fetch(box) == {"mailboxes_failed": 1}

    state = MailboxState.objects.get()
    assert (state.fault, state.failing_since, state.next_at) == (fault, NOW, NOW + MINUTE)
    assert state.error
    assert visits.due(at=NOW) == []
    assert visits.due(at=NOW + MINUTE) == [box]


def test_a_refused_password_is_an_alert_until_it_is_cured(
    desk: Desk, data_dir: object, server: Dovecot, user: str, monkeypatch
) -> None:
    """MAIL-11."""
    monkeypatch.setenv("WRONG_PASSWORD", "wrong")
    fetch(configured(server, user, password_env="WRONG_PASSWORD"))
    fetch(configured(server, user, password_env="WRONG_PASSWORD"), NOW + MINUTE)
    alert = Alert.objects.get()
    assert (alert.key, alert.kind) == ("mailbox:invoices@desk.example:login", "mailbox_login")
    assert (alert.since, alert.count, alert.about["mailbox"]) == (NOW, 2, "invoices@desk.example")
    assert "wrong" not in str(alert.about)

    fetch(configured(server, user), NOW + 2 * MINUTE)

    assert not Alert.objects.exists()
    assert MailboxState.objects.get().fault == ""


def test_silence_of_a_quarter_of_an_hour_is_an_alert(desk: Desk, data_dir: object, server: Dovecot, user: str) -> None:
    """MAIL-12: an hour without network looks like a quiet day otherwise."""
    box = configured(server, user, port=1)
    fetch(box)
    assert not Alert.objects.exists()

    fetch(box, NOW + visits.SILENT)

    assert Alert.objects.get().kind == "mailbox_silent"


def test_a_secret_that_is_not_set_is_named(desk: Desk, data_dir: object, server: Dovecot, user: str) -> None:
    """MAIL-11."""
    fetch(configured(server, user, password_env="NOT_SET_ANYWHERE"))

    state = MailboxState.objects.get()
    assert (state.fault, state.error) == ("login", "the environment variable NOT_SET_ANYWHERE is not set")


def test_a_message_that_the_server_does_not_hand_over_stops_no_other(
    box: Mailbox, server: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-6: the operator sees it, and it is asked for again."""
    server.put(user, letters(3))

    def refusing(self: Imap, name: Name, real=Imap.raw) -> bytes | None:
        if name.uid == 2:
            raise MailServerFault("protocol", "FETCH failed")
        return real(self, name)

    with monkeypatch.context() as patch:
        patch.setattr(Imap, "raw", refusing)
        assert fetch(box) == {"fetched": 2, "mailboxes_failed": 1}
    assert (MailboxState.objects.get().fault, MailboxState.objects.get().error) == ("protocol", "FETCH failed")

    assert fetch(box, NOW + MINUTE, full=False) == {"fetched": 1}
    assert FetchedMessage.objects.filter(told=True).count() == 3


def test_a_folder_to_move_to_that_is_missing_is_told_and_the_mail_is_in(
    desk: Desk, data_dir: object, server: Dovecot, user: str
) -> None:
    """MAIL-2."""
    server.put(user, letters(1))
    box = configured(server, user, after="move", move_to="No such folder")

    assert fetch(box) == {"fetched": 1, "mailboxes_failed": 1}

    assert MailboxState.objects.get().fault == "folder"
    assert (process(), Item.objects.count()) == (1, 1)
    fetch(configured(server, user, after="move", move_to="Done"), NOW + MINUTE)
    assert len(server.uids(user, folder="Done")) == 1


def test_a_message_that_was_taken_away_meanwhile_is_nobodys_fault(
    box: Mailbox, server: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-5: people work in shared mailboxes."""
    server.put(user, letters(2))
    monkeypatch.setattr(Imap, "raw", lambda self, name, real=Imap.raw: real(self, name) if name.uid == 2 else None)

    assert fetch(box) == {"fetched": 1}
    assert MailboxState.objects.get().fault == ""
