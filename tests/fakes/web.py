"""Another system with a web interface, which answers as it is told."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic
from typing import Any


@dataclass(frozen=True, slots=True)
class Heard:
    """A request that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=monotonic)


class Web(ThreadingHTTPServer):
    """`answers` are given one after another, the last of them again and again."""

    daemon_threads = True

    def __init__(self, certificate: tuple[Path, Path] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        if certificate is not None:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(*certificate)
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.answers: list[tuple[int, str]] = [(200, "{}")]
        self.location = ""
        self.heard: list[Heard] = []
        self.news = threading.Condition()

    def hears(self, count: int, *, within: float) -> bool:
        """Whether so many requests come within so many seconds."""
        with self.news:
            return self.news.wait_for(lambda: len(self.heard) >= count, within)

    @property
    def address(self) -> str:
        """By a name: what is inside is allowed by name."""
        return f"http://localhost:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Web

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.server.news:
            self.server.heard.append(Heard(self.command, self.path, dict(self.headers), body))
            self.server.news.notify_all()
        answers = self.server.answers
        status, text = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - names of the library

    def log_message(self, *_: Any) -> None:
        """Nothing is said about it."""


@contextmanager
def serving(certificate: tuple[Path, Path] | None = None) -> Iterator[Web]:
    """It answers until the end of the block."""
    with Web(certificate) as web:
        thread = threading.Thread(target=web.serve_forever, args=[0.01], daemon=True)
        thread.start()
        try:
            yield web
        finally:
            web.shutdown()
            thread.join()
