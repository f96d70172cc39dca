"""A mail server that misbehaves on command, on a port of this machine.

`steps` says what happens at a step instead of its usual answer: a line to say, CUT (it hangs up) or SILENCE (it says
nothing more and keeps the line). `recipients` answers a RCPT by its address.
"""

import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes

CUT, SILENCE = "cut", "silence"
USUAL = {
    "banner": "220 mail.example",
    "ehlo": "250-mail.example\r\n250-SIZE 2000000\r\n250 8BITMIME",
    "mail": "250 ok",
    "rcpt": "250 ok",
    "data": "354 go on",
    "message": "250 got it",
    "rset": "250 ok",
    "quit": "221 bye",
}


class Fault(Exception):
    """The script ends this connection."""


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    server: "Misbehaving"

    def handle(self) -> None:
        self.server.connections += 1
        self.to: list[str] = []
        try:
            self.say("banner")
            while line := self.rfile.readline().decode("latin-1").strip():
                self.answer(line)
        except (Fault, ConnectionError):
            return

    def answer(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        step = {"helo": "ehlo"}.get(verb.lower(), verb.lower())
        if step == "rcpt":
            self.recipient(rest.partition("<")[2].partition(">")[0])
        elif step == "data":
            self.data()
        elif step in USUAL:
            self.server.envelopes += [rest] if step == "mail" else []
            self.to = [] if step in ("mail", "rset") else self.to
            self.say(step)
        else:
            self.write("502 unknown")
        if step == "quit":
            raise Fault

    def recipient(self, address: str) -> None:
        said = self.server.recipients.get(address)
        if said is None:
            said = self.say("rcpt")
        else:
            self.write(said)
        self.to += [address] if said.startswith("25") else []

    def data(self) -> None:
        if not self.say("data").startswith("354"):
            return
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if not line:
            return
        said = self.server.steps.get("message", USUAL["message"])
        if said[0] not in "45":  # it came whole: where nothing is said the server has it all the same
            self.server.kept.append((b"".join(lines), tuple(self.to)))
        self.say("message")

    def say(self, step: str) -> str:
        said = self.server.steps.get(step, USUAL[step])
        if said == CUT:
            raise Fault
        if said == SILENCE:
            self.server.over.wait(20)
            raise Fault
        self.write(said)
        return said

    def write(self, said: str) -> None:
        self.wfile.write(f"{said}\r\n".encode())


class Misbehaving(socketserver.ThreadingTCPServer):
    """What it does and what it saw."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.steps: dict[str, str] = {}
        self.recipients: dict[str, str] = {}
        self.kept: list[tuple[bytes, tuple[str, ...]]] = []  # what came whole, and for whom
        self.envelopes: list[str] = []  # what stood behind MAIL
        self.connections = 0
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def times(self) -> Counter[tuple[str, str]]:
        """How often each mail came for each recipient."""
        return Counter((message_from_bytes(raw)["Message-ID"], who) for raw, to in self.kept for who in to)


@contextmanager
def misbehaving() -> Iterator[Misbehaving]:
    """A server for the length of a test."""
    with Misbehaving() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
