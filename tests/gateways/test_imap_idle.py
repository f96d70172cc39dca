"""Waiting for news by IDLE (RFC 2177), against a server that speaks by the letter (MAIL-5, MAIL-12)."""

import socketserver
import threading
from collections.abc import Iterator

import pytest

from tramita.gateways.imap import Imap
from tramita.gateways.incoming import Account

GLANCES = 3


class Server(socketserver.StreamRequestHandler):
    """It answers IDLE with these bytes, in one piece."""

    idling = b""

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, command, *_ = line.split()
            if command == b"IDLE":
                self.wfile.write(self.idling)
                self.rfile.readline()  # DONE
            said = {b"CAPABILITY": b"* CAPABILITY IMAP4REV1 IDLE\r\n", b"SELECT": b"* OK [UIDVALIDITY 7] .\r\n"}
            self.wfile.write(said.get(command, b"") + tag + b" OK done\r\n")


@pytest.fixture
def session() -> Iterator[Imap]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        port = server.server_address[1]
        session = Imap(Account("127.0.0.1", "desk", port=port, tls="off", password="secret"))
        session.connect()
        session.log_in()
        session.open()
        yield session
        session.close()
        server.shutdown()
        thread.join()


def glances(session: Imap) -> int:
    """How often it asked whether to go on waiting, up to some times."""
    asked = 0

    def stays() -> bool:
        nonlocal asked
        asked += 1
        return asked < GLANCES

    session.wait(60, stays)
    return asked


def test_news_in_one_breath_with_the_servers_go_ahead_end_the_wait(session: Imap, monkeypatch) -> None:
    """It was seen at the next glance of the one who waits, up to a quarter of a minute later."""
    monkeypatch.setattr(Server, "idling", b"+ idling\r\n* 3 EXISTS\r\n")

    assert glances(session) == 0


def test_without_news_it_waits_as_long_as_it_may(session: Imap, monkeypatch) -> None:
    """What is no news wakes nobody: a server that says it is still there."""
    monkeypatch.setattr("tramita.gateways.imap.GLANCE", 0.05)
    monkeypatch.setattr(Server, "idling", b"+ idling\r\n* OK still here\r\n")

    assert glances(session) == GLANCES
