"""A scanner that speaks clamd's INSTREAM and knows one word of evil."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EVIL = b"EVIL-TEST-FILE"


class Clamd(socketserver.ThreadingTCPServer):
    """`answer` instead of a verdict, `limit` for what it takes at most; `heard` is what it was given."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Stream)
        self.answer: bytes | None = None
        self.limit = 1 << 30
        self.heard: list[bytes] = []

    @property
    def address(self) -> str:
        return f"clamd://127.0.0.1:{self.server_address[1]}"


class Stream(socketserver.StreamRequestHandler):
    """One file."""

    server: Clamd

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        found = bytearray()
        while size := int.from_bytes(self.rfile.read(4), "big"):
            found += self.rfile.read(size)
            if len(found) > self.server.limit:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.heard.append(bytes(found))
        verdict = b"stream: Evil.Test FOUND\0" if EVIL in found else b"stream: OK\0"
        self.wfile.write(verdict if self.server.answer is None else self.server.answer)


@contextmanager
def clamd() -> Iterator[Clamd]:
    with Clamd() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
