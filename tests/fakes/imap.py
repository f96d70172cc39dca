"""An IMAP server of one mailbox that does what a test says: logs in by token, is slow, or refuses."""

import base64
import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

NO_ANSWER = object()


class FakeImap(socketserver.ThreadingTCPServer):
    """`answers[VERB]` may replace an answer: lines, or NO_ANSWER to let the client wait."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, messages: list[bytes], tokens: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.messages, self.tokens = messages, tokens
        self.answers: dict[str, object] = {}
        self.able = "IMAP4rev1 AUTH=XOAUTH2"
        self.seen: list[str] = []
        self.gate = threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class Handler(socketserver.StreamRequestHandler):
    server: FakeImap

    def handle(self) -> None:
        self.say("* OK hello")
        for line in self.rfile:
            tag, _, command = line.decode().strip().partition(" ")
            verb = " ".join(command.upper().split()[: 2 if command.upper().startswith("UID") else 1])
            self.server.seen.append(command)
            answer = self.server.answers.get(verb)
            if answer is NO_ANSWER:
                self.server.gate.wait()
                return
            if isinstance(answer, str):
                self.say(f"{tag} {answer}")
                continue
            self.say(*ANSWERS[verb](self, command), f"{tag} {self.verdict or 'OK done'}")
            if verb == "LOGOUT":
                return

    verdict = ""

    def say(self, *lines: str | bytes) -> None:
        self.verdict = ""
        for line in lines:
            self.wfile.write(line if isinstance(line, bytes) else f"{line}\r\n".encode())

    def authenticate(self, command: str) -> list[str | bytes]:
        """XOAUTH2, as Google and Microsoft ask for it."""
        self.say("+ ")
        said = base64.b64decode(self.rfile.readline()).decode()
        good = any(f"auth=Bearer {token}\x01" in said for token in self.server.tokens)
        self.verdict = "OK in" if good else "NO [AUTHENTICATIONFAILED] Invalid credentials"
        return []

    def search(self, command: str) -> list[str | bytes]:
        found = re.search(r"UID (\d+):\*", command)
        first = int(found[1]) if found else 1
        return ["* SEARCH " + " ".join(str(uid) for uid in range(first, len(self.server.messages) + 1))]

    def fetch(self, command: str) -> list[str | bytes]:
        uids = [int(one) for one in command.split()[2].split(",")]
        answer: list[str | bytes] = []
        for uid in uids:
            raw = self.server.messages[uid - 1]
            if "BODY" in command:
                answer += [f"* {uid} FETCH (UID {uid} BODY[] {{{len(raw)}}}", raw + b")\r\n"]
            else:
                when = '"28-Nov-2026 10:00:00 +0000"'
                answer.append(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(raw)} INTERNALDATE {when})")
        return answer


ANSWERS: dict[str, Callable[[Handler, str], list[str | bytes]]] = {
    "CAPABILITY": lambda handler, command: [f"* CAPABILITY {handler.server.able}"],
    "AUTHENTICATE": Handler.authenticate,
    "LOGIN": lambda handler, command: [],
    "SELECT": lambda handler, command: [f"* {len(handler.server.messages)} EXISTS", "* OK [UIDVALIDITY 7] ok"],
    "UID SEARCH": Handler.search,
    "UID FETCH": Handler.fetch,
    "UID STORE": lambda handler, command: [],
    "LOGOUT": lambda handler, command: ["* BYE"],
}


@contextmanager
def fake_imap(*messages: bytes, tokens: tuple[str, ...] = ()) -> Iterator[FakeImap]:
    """Serve these messages."""
    with FakeImap(list(messages), list(tokens)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.gate.set()
            server.shutdown()
            thread.join()
