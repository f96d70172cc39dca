"""The records of our domains are looked at each day, by a real name server, and kept (MAIL-123)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests import factories as make
from tests.desk import Desk
from tests.fakes.dns import SILENCE, NameServer, name_server
from tramita.domain.errors import Conflict, NotPermitted
from tramita.gateways import dns
from tramita.models import Alert, Mailbox, Probe, Route, SenderDomain
from tramita.queries.sender_domains import sender_domains
from tramita.services.sender_domains import check_due, check_now
from tramita.worker import loop

NOW = datetime(2026, 11, 28, 14, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def server(desk: Desk, settings) -> Iterator[NameServer]:
    """One that knows nothing yet; mail leaves by a server whose address it knows."""
    with name_server() as one:
        settings.TRAMITA_NAMESERVERS = (one.address,)
        settings.TRAMITA_SMTP_URL = "smtp://out.desk.example:587"
        one.put("out.desk.example", "A", "1.1.1.1")
        yield one


def in_order(server: NameServer, domain: str = "desk.example") -> None:
    server.put(domain, "MX", "10 mx.desk.example.")
    server.put("mx.desk.example", "A", "192.0.2.1")
    server.put(domain, "TXT", "v=spf1 a:out.desk.example -all")
    server.put(f"s1._domainkey.{domain}", "TXT", "v=DKIM1; p=" + "MIIB" * 98)
    server.put(f"_dmarc.{domain}", "TXT", "v=DMARC1; p=reject")
    Mailbox.objects.update(dkim_selectors=["s1"])


def verdicts(domain: str = "desk.example") -> dict[str, str]:
    (found,) = (one for one in sender_domains(make.administrator()) if one.name == domain)
    return {one.finding.record: one.finding.code for one in found.records}


def test_a_domain_in_order_is_green_and_looked_at_again_the_next_day(server: NameServer) -> None:
    """MAIL-123."""
    in_order(server)

    assert check_due(at=NOW) == 1
    assert verdicts() == {"mx": "mx_good", "spf": "spf_good", "dkim": "dkim_good", "dmarc": "dmarc_good"}

    known = len(server.asked)
    assert check_due(at=NOW + DAY - HOUR) == 0
    assert len(server.asked) == known
    assert check_due(at=NOW + DAY) == 1


def test_the_domains_are_those_of_mailboxes_and_routes_and_no_others(server: NameServer, desk: Desk) -> None:
    """MAIL-117, MAIL-123: what we write From. One that is used no more is forgotten."""
    box = Mailbox.objects.get()
    Route.objects.create(mailbox=box, address="help@Łódź.example".lower(), process=desk.definitions["plain"])
    check_due(at=NOW)
    assert [one.name for one in sender_domains(make.administrator())] == ["desk.example", "xn--d-uga0v4h.example"]

    Route.objects.filter(address__startswith="help").update(active=False)
    check_due(at=NOW + HOUR)

    assert list(SenderDomain.objects.values_list("domain", flat=True)) == ["desk.example"]


def test_what_a_mail_to_itself_showed_counts(server: NameServer) -> None:
    """MAIL-123, MAIL-142: the key that signed is looked up, and a believed pass proves SPF."""
    in_order(server)
    server.put("desk.example", "TXT", "v=spf1 mx -all")
    server.put("seen._domainkey.desk.example", "TXT", "v=DKIM1; p=")
    plain = {"mailbox": Mailbox.objects.get(), "nonce": "0a", "ordered_at": NOW, "arrived_at": NOW, "ended_at": NOW}
    Probe.objects.create(**plain, signatures=[["desk.example", "seen"]], verdicts={"spf": "pass"})

    check_due(at=NOW)

    (found,) = sender_domains(make.administrator())
    assert [one.finding.code for one in found.records] == [
        "mx_good",
        "spf_good",
        "dkim_revoked",
        "dkim_good",
        "dmarc_good",
    ]


def test_what_was_in_order_and_is_no_more_is_told_until_it_is_cured(server: NameServer) -> None:
    """MAIL-123: a domain that never was in order raises no alarm; its page says it."""
    check_due(at=NOW)
    assert not Alert.objects.exists()
    in_order(server)
    check_due(at=NOW + DAY)
    server.put("desk.example", "TXT", "v=spf1 +all")
    check_due(at=NOW + 2 * DAY)

    (alert,) = Alert.objects.all()
    assert (alert.kind, alert.about) == ("domain_records", {"domain": "desk.example", "records": "SPF"})

    in_order(server)
    check_due(at=NOW + 3 * DAY)
    assert not Alert.objects.exists()


def test_a_name_server_that_fails_is_asked_again_within_the_hour_and_raises_no_alarm(
    server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-123: not known is not bad, and cures nothing either."""
    in_order(server)
    check_due(at=NOW)
    server.faults["desk.example"] = SILENCE

    with monkeypatch.context() as impatient:
        impatient.setattr(dns, "PATIENCE", 0.4)
        assert check_due(at=NOW + DAY) == 1
    assert verdicts()["spf"] == "dns_failed"
    assert not Alert.objects.exists()
    del server.faults["desk.example"]
    assert check_due(at=NOW + DAY + HOUR) == 1

    (found,) = sender_domains(make.administrator())
    assert {one.finding.record: one.since for one in found.records}["mx"] == NOW + DAY + HOUR


def test_since_when_it_is_so_is_kept(server: NameServer) -> None:
    """MAIL-123."""
    in_order(server)
    check_due(at=NOW)
    check_due(at=NOW + DAY)

    (found,) = sender_domains(make.administrator())
    assert {one.since for one in found.records} == {NOW}


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:25", "smtp://relay", "smtp://10.0.0.7", "smtp://gone.desk.example"])
def test_a_server_of_the_house_says_nothing_of_how_mail_leaves(server: NameServer, settings, url: str) -> None:
    """MAIL-123."""
    in_order(server)
    settings.TRAMITA_SMTP_URL = url

    check_due(at=NOW)

    assert verdicts()["spf"] == "spf_unproven"


def test_nobody_is_asked_where_no_mail_leaves_or_no_name_server_is_to_be_asked(server: NameServer, settings) -> None:
    """MAIL-123: a development installation asks nobody by itself, and does when told to."""
    settings.TRAMITA_SMTP_URL = "file:///nowhere"
    assert check_due(at=NOW) == 0
    assert server.asked == []
    assert check_now(by=make.administrator(), at=NOW) == 1

    settings.TRAMITA_NAMESERVERS = None
    assert check_due(at=NOW + DAY) == 0
    with pytest.raises(Conflict):
        check_now(by=make.administrator("Two"), at=NOW)


def test_who_does_not_look_after_the_desk_neither_sees_nor_asks(server: NameServer, desk: Desk) -> None:
    """SEC-1, SEC-2."""
    check_due(at=NOW)

    for actor in (desk.ana, desk.leo, make.administrator("Part", grants={"acme": ["configure"]})):
        assert sender_domains(actor) == []
        with pytest.raises(NotPermitted):
            check_now(by=actor, at=NOW)


def test_two_workers_do_not_ask_the_same(server: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-123: who takes a domain holds it for some minutes."""
    from tramita.services import sender_domains as checking

    others: list[int] = []
    examine = checking.examine

    def meanwhile(*given: object) -> object:
        others.append(check_due(at=NOW))
        return examine(*given)

    monkeypatch.setattr(checking, "examine", meanwhile)

    assert check_due(at=NOW) == 1
    assert others == [0]


def test_the_worker_does_it(server: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-123: counted; looked for once a minute."""
    monkeypatch.setattr(loop, "_looked", {})

    assert loop.domains(at=NOW) == {"domains_checked": 1}
    assert loop.domains(at=NOW + timedelta(seconds=30)) == {}
    assert loop.domains(at=NOW + DAY) == {"domains_checked": 1}
