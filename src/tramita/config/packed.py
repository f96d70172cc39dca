"""Static files cross the wire as gzip: each is packed once in a process's life and kept (1 MB in all)."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from tramita.config.bridge import Message, Receive, Scope, Send
from tramita.ui.compression import LEAST, is_text, takes_gzip, weak

OK = 200
ACCEPT, VARY, VALIDATOR = b"accept-encoding", b"vary", b"if-none-match"
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Packed:
    """In front of an application that serves files with an `ETag` each."""

    def __init__(self, files: Application) -> None:
        self.files = files
        self.kept: dict[tuple[str, bytes], bytes] = {}  # by path and ETag: a file that changed is packed anew

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The whole file is asked for, whatever part or head was: the server leaves out the body of a HEAD."""
        headers = dict(scope["headers"])
        packs = scope["method"] in {"GET", "HEAD"} and takes_gzip(headers.get(ACCEPT, b"").decode("latin-1"))
        answer = Answer(send, self.kept, scope["path"]) if packs else Told(send)
        await self.files(_plain(scope, headers) if packs else scope, receive, answer.take)


class Told:
    """Hands an answer on and says that another browser might get it packed."""

    def __init__(self, send: Send) -> None:
        self.send = send

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [one for one in message["headers"] if one[0] != VARY]
            message = {**message, "headers": [*headers, (VARY, b"Accept-Encoding")]}
        await self.send(message)


class Answer:
    """Waits for a whole file, and sends it packed; anything else as it comes."""

    def __init__(self, send: Send, kept: MutableMapping[tuple[str, bytes], bytes], path: str) -> None:
        self.told, self.kept, self.path = Told(send), kept, path
        self.head: Message | None = None
        self.body = b""

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self.head is None:
            await self.told.take(message)
        else:
            self.body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._end(self.head)

    async def _begin(self, message: Message) -> None:
        headers = dict(message["headers"])
        long = int(headers.get(b"content-length", b"0")) >= LEAST
        if message["status"] == OK and long and is_text(headers.get(b"content-type", b"").decode("latin-1")):
            self.head = message
        else:
            await self.told.take({**message, "headers": _with(headers)})

    async def _end(self, head: Message) -> None:
        headers = dict(head["headers"])
        key = self.path, headers.get(b"etag", b"")
        if key not in self.kept:
            self.kept[key] = await asyncio.to_thread(gzip.compress, self.body, 9, mtime=0)
        told = {b"content-encoding": b"gzip", b"content-length": str(len(self.kept[key])).encode()}
        await self.told.take({**head, "headers": _with(headers | told)})
        await self.told.take({"type": "http.response.body", "body": self.kept[key]})


def _with(headers: dict[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    """Packed or not modified: the browser is told the mark of what it gets packed."""
    if etag := headers.get(b"etag"):
        headers[b"etag"] = weak(etag.decode("latin-1")).encode("latin-1")
    return list(headers.items())


def _plain(scope: Scope, headers: dict[bytes, bytes]) -> dict[str, Any]:
    """What the files are asked: plain and whole, and whether it is still the one that the browser has."""
    asked = {name: value for name, value in headers.items() if name not in {ACCEPT, b"range"}}
    if VALIDATOR in asked:
        asked[VALIDATOR] = asked[VALIDATOR].removeprefix(b"W/")
    return {**scope, "method": "GET", "headers": list(asked.items()), "extensions": {}}
