"""From ASGI to Django's WSGI handler: pages in a pool of two threads, so that the event loop never waits.

Django's own ASGI handler costs 6 ms for an empty page, this 0.2 ms (decision 0001). Bodies are read before a
thread is taken, and downloads are read by threads of their own: a slow client never holds a thread.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import unquote_to_bytes

PAGE_THREADS = 2  # more do not help: Python runs one at a time, and each holds a connection to the database
DOWNLOAD_THREADS = 4
MEMORY_BYTES = 1024 * 1024  # a longer body waits on the disk
BODY_BYTES = 128 * 1024 * 1024  # a file of 100 MB and what is said of it (F-2)

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class TooLarge(Exception):
    """The body is longer than the service takes."""


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


class Bridge:
    """An ASGI application around a WSGI one that answers as Django's handler does: with its response object."""

    def __init__(self, application: WSGI, *, body_bytes: int = BODY_BYTES) -> None:
        self.application = application
        self.body_bytes = body_bytes
        self.pages = ThreadPoolExecutor(PAGE_THREADS, thread_name_prefix="page")
        self.downloads = ThreadPoolExecutor(DOWNLOAD_THREADS, thread_name_prefix="download")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with SpooledTemporaryFile(max_size=MEMORY_BYTES) as body:
            try:
                size = await self._read(scope, receive, body)
            except ClientGone:
                return
            except TooLarge:
                await _refuse(send)
                return
            environ = make_environ(scope, body, size)
            await Answer(scope, receive, send).give(self, environ)

    async def _read(self, scope: Scope, receive: Receive, body: IO[bytes]) -> int:
        """Keep the body, from its start; answers its size in bytes. The body of a GET is never read."""
        if scope["method"] in {"GET", "HEAD"}:
            return 0
        if int(dict(scope["headers"]).get(b"content-length", b"0")) > self.body_bytes:
            raise TooLarge
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            body.write(message.get("body", b""))
            if body.tell() > self.body_bytes:
                raise TooLarge
            more = message.get("more_body", False)
        size = body.tell()
        body.seek(0)
        return size


class Answer:
    """One response on its way: whole when it is whole, chunk by chunk when it streams."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self.receive, self.send = scope, receive, send
        self.loop = asyncio.get_running_loop()
        self.head: Message = {}
        self.gone = False

    async def give(self, bridge: Bridge, environ: dict[str, Any]) -> None:
        whole, response = await self.loop.run_in_executor(bridge.pages, self._call, bridge.application, environ)
        if response is None:
            self._say_length(whole)
        await self.send(self.head)
        if response is not None:
            await self._stream(bridge, response)
        await self.send({"type": "http.response.body", "body": whole})

    def _call(self, application: WSGI, environ: dict[str, Any]) -> tuple[bytes, Iterable[bytes] | None]:
        """In a page's thread: the whole body, or the response that is still to be streamed."""
        response = application(environ, self._start)
        streams = getattr(response, "streaming", False)
        if streams and self.scope["method"] != "HEAD":
            return b"", response
        try:
            if streams:
                return b"", None
            return b"".join(response), None
        finally:
            _close(response)

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        del exc_info
        self.head = {
            "type": "http.response.start",
            "status": int(status.split(" ", 1)[0]),
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        }

    def _say_length(self, whole: bytes) -> None:
        """Without it the answer would be sent in chunks. The server itself leaves out the body of a HEAD."""
        names = {name for name, _ in self.head["headers"]}
        if whole and b"content-length" not in names:
            self.head["headers"].append((b"content-length", str(len(whole)).encode()))

    async def _stream(self, bridge: Bridge, response: Iterable[bytes]) -> None:
        """A thread for each chunk alone: while the client takes it, none is held. Chunks read no database therefore."""
        watch, chunks = asyncio.create_task(self._watch()), iter(response)
        try:
            while not self.gone:
                chunk = await self.loop.run_in_executor(bridge.downloads, next, chunks, None)
                if chunk is None:
                    break
                await self.send({"type": "http.response.body", "body": chunk, "more_body": True})
        finally:
            watch.cancel()
            await self.loop.run_in_executor(bridge.downloads, _close, response)

    async def _watch(self) -> None:
        """Notice that the client went away: its download is then not made to the end."""
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.gone = True


def make_environ(scope: Scope, body: IO[bytes], size: int) -> dict[str, Any]:
    """PEP 3333's dictionary. The path is bytes read as latin-1, whatever they were."""
    host, port = scope.get("server") or ("", 0)
    return {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"].partition(b"?")[0]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **dict(_headers(scope["headers"])),
        "CONTENT_LENGTH": str(size),
    }


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[str, str]]:
    """Header variables; repeated ones are joined. A name with `_` is dropped: it would pass for one with `-`."""
    joined: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("latin-1").upper(), raw_value.decode("latin-1")
        if "_" not in name:
            glue = "; " if name == "COOKIE" else ","
            joined[name] = f"{joined[name]}{glue}{value}" if name in joined else value
    for name, value in joined.items():
        yield ("" if name == "CONTENT-TYPE" else "HTTP_") + name.replace("-", "_"), value


def _close(response: object) -> None:
    if close := getattr(response, "close", None):
        close()


async def _refuse(send: Send) -> None:
    """413, and the connection ends with it: what is left of the body is not read."""
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": status.phrase.encode()})
