"""Live pages: server-sent events from the ledger's cursor, beside the bridge on the same port (decision 0025).

A process looks at the cursor four times a second while somebody listens, and tells each page which of the items that
its reader may see have changed. It keeps no state: who reconnects with the last cursor misses nothing.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError, close_old_connections
from django.http.cookie import parse_cookie
from django.utils.crypto import constant_time_compare

from tramita.config.bridge import Receive, Scope, Send
from tramita.domain.actors import Actor
from tramita.domain.errors import Invalid
from tramita.queries.changes import Batch, changes
from tramita.queries.events import Mark, cursor_at, newest, read_cursor
from tramita.queries.people import actor_for, signed_in

PATH = "/stream"
LOOK_EVERY = 0.25  # seconds
AFTER_A_FAULT = 5.0
BREATHE_EVERY = 25.0  # a comment line keeps proxies from closing the connection
ASK_AGAIN_EVERY = 300.0  # whether the session still holds
LONGEST_QUEUE = 100  # events that a slow page may be behind before it is told to load anew
LONGEST_CATCH_UP = 4  # batches that a page which comes back is told; beyond it loads anew

log = logging.getLogger(__name__)
Result = TypeVar("Result")


@dataclass(eq=False, slots=True)
class Page:
    """An open page: who reads it, and what it has still to be told."""

    actor: Actor
    queue: "asyncio.Queue[bytes | None]" = field(default_factory=lambda: asyncio.Queue(LONGEST_QUEUE))

    def tell(self, event: bytes | None) -> None:
        """None ends the stream. A page that is too far behind loads anew instead of being told everything."""
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(b"event: reload\ndata:\n\n")
        if event is None or not self.queue.full():
            self.queue.put_nowait(event)


class Hub:
    """The open pages of this process, and the one task that looks for changes while there are any."""

    def __init__(self) -> None:
        self.pages: set[Page] = set()
        self.mark: Mark | None = None
        self.watch: asyncio.Task[None] | None = None
        # the bridge's two threads are for pages; looking must not wait for them
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="stream")

    async def ask(self, question: Callable[..., Result], *given: object) -> Result:
        """Answer from the database, in the hub's own thread."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, question, *given)

    def join(self, page: Page) -> None:
        """From now on the page is told what changes."""
        self.pages.add(page)
        if self.watch is None or self.watch.done():
            self.watch = asyncio.create_task(self._look())

    def leave(self, page: Page) -> None:
        """The reader went away. With the last one looking ends."""
        self.pages.discard(page)
        if not self.pages and self.watch:
            self.watch.cancel()
            self.watch = self.mark = None

    def close_all(self) -> None:
        """The process is to stop: each stream ends its response, and the server need not wait for them."""
        for page in self.pages:
            page.tell(None)

    async def _look(self) -> None:
        while True:
            try:
                if self.mark is None:
                    self.mark = await self.ask(newest)
                batch = await self.ask(changes, self.mark)
            except DatabaseError as error:
                log.warning("the stream finds no database", extra={"error": str(error).strip()})
                await self.ask(close_old_connections)
                await asyncio.sleep(AFTER_A_FAULT)
                continue
            self.mark = batch.mark
            self._tell(batch)
            if not batch.more:
                await asyncio.sleep(LOOK_EVERY)

    def _tell(self, batch: Batch) -> None:
        """One event a page; people of the same rights share its bytes."""
        if not batch.changed:
            return
        made: dict[Actor, bytes] = {}
        for page in self.pages:
            if page.actor not in made:
                made[page.actor] = event(batch, page.actor)
            if made[page.actor]:
                page.tell(made[page.actor])


def event(batch: Batch, actor: Actor) -> bytes:
    """What this reader is told, with the cursor to go on from; nothing when nothing concerns them."""
    seen = batch.for_eyes_of(actor)
    return f"id: {cursor_at(batch.mark)}\ndata: {json.dumps(seen)}\n\n".encode() if seen else b""


class Stream:
    """The ASGI application at `/stream`."""

    def __init__(self) -> None:
        self.hub = Hub()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """403 for whoever is not signed in as staff, 204 for a cursor of nobody's: the browser then stays away."""
        headers = dict(scope["headers"])
        session = _session_key(headers)
        actor = await self.hub.ask(reader, session) if scope["method"] == "GET" else None
        if actor is None:
            await _refuse(send, HTTPStatus.FORBIDDEN)
            return
        try:
            after = _cursor(headers, scope["query_string"])
        except Invalid:
            await _refuse(send, HTTPStatus.NO_CONTENT)
            return
        await self._serve(Page(actor), after, session, receive, send)

    async def _serve(self, page: Page, after: Mark | None, session: str, receive: Receive, send: Send) -> None:
        self.hub.join(page)
        gone = asyncio.create_task(_gone(receive))
        try:
            await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": HEADERS})
            for said in await self.hub.ask(missed, after, page.actor):
                await _say(send, said)
            await self._tell_on(page, session, gone, send)
        finally:
            gone.cancel()
            self.hub.leave(page)

    async def _tell_on(self, page: Page, session: str, gone: "asyncio.Task[None]", send: Send) -> None:
        loop = asyncio.get_running_loop()
        ask_again = loop.time() + ASK_AGAIN_EVERY
        next_event = asyncio.create_task(page.queue.get())
        try:
            while True:
                done, _ = await asyncio.wait(
                    {next_event, gone}, timeout=BREATHE_EVERY, return_when=asyncio.FIRST_COMPLETED
                )
                if gone in done:
                    return
                if next_event in done:
                    said = next_event.result()
                    if said is None:
                        break
                    await _say(send, said)
                    next_event = asyncio.create_task(page.queue.get())
                else:
                    await _say(send, b":\n\n")
                if loop.time() > ask_again:
                    ask_again = loop.time() + ASK_AGAIN_EVERY
                    if (actor := await self.hub.ask(reader, session)) is None:
                        break
                    page.actor = actor
        finally:
            next_event.cancel()
        await send({"type": "http.response.body", "body": b""})


HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store, private"),
    (b"x-accel-buffering", b"no"),  # proxies must hand on each event at once
]


def missed(after: Mark | None, actor: Actor) -> Iterable[bytes]:
    """What a page that comes back has not been told; from where a new one goes on. In the hub's thread."""
    if after is None:
        return [f"retry: 2000\nid: {cursor_at(newest())}\nevent: hello\ndata:\n\n".encode()]
    told: list[bytes] = []
    for _ in range(LONGEST_CATCH_UP):
        batch = changes(after)
        if said := event(batch, actor):
            told.append(said)
        if not batch.more:
            return told
        after = batch.mark
    return [f"id: {cursor_at(newest())}\nevent: reload\ndata:\n\n".encode()]


def reader(session_key: str) -> Actor | None:
    """Whose session it is, if they work here and it still holds. In the hub's thread. Cost: two statements."""
    if not session_key:
        return None
    session = SessionStore(session_key)
    backend, person_id = session.get(BACKEND_SESSION_KEY), session.get(SESSION_KEY)
    if backend not in settings.AUTHENTICATION_BACKENDS or person_id is None:
        return None
    person = signed_in(int(person_id))
    if person is None or not constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash()):
        return None
    actor = actor_for(person)
    return actor if actor.is_staff else None


def _session_key(headers: dict[bytes, bytes]) -> str:
    cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
    return cookies.get(settings.SESSION_COOKIE_NAME, "")


def _cursor(headers: dict[bytes, bytes], query: bytes) -> Mark | None:
    """Where the page goes on: the browser's own memory, else what the page says. Raises: Invalid."""
    asked = parse_qs(query.decode("latin-1")).get("after", [""])[0]
    cursor = headers.get(b"last-event-id", b"").decode("latin-1") or asked
    return read_cursor(cursor) if cursor else None


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _say(send: Send, said: bytes) -> None:
    await send({"type": "http.response.body", "body": said, "more_body": True})


async def _refuse(send: Send, status: HTTPStatus) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
