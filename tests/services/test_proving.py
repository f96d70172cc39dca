"""A mailbox is proved both ways, with a real Dovecot and a real SMTP server (MAIL-142, MAIL-117)."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests import factories as make
from tests.desk import MONDAY, Desk, build
from tests.dovecot import PASSWORD, Dovecot
from tests.fakes.relay import Relay, relay
from tests.needs import needs
from tests.services.test_races import at_once
from tests.services.test_receiving import mail, receive
from tramita.domain.errors import Conflict, NotFound, NotPermitted
from tramita.models import Item, Mailbox, Message, Probe, SeenMessage, SenderDomain
from tramita.services import fetching, mailing, probes, processing, proving
from tramita.services.checking_mailboxes import proof

NOW = datetime(2026, 11, 28, 14, 0, tzinfo=UTC)
SIGNED = b"DKIM-Signature: v=1; a=rsa-sha256; d=desk.example; s=s1; h=from; bh=x; b=y\r\n"
VERDICT = (
    b"Authentication-Results: mx.example; dkim=pass header.d=desk.example; spf=pass smtp.mailfrom=desk.example\r\n"
)


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self) -> None:
        self.now = NOW
        self.meanwhile: Callable[[], object] = lambda: None

    def __call__(self) -> datetime:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.meanwhile()


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    one = Dovecot.start(needs("dovecot"))
    yield one
    one.stop()


@pytest.fixture
def user() -> str:
    return f"proved-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def box(desk: Desk, server: Dovecot, user: str, data_dir: object, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    monkeypatch.setenv("DOVECOT_PASSWORD", PASSWORD)
    Mailbox.objects.update(settings=server.settings(user), authserv_id="mx.example")
    return Mailbox.objects.get()


@pytest.fixture
def provider(server: Dovecot, user: str, box: Mailbox, settings) -> Iterator[Relay]:
    with relay(server, user) as (one, url):
        settings.TRAMITA_SMTP_URL = url
        yield one


@pytest.fixture
def clock() -> Clock:
    return Clock()


def prove(box: Mailbox, clock: Clock) -> Probe:
    return proving.prove(box, clock=clock, pause=clock.pause)


def steps(probe: Probe) -> dict[str, str]:
    return {one.step: one.fault or one.words for one in proof(probe)}


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_mailbox_that_works_both_ways_says_so_and_nothing_is_left_of_it(
    box: Mailbox, provider: Relay, server: Dovecot, user: str, clock: Clock, protocol: str
) -> None:
    """MAIL-142, MAIL-141: no item, in the trace, cleaned up at the server; what was there stays."""
    box.settings = server.settings(user, protocol=protocol)
    box.save()
    server.put(user, [mail()])
    provider.fields = VERDICT + SIGNED

    probe = prove(box, clock)

    assert steps(probe) == {"send": "", "arrive": "", "plus": "plus", "signature": "d=desk.example s=s1 (pass)"}
    assert probe.verdicts == {"dkim": "pass", "spf": "pass"}
    assert Mailbox.objects.get().plus_delivered is True
    assert len(server.uids(user)) == 1
    assert not Item.objects.exists()
    assert not Message.objects.exists()
    seen = SeenMessage.objects.order_by("id")
    assert [(one.outcome, one.reason, one.trace["probe"]) for one in seen] == [
        ("ignored", "probe", "plain"),
        ("ignored", "probe", "plus"),
    ]


def test_what_is_sent_is_a_machines_mail_that_nobody_can_guess(box: Mailbox, provider: Relay, clock: Clock) -> None:
    """MAIL-95, MAIL-142: and no two are alike."""
    prove(box, clock)
    prove(box, clock)

    addresses = [address for address, _ in provider.seen]
    assert len(set(addresses)) == 3
    assert all("Auto-Submitted: auto-generated" in raw.decode() for _, raw in provider.seen)
    assert len({raw.decode().partition("Message-ID: <")[2].partition(">")[0] for _, raw in provider.seen}) == 4


def test_a_relay_that_renames_mails_is_no_obstacle(box: Mailbox, provider: Relay, clock: Clock) -> None:
    """MAIL-142: the token stands in a field of its own, too."""
    provider.renames = True

    assert steps(prove(box, clock))["plus"] == "plus"


@pytest.mark.parametrize("does", ["refuse", "drop", "report"])
def test_a_provider_without_plus_addresses_gets_none_in_reply_to(
    desk: Desk, box: Mailbox, provider: Relay, clock: Clock, does: str
) -> None:
    """MAIL-117: the outcome decides whether Reply-To carries a token; the text carries it then."""
    provider.plus = does
    item = desk.ticket()
    before = mailing.send(item, to=[desk.rui.email], text="One", by=desk.ana, at=MONDAY)

    probe = prove(box, clock)
    after = mailing.send(Item.objects.get(), to=[desk.rui.email], text="Two", by=desk.ana, at=MONDAY)

    assert steps(probe) == {"send": "", "arrive": "", "plus": "no_plus", "signature": "unsigned"}
    assert "+" in before.headers["reply_to"]
    assert after.headers["reply_to"] == after.headers["bounce"] == "invoices@desk.example"
    assert after.headers["tag"].startswith("ref:")
    assert Item.objects.count() == 1


def test_a_mailbox_that_knows_items_by_plus_addresses_alone_cannot_do_without(
    box: Mailbox, provider: Relay, clock: Clock
) -> None:
    """M-1, MAIL-117."""
    provider.plus = "refuse"
    Mailbox.objects.update(plus_addressing="only")

    assert steps(prove(Mailbox.objects.get(), clock))["plus"] == "plus_lost"


def test_a_plus_address_that_comes_late_cures_it(
    box: Mailbox, provider: Relay, server: Dovecot, user: str, clock: Clock
) -> None:
    """MAIL-117: whoever meets it, and whenever."""
    provider.plus = "drop"
    prove(box, clock)
    assert Mailbox.objects.get().plus_delivered is False

    server.put(user, [raw for address, raw in provider.seen if "+" in address])
    fetching.visit(Mailbox.objects.get(), clock=clock)
    processing.process_due(at=NOW + timedelta(hours=1))

    assert Mailbox.objects.get().plus_delivered is True


@pytest.mark.parametrize(
    ("does", "step", "fault"),
    [
        ("refuse", "send", "refused"),
        ("later", "send", "not_sent"),
        ("drop", "arrive", "not_arrived"),
        ("report", "arrive", "bounced"),
    ],
)
def test_what_fails_is_named_and_what_was_known_of_plus_addresses_stays(
    box: Mailbox, provider: Relay, clock: Clock, does: str, step: str, fault: str
) -> None:
    """MAIL-142."""
    Mailbox.objects.update(plus_delivered=True)
    provider.plain = provider.plus = does

    probe = prove(box, clock)

    assert steps(probe)[step] == fault
    assert probe.ended_at
    assert Mailbox.objects.get().plus_delivered is True
    assert clock.now < NOW + timedelta(minutes=3)


def test_a_mailbox_that_cannot_be_opened_sends_nothing(box: Mailbox, provider: Relay, clock: Clock) -> None:
    """MAIL-142."""
    box.settings |= {"password_env": "NOT_SET_ANYWHERE"}
    box.save()

    assert steps(prove(box, clock)) == {"send": "login"}
    assert provider.seen == []


def test_an_installation_that_sends_nothing_there_says_why(
    box: Mailbox, provider: Relay, clock: Clock, settings
) -> None:
    """MAIL-127."""
    settings.TRAMITA_SEND_ONLY_TO = frozenset({"@else.example"})
    assert steps(prove(box, clock)) == {"send": "restricted"}

    settings.TRAMITA_SMTP_URL = "file:///nowhere"
    assert steps(prove(box, clock)) == {"send": "files"}


@pytest.mark.parametrize(("after", "folder"), [("seen", ""), ("delete", ""), ("move", "Done")])
def test_a_worker_that_fetches_faster_changes_nothing(
    box: Mailbox, provider: Relay, server: Dovecot, user: str, clock: Clock, after: str, folder: str
) -> None:
    """MAIL-142, MAIL-9: whoever meets the mail first notes it, and what it moved is cleaned up, too."""
    box.settings |= {"after": after} | ({"move_to": folder} if folder else {})
    box.save()

    def fetch() -> None:
        fetching.visit(box, clock=clock)
        processing.process_due(at=clock.now + timedelta(minutes=1))

    clock.meanwhile = fetch
    probe = prove(box, clock)

    assert steps(probe)["plus"] == "plus"
    assert server.uids(user) == []
    assert server.uids(user, folder="Done") == []
    assert not Item.objects.exists()


def test_a_stranger_who_copies_the_mail_with_another_token_is_a_stranger(
    desk: Desk, box: Mailbox, provider: Relay, clock: Clock
) -> None:
    """MAIL-54, MAIL-142: nobody but the desk makes one."""
    prove(box, clock)
    mark = provider.seen[0][1].decode().partition("X-Tramita-Probe: ")[2].partition("\r\n")[0]
    forged = mark[:-1] + ("0" if mark[-1] != "0" else "1")

    assert receive(mail("Hi", X_Tramita_Probe=forged)).outcome == "created"


def test_a_page_orders_it_and_a_worker_does_it(desk: Desk, box: Mailbox, provider: Relay, clock: Clock) -> None:
    """MAIL-110, MAIL-142: nothing leaves from a request; one at a time; only for who configures."""
    root = make.administrator()
    with pytest.raises(NotPermitted):
        probes.order(box.address, by=desk.ana, at=NOW)
    with pytest.raises(NotFound):
        probes.order("nobody@desk.example", by=root, at=NOW)

    probes.order(box.address, by=root, at=NOW)
    with pytest.raises(Conflict):
        probes.order(box.address, by=root, at=NOW)
    assert provider.seen == []
    assert steps(Probe.objects.get()) == {"send": "under_way"}

    assert proving.prove_due(at=NOW, pause=clock.pause) == 1
    assert proving.prove_due(at=NOW, pause=clock.pause) == 0

    assert steps(Probe.objects.get())["plus"] == "plus"


def test_a_worker_that_died_is_followed_by_another_which_sends_nothing_twice(
    box: Mailbox, provider: Relay, clock: Clock
) -> None:
    """MAIL-142: the lease ends, what was sent is only waited for."""
    probes.begin(box, at=NOW)
    died = probes.claim(at=NOW)
    assert died
    proving._send(died, clock)
    assert proving.prove_due(at=NOW, pause=clock.pause) == 0

    assert proving.prove_due(at=NOW + timedelta(minutes=6), pause=clock.pause) == 1

    assert len(provider.seen) == 2
    assert steps(Probe.objects.get())["plus"] == "plus"
    assert not probes.note(died, words="late"), "the dead one comes back and changes nothing"


def test_who_orders_another_takes_it_from_who_waits(box: Mailbox, provider: Relay, clock: Clock) -> None:
    """MAIL-142."""
    provider.plain = "drop"
    clock.meanwhile = lambda: Probe.objects.get().nonce == first and probes.begin(box, at=clock.now)
    begun = probes.begin(box, at=NOW)
    first = begun.nonce

    proving.prove_due(at=NOW, pause=clock.pause)

    now = Probe.objects.get()
    assert now.nonce != first
    assert now.ended_at is None


def test_what_signed_the_mail_is_looked_up_at_the_next_check(box: Mailbox, provider: Relay, clock: Clock) -> None:
    """MAIL-123: the check of the domain's records need not wait for its day."""
    SenderDomain.objects.create(domain="desk.example", next_at=NOW + timedelta(days=1))
    provider.fields = SIGNED

    prove(box, clock)

    assert SenderDomain.objects.get().next_at <= clock.now


@pytest.mark.django_db(transaction=True)
def test_of_two_who_order_at_once_one_hears_so(transactional_db: None) -> None:
    """MAIL-142: on both databases."""
    build()
    root, other = make.administrator(), make.administrator("Other")
    Mailbox.objects.update(settings={"protocol": "imap"})

    told = at_once(
        lambda: probes.order("invoices@desk.example", by=root, at=NOW),
        lambda: probes.order("invoices@desk.example", by=other, at=NOW),
    )

    assert sorted(type(one).__name__ for one in told) == ["Conflict", "Probe"]
    assert Probe.objects.get().fence == 0
