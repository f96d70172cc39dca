"""A mail server is spoken to once for many mails, and whatever it does is one of three things (MAIL-111, MAIL-112)."""

import socket
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller

from tests.fakes.smtp import CUT, SILENCE, Misbehaving, misbehaving
from tramita.gateways.smtp import NotNowError, Refusals, RefusedError, SendError, Server, Timeouts, UncertainError

RAW = b"Message-ID: <1@desk.example>\r\nSubject: Hi\r\n\r\n.\r\n..dots\r\n"
TWO = ["rui@acme.example", "marta@acme.example"]
QUICK = Timeouts(0.3, 0.3)


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    with misbehaving() as found:
        yield found


@pytest.fixture
def way(server: Misbehaving) -> Iterator[Server]:
    found = Server(server.url, QUICK)
    yield found
    found.close()


def send(way: Server, to: list[str] = TWO, *, said: list[str] | None = None) -> Refusals:
    return way.send("name", "desk@desk.example", to, RAW, handing_over=lambda: (said or []).append("now"))


def test_a_batch_of_mail_goes_over_one_connection(server: Misbehaving, way: Server) -> None:
    """MAIL-112."""
    for _ in range(3):
        assert send(way) == {}

    assert server.connections == 1
    assert [raw for raw, _ in server.kept] == [RAW] * 3
    assert {to for _, to in server.kept} == {tuple(TWO)}


def test_the_size_a_server_takes_is_learned_and_told_to_it(server: Misbehaving, way: Server) -> None:
    """MAIL-121."""
    assert way.largest is None

    send(way)

    assert way.largest == 2_000_000
    send(way)
    assert server.envelopes == [f"FROM:<desk@desk.example> SIZE={len(RAW)}"] * 2


def test_each_recipient_has_a_fate_of_their_own(server: Misbehaving, way: Server) -> None:
    """MAIL-112."""
    server.recipients = {"marta@acme.example": "550 no such user", "leo@acme.example": "450 box is full"}

    refused = send(way, [*TWO, "leo@acme.example"])

    assert isinstance(refused["marta@acme.example"], RefusedError)
    assert isinstance(refused["leo@acme.example"], NotNowError)
    assert [to for _, to in server.kept] == [("rui@acme.example",)]


def test_a_mail_that_every_recipient_refuses_is_not_handed_over(server: Misbehaving, way: Server) -> None:
    """MAIL-111, MAIL-112."""
    server.steps = {"rcpt": "550 nobody here"}
    said = ["before"]

    refused = send(way, said=said)

    assert set(refused) == set(TWO)
    assert (said, server.kept) == (["before"], [])


NOT_NOW = [
    *((step, what) for step in ("banner", "ehlo", "mail", "rcpt", "data") for what in (CUT, SILENCE)),
    *((step, "451 later") for step in ("mail", "data", "message")),
    *(("banner", said) for said in ("421 busy", "554 not you")),
    ("rcpt", "421 closing"),
]


@pytest.mark.parametrize(("step", "what"), NOT_NOW)
def test_before_the_message_is_handed_over_all_is_not_now(
    server: Misbehaving, way: Server, step: str, what: str
) -> None:
    """MAIL-112: also a server that sends everybody away."""
    server.steps = {step: what}

    with pytest.raises(NotNowError):
        send(way)

    server.steps = {}
    assert send(way) == {}


@pytest.mark.parametrize("step", ["mail", "data", "message"])
def test_what_is_refused_for_good_leaves_the_connection_for_the_next(
    server: Misbehaving, way: Server, step: str
) -> None:
    """MAIL-112."""
    server.steps = {step: "550 spam"}
    with pytest.raises(RefusedError, match="550 spam"):
        send(way)

    server.steps = {}
    assert send(way) == {}
    assert server.connections == 1


@pytest.mark.parametrize("what", [CUT, SILENCE])
def test_after_the_message_was_handed_over_nobody_knows(server: Misbehaving, way: Server, what: str) -> None:
    """MAIL-111: the server may have it, as this one has."""
    server.steps = {"message": what}

    with pytest.raises(UncertainError):
        send(way)

    assert len(server.kept) == 1


def test_a_connection_that_the_server_closed_meanwhile_is_made_anew(server: Misbehaving, way: Server) -> None:
    """MAIL-112."""
    send(way)
    server.steps = {"mail": CUT}
    with pytest.raises(NotNowError):  # the new one is cut too
        send(way)
    server.steps = {}

    assert send(way) == {}
    assert len(server.kept) == 2


def test_what_stops_the_handing_over_sends_nothing(server: Misbehaving, way: Server) -> None:
    """MAIL-111: somebody else has the mail by now."""

    def lost() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        way.send("name", "desk@desk.example", TWO, RAW, handing_over=lost)

    assert send(way) == {}
    assert len(server.kept) == 1


def test_no_connection_is_not_now() -> None:
    """MAIL-112."""
    with misbehaving() as gone:
        url = gone.url

    with pytest.raises(NotNowError):
        send(Server(url, QUICK))


@pytest.mark.parametrize("mark", ["?tls=starttls", ""])
def test_a_server_without_encryption_gets_no_password_and_no_mail(server: Misbehaving, mark: str) -> None:
    """MAIL-112, DESIGN 13: STARTTLS that was asked for is never done without."""
    way = Server(server.url.replace("://", "://ana:secret@") + mark, QUICK)

    with pytest.raises(SendError, match=r"STARTTLS|AUTH"):
        send(way)

    assert server.kept == []


class Box:
    """What a real server took."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str], bytes]] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"


def test_a_real_server_gets_every_byte() -> None:
    """MAIL-112."""
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, decode_data=False)
    controller.start()
    try:
        way = Server(f"smtp://127.0.0.1:{port}", QUICK)
        assert send(way) == send(way) == {}
        way.close()
    finally:
        controller.stop()

    assert box.taken == [("desk@desk.example", TWO, RAW)] * 2
    assert way.largest
