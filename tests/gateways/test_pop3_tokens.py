"""POP3 with a token, against a real server and against one that speaks by the letter (MAIL-11, MAIL-16)."""

import base64
import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest

from tests.dovecot import Dovecot
from tests.needs import needs
from tests.services.test_receiving import mail
from tramita.gateways.incoming import Account, MailServerFault, Name
from tramita.gateways.pop3 import Pop3

TOKEN = "right-" + "x" * 2_500  # as long as those of large providers


class Introspection(BaseHTTPRequestHandler):
    """Whose a token is (RFC 7662)."""

    def do_POST(self) -> None:
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        good = TOKEN in (*asked.get("token", ()), *asked.get("access_token", ()))
        answer = json.dumps({"active": good, "username": "desk"} if good else {"active": False}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Not into the tests' output."""


def serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def introspection() -> Iterator[int]:
    yield from serving(HTTPServer(("127.0.0.1", 0), Introspection))


@pytest.fixture(scope="module")
def dovecot(introspection: int) -> Iterator[Dovecot]:
    one = Dovecot.start(needs("dovecot"), introspection=f"http://127.0.0.1:{introspection}/")
    yield one
    one.stop()


def account(port: int, token: str) -> Account:
    return Account("127.0.0.1", "desk", "pop3", port, "off", access_token=token)


def test_a_real_server_takes_the_token_and_hands_its_mail_over(dovecot: Dovecot) -> None:
    """MAIL-11, MAIL-16: Dovecot with XOAUTH2."""
    dovecot.put("desk", [mail("By token")])
    session = Pop3(account(dovecot.pop3, TOKEN))

    session.connect()
    session.log_in()
    session.open()
    (name,) = session.names()
    raw = session.raw(name)
    session.bye()

    assert isinstance(name, Name)
    assert b"By token" in (raw or b"")


def test_a_real_server_refuses_another_token_by_its_name(dovecot: Dovecot) -> None:
    """MAIL-11: `token`, so that somebody is asked to authorise again; the token is in no message."""
    session = Pop3(account(dovecot.pop3, "wrong-and-secret"))
    session.connect()

    with pytest.raises(MailServerFault) as refused:
        session.log_in()
    session.close()

    assert refused.value.name == "token"
    assert "secret" not in str(refused.value)


class ByTheLetter(socketserver.StreamRequestHandler):
    """A server that refuses by a challenge, and goes on only after the empty line that answers it."""

    def handle(self) -> None:
        self.wfile.write(b"+OK ready\r\n")
        heard = self.server.heard = []  # type: ignore[attr-defined]  # ours
        while line := self.rfile.readline(10_000).rstrip(b"\r\n"):
            heard.append(line)
            if line == b"AUTH XOAUTH2":
                self.wfile.write(b"+ \r\n")
                heard.append(self.rfile.readline(10_000).rstrip(b"\r\n"))
                self.wfile.write(b"+ " + base64.b64encode(b'{"status":"400","scope":"mail"}') + b"\r\n")
                heard.append(self.rfile.readline(10_000))
                self.wfile.write(b"-ERR authentication failed\r\n")


def test_a_refusal_by_challenge_is_answered_and_told() -> None:
    """MAIL-11, RFC 5034 section 4: a plus is no yes; each line stays below what a server takes."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), ByTheLetter)
    for port in serving(server):
        session = Pop3(account(port, TOKEN))
        session.connect()
        with pytest.raises(MailServerFault) as refused:
            session.log_in()
        session.close()

    heard = server.heard  # type: ignore[attr-defined]  # ours
    assert heard[0] == b"AUTH XOAUTH2"
    assert base64.b64decode(heard[1]) == f"user=desk\1auth=Bearer {TOKEN}\1\1".encode()
    assert heard[2] == b"\r\n"
    assert (refused.value.name, "status" in str(refused.value)) == ("token", True)
