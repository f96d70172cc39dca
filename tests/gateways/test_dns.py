"""Name servers are asked with patience that ends, and nothing that they say breaks anything (MAIL-123)."""

from collections.abc import Iterator

import pytest

from tests.fakes.dns import RING, RUBBISH, SERVFAIL, SILENCE, STRANGER, NameServer, name_server
from tramita.domain.sender_dns import DnsFault
from tramita.gateways import dns
from tramita.gateways.dns import Resolver


@pytest.fixture
def server() -> Iterator[NameServer]:
    with name_server() as one:
        yield one


@pytest.fixture
def ask(server: NameServer) -> Resolver:
    """More patient than the worker: this machine may be busy."""
    return Resolver([server.address], seconds=60)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """For those who do not answer anyway."""
    monkeypatch.setattr(dns, "PATIENCE", 0.4)
    monkeypatch.setattr(dns, "EACH", 0.1)


def test_each_type_is_given_as_text_in_an_order_of_its_own(server: NameServer, ask: Resolver) -> None:
    """MAIL-123: exchangers by preference, whatever turn the server takes; nothing where there is nothing."""
    server.put("acme.example", "MX", "20 second.example.", "5 First.example.")
    server.put("acme.example", "A", "192.0.2.7")
    server.put("acme.example", "AAAA", "2001:db8::7")
    server.put("acme.example", "TXT", "v=spf1 -all")

    assert ask("Acme.example.", "MX") == ("5 first.example", "20 second.example")
    assert ask("acme.example", "A") == ("192.0.2.7",)
    assert ask("acme.example", "AAAA") == ("2001:db8::7",)
    assert ask("acme.example", "TXT") == ("v=spf1 -all",)
    assert ask("first.example", "A") == ()
    assert ask("acme.example", "CNAME") == ()


def test_the_same_is_asked_once(server: NameServer, ask: Resolver) -> None:
    """MAIL-123: one round of questions; a fault, too, is met once."""
    server.faults["silent.example"] = SERVFAIL
    for _ in range(3):
        ask("acme.example", "MX")
        with pytest.raises(DnsFault):
            ask("silent.example", "MX")

    assert ("acme.example", "MX", "udp") in server.asked
    known = len(server.asked)
    with pytest.raises(DnsFault):
        ask("silent.example", "MX")
    assert len(server.asked) == known


def test_strings_of_one_record_belong_together_and_what_is_long_comes_by_tcp(server: NameServer, ask: Resolver) -> None:
    """RFC 7208 section 3.3; RFC 1035 section 4.2."""
    key = "v=DKIM1; k=rsa; p=" + "A" * 700
    server.put("s1._domainkey.acme.example", "TXT", key)

    assert ask("s1._domainkey.acme.example", "TXT") == (key,)
    assert server.asked[-1] == ("s1._domainkey.acme.example", "TXT", "tcp")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", [SILENCE, SERVFAIL, RUBBISH, STRANGER, RING])
def test_what_is_no_answer_is_one_fault_with_its_name(server: NameServer, ask: Resolver, fault: str) -> None:
    """MAIL-123: silence, SERVFAIL, a message that cannot be read, somebody else's, names that lead round."""
    server.put("acme.example", "TXT", "v=spf1 -all")
    server.faults["acme.example"] = fault

    with pytest.raises(DnsFault) as told:
        ask("acme.example", "TXT")

    assert told.value.name == "acme.example"
    assert told.value.why


def test_an_answer_larger_than_any_record_of_mail_is_a_fault(server: NameServer, ask: Resolver) -> None:
    """MAIL-123: 60 KB of text are not kept."""
    server.put("acme.example", "TXT", "v=spf1 " + "ip4:192.0.2.1 " * 4000)

    with pytest.raises(DnsFault, match="larger"):
        ask("acme.example", "TXT")


@pytest.mark.parametrize("name", ["a" * 70 + ".example", "a..example", ".".join(["long"] * 80)])
def test_a_name_that_cannot_be_is_a_fault(ask: Resolver, name: str) -> None:
    """RFC 1035 section 2.3.4."""
    with pytest.raises(DnsFault):
        ask(name, "TXT")


def test_once_the_time_is_up_nobody_is_asked_any_more(server: NameServer) -> None:
    """MAIL-123: a page must not wait for a record that includes a hundred silent ones."""
    ask = Resolver([server.address], seconds=0)

    with pytest.raises(DnsFault, match="no time"):
        ask("acme.example", "MX")

    assert server.asked == []
