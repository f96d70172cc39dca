"""Requests to other systems: where they go, and how much they take."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests import certificates
from tests.fakes.dripping import BODY, HEADERS, TLS, dripping
from tests.fakes.saying import saying
from tests.fakes.web import Web, serving
from tramita.gateways import calling
from tramita.gateways.calling import Answer, CallFault, call


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running


def got(url: str, *inside: str, patience: float = 5) -> Answer:
    return call("GET", url, headers={}, body=None, patience=patience, inside=inside)


def leading(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every name leads to these."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0)) for one in addresses]
    monkeypatch.setattr(calling, "getaddrinfo", lambda *_args, **_kwargs: found)


def test_a_name_that_leads_inside_is_refused(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A-55, DEPENDENCIES: be it one of its addresses."""
    leading(monkeypatch, "93.184.215.14", "127.0.0.1")

    with pytest.raises(CallFault, match="inside of the own network") as fault:
        got(f"http://partner.example:{web.server_address[1]}/")

    assert (fault.value.again, web.heard) == (False, [])


def test_a_redirect_leads_nowhere(web: Web) -> None:
    """A-55: where a call goes is what was configured."""
    web.answers, web.location = [(302, "")], f"{web.address}/elsewhere"

    assert got(f"{web.address}/here", "localhost").status == 302
    assert [one.path for one in web.heard] == ["/here"]


def test_an_endless_answer_is_not_taken(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A-55, Z-14."""
    monkeypatch.setattr(calling, "MOST", 1000)
    web.answers = [(200, "x" * 1001)]

    with pytest.raises(CallFault, match="too large"):
        got(web.address, "localhost")


def test_the_certificate_is_that_of_the_name_wherever_it_leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A-55: the connection goes to the address that was looked up, and another name is not believed there."""
    pair = certificates.write(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pair[0]))
    leading(monkeypatch, "127.0.0.1")
    with serving(pair) as web:
        port = web.server_address[1]

        answer = got(f"https://{certificates.NAME}:{port}/x", certificates.NAME)
        with pytest.raises(CallFault, match="SSLError"):
            got(f"https://partner.example:{port}/y", "partner.example")

    assert answer.status == 200
    assert [(one.path, one.headers["Host"]) for one in web.heard] == [("/x", f"{certificates.NAME}:{port}")]


def test_a_system_that_is_away_or_unknown_is_a_fault_that_may_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """A-55."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(CallFault) as away:
            got(f"http://localhost:{taken.getsockname()[1]}/", "localhost")

    def nobody(*_: Any, **__: Any) -> Any:
        raise socket.gaierror

    monkeypatch.setattr(calling, "getaddrinfo", nobody)
    with pytest.raises(CallFault, match="no address of gone") as gone:
        got("http://gone.example/")

    assert away.value.again
    assert gone.value.again


@pytest.mark.parametrize(("scheme", "first"), [("http", HEADERS), ("http", BODY), ("https", TLS)])
def test_who_sends_a_byte_at_a_time_is_cut_off_when_the_call_is_over(scheme: str, first: bytes) -> None:
    """A-55, API-2: the time is that of the whole call, in the handshake, the headers and the body."""
    with dripping(first) as port:
        begun = monotonic()
        with pytest.raises(CallFault, match="does not answer in time") as fault:
            got(f"{scheme}://localhost:{port}/", "localhost", patience=0.3)

    assert (fault.value.kind, fault.value.again) == ("slow", True)
    assert 0.3 <= monotonic() - begun < 3


ODD = [
    b"HTTP/1.1 301 X\r\nLocation: http://[\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 301 X\r\nLocation: \xff\xfe\r\nContent-Length: 2\r\n\r\nok",
    *(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=%s\r\nContent-Length: 2\r\n\r\nok" % charset
        for charset in (b"bogus", b"hex", b"punycode", b"idna", b"undefined", b"\xff")
    ),
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\no\0k",
]


@pytest.mark.parametrize("said", ODD)
def test_an_answer_may_be_odd_in_what_it_says_of_itself(said: bytes) -> None:
    """A-55, API-2: it is read as far as it can be kept, and breaks nothing: others wait behind it."""
    with saying(said) as port:
        answer = got(f"http://localhost:{port}/", "localhost")

    assert answer.text == "ok"


def test_the_rest_of_a_redirect_is_not_read_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """Z-14: the library would, for the next one."""
    monkeypatch.setattr(calling, "MOST", 1000)

    answer = b"HTTP/1.1 302 X\r\nLocation: /y\r\n\r\n" + b"x" * 100_000
    with saying(answer) as port, pytest.raises(CallFault, match="too large"):
        got(f"http://localhost:{port}/", "localhost")


@pytest.mark.parametrize("url", ["http://localhost:99999/", "http://[::1/"])
def test_what_is_no_address_is_a_fault_that_stays(url: str) -> None:
    """A-55."""
    with pytest.raises(CallFault, match="no address") as fault:
        got(url)

    assert not fault.value.again


INSIDE = """
    127.0.0.1 10.1.2.3 100.64.0.1 169.254.169.254 0.0.0.0 224.0.0.1 240.0.0.1 ::1 :: fe80::1%eth0 fd00::1 fec0::1
    ff0e::1 ::ffff:10.0.0.1 ::10.0.0.1 ::ffff:0:10.0.0.1 64:ff9b::10.0.0.1 64:ff9b:1::1 2002:a00:1::1 2001::1
"""


@pytest.mark.parametrize("address", INSIDE.split())
def test_an_address_of_the_own_network_is_one_in_every_form(address: str) -> None:
    """A-55, API-2: also where IPv6 holds one of IPv4, which relays and translators reach."""
    assert calling.is_inside(address, ())


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:4700::1111", "::ffff:93.184.215.14", "64:ff9b::93.184.215.14"]
)
def test_an_address_outside_is_none_of_ours(address: str) -> None:
    """A-55."""
    assert not calling.is_inside(address, ())


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3"])
def test_a_network_that_is_named_is_reached(address: str) -> None:
    """INTERFACES 5: TRAMITA_WEBHOOK_ALLOW."""
    assert not calling.is_inside(address, ("localhost", "10.0.0.0/8"))


def test_an_answer_that_comes_in_time_is_left_alone(web: Web) -> None:
    """A-55: and no thread stays behind."""
    answers = [got(web.address, "localhost").status for _ in range(3)]

    assert answers == [200, 200, 200]
    assert not any(isinstance(one, threading.Timer) for one in threading.enumerate())
