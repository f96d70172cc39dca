"""The bridge between uvicorn and Django's handler, asked through a raw socket."""

import socket
import threading
import time
from collections.abc import Iterator
from http.client import parse_headers
from io import BytesIO

import pytest
import uvicorn

from tramita.config.bridge import DOWNLOAD_THREADS, Bridge


class Response(list):
    """What Django's handler answers: an iterable that may stream and wants to be closed."""

    streaming = False
    closed_in: str | None = None

    def close(self) -> None:
        self.closed_in = threading.current_thread().name


class Streamed:
    """Chunks made while they are sent."""

    streaming = True

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks, self.closed = chunks, threading.Event()
        self.iterated_in = self.closed_in = ""

    def __iter__(self) -> Iterator[bytes]:
        self.iterated_in = threading.current_thread().name
        yield from self.chunks

    def close(self) -> None:
        self.closed_in = threading.current_thread().name
        self.closed.set()


class Desk:
    """A WSGI application that answers what the test says and keeps what it was asked."""

    def __init__(self) -> None:
        self.response: Response | Streamed = Response([b"good"])
        self.headers = [("Content-Type", "text/plain")]
        self.asked: list[dict] = []
        self.bodies: list[bytes] = []

    def __call__(self, environ, start_response):
        self.asked.append(environ)
        self.bodies.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start_response("200 OK", self.headers)
        return self.response


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def port(desk):
    """A real server around the bridge, in a thread."""
    config = uvicorn.Config(
        Bridge(desk, body_bytes=3_000_000), http="httptools", loop="uvloop", lifespan="off", ws="none", log_config=None
    )
    server = uvicorn.Server(config)
    door = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    yield door.getsockname()[1]
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


def ask(port: int, request: bytes) -> tuple[bytes, dict, bytes]:
    """Send these bytes; answers the status line, the headers and the rest until the end of the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(request)
        got = b"".join(iter(lambda: wire.recv(65_536), b""))
    head, _, body = got.partition(b"\r\n\r\n")
    status, _, lines = head.partition(b"\r\n")
    return status, dict(parse_headers(BytesIO(lines + b"\r\n\r\n"))), body


def request(method: str = "GET", path: bytes = b"/", headers: bytes = b"", body: bytes = b"") -> bytes:
    return (
        method.encode() + b" " + path + b" HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n" + headers + b"\r\n" + body
    )


def test_a_whole_answer_says_its_length_and_is_closed_in_its_thread(desk, port):
    status, headers, body = ask(port, request())

    assert (status, body) == (b"HTTP/1.1 200 OK", b"good")
    assert headers["content-length"] == "4"
    assert "transfer-encoding" not in headers
    assert desk.response.closed_in.startswith("page")


def test_a_path_is_bytes_whatever_they_are(desk, port):
    """PEP 3333."""
    ask(port, request(path=b"/a%20b/%c3%a9/%ff?q=%c3%a9&x"))

    assert desk.asked[0]["PATH_INFO"] == "/a b/\xc3\xa9/\xff"
    assert desk.asked[0]["QUERY_STRING"] == "q=%c3%a9&x"


def test_repeated_headers_are_joined_and_underscores_cannot_pass_for_hyphens(desk, port):
    """A client must not set X-Forwarded-Proto past a proxy by writing it X_Forwarded_Proto."""
    ask(port, request(headers=b"Accept: a\r\nAccept: b\r\nCookie: a=1\r\nCookie: b=2\r\nX_Forwarded_Proto: https\r\n"))

    asked = desk.asked[0]
    assert asked["HTTP_ACCEPT"] == "a,b"
    assert asked["HTTP_COOKIE"] == "a=1; b=2"
    assert "HTTP_X_FORWARDED_PROTO" not in asked
    assert asked["REMOTE_ADDR"] == "127.0.0.1"


def test_cookies_of_an_answer_stay_apart(desk, port):
    desk.headers += [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]

    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(request())
        got = b"".join(iter(lambda: wire.recv(65_536), b""))

    assert got.count(b"set-cookie: ") == 2


def test_a_head_answers_no_body_and_a_download_is_not_made_for_it(desk, port):
    desk.response = Streamed(iter([b"never"]))

    status, _, body = ask(port, request("HEAD"))

    assert (status, body) == (b"HTTP/1.1 200 OK", b"")
    assert desk.response.iterated_in == ""
    assert desk.response.closed.is_set()


@pytest.mark.parametrize("size", [0, 10, 1_500_000])
def test_a_body_arrives_whole_whether_it_fits_in_memory_or_not(desk, port, size):
    ask(port, request("POST", headers=b"Content-Length: %d\r\nContent-Type: x/y\r\n" % size, body=b"x" * size))

    assert desk.bodies == [b"x" * size]
    assert desk.asked[0]["CONTENT_TYPE"] == "x/y"


def test_a_body_in_chunks_gets_its_length(desk, port):
    ask(port, request("POST", headers=b"Transfer-Encoding: chunked\r\n", body=b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))

    assert desk.bodies == [b"abcde"]
    assert desk.asked[0]["CONTENT_LENGTH"] == "5"


def test_the_body_of_a_get_is_not_read(desk, port):
    ask(port, request("GET", headers=b"Content-Length: 5\r\n", body=b"hello"))

    assert desk.bodies == [b""]


def test_a_body_that_says_it_is_too_long_is_refused_before_it_is_sent(desk, port):
    status, headers, _ = ask(port, request("POST", headers=b"Content-Length: 3000001\r\n"))

    assert status == b"HTTP/1.1 413 Request Entity Too Large"
    assert headers["connection"] == "close"
    assert desk.asked == []


def test_a_body_that_turns_out_too_long_is_refused(desk, port):
    chunk = b"%x\r\n%s\r\n" % (1_000_001, b"x" * 1_000_001)

    status, _, _ = ask(port, request("POST", headers=b"Transfer-Encoding: chunked\r\n", body=chunk * 3 + b"0\r\n\r\n"))

    assert status == b"HTTP/1.1 413 Request Entity Too Large"


def test_nothing_is_called_when_the_client_goes_before_its_body_is_there(desk, port):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(request("POST", headers=b"Content-Length: 10\r\n", body=b"half"))
    ask(port, request())

    assert [asked["REQUEST_METHOD"] for asked in desk.asked] == ["GET"]


def test_a_download_is_sent_while_it_is_made_and_closed_apart_from_pages(desk, port):
    gate = threading.Event()

    def chunks() -> Iterator[bytes]:
        yield b"first"
        gate.wait(10)
        yield b"second"

    desk.response = Streamed(chunks())
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(request())
        got = b""
        while b"first" not in got:
            got += wire.recv(65_536)
        gate.set()
        got += b"".join(iter(lambda: wire.recv(65_536), b""))

    assert got.endswith(b"second\r\n0\r\n\r\n")
    assert {name.partition("_")[0] for name in (desk.response.iterated_in, desk.response.closed_in)} == {"download"}


def test_slow_downloads_do_not_hold_up_pages(desk, port):
    gate = threading.Event()

    def chunks() -> Iterator[bytes]:
        yield b"first"
        gate.wait(10)

    wires = []
    for _ in range(3):
        desk.response = Streamed(chunks())
        wires.append(wire := socket.create_connection(("127.0.0.1", port), timeout=10))
        wire.sendall(request())
        while b"first" not in wire.recv(65_536):
            pass
    desk.response = Response([b"page"])

    assert ask(port, request())[2] == b"page"
    gate.set()
    for wire in wires:
        wire.close()


def test_clients_that_take_nothing_hold_no_thread(desk, port):
    """F-2: more of them than there are threads for downloads, and the next one is still served."""
    wires = []
    for _ in range(DOWNLOAD_THREADS + 1):
        desk.response = Streamed(iter([b"x" * 65_536] * 1000))
        wires.append(wire := socket.create_connection(("127.0.0.1", port), timeout=10))
        wire.sendall(request())
        wire.recv(1)
    desk.response = Streamed(iter([b"good"]))

    assert b"good" in ask(port, request())[2]
    for wire in wires:
        wire.close()


def test_a_download_ends_when_its_client_goes(desk, port):
    def chunks() -> Iterator[bytes]:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            yield b"x" * 65_536

    desk.response = Streamed(chunks())
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(request())
        wire.recv(65_536)

    assert desk.response.closed.wait(10)
