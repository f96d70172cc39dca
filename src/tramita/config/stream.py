"""Live pages: server-sent events from the ledger's cursor, beside the bridge on the same port (decision 0025).

A process looks at the cursor four times a second while somebody listens, and tells each page which of the items that
its reader may see have changed. It keeps no state: who reconnects with the last cursor misses nothing.

A page that shows an item says so: then it is told, once a second, who else has the item open (decision 0033); while it
is open, its reader's clock on the item runs (decision 0039).
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import parse_qs

from django.db import DatabaseError, close_old_connections

from tramita.config.bridge import Receive, Scope, Send
from tramita.config.stream_reader import cursor, reader, session_key
from tramita.domain.actors import Actor
from tramita.domain.errors import Invalid, NotFound
from tramita.models import Item
from tramita.queries.changes import Batch, changes
from tramita.queries.events import Mark, cursor_at, newest
from tramita.queries.items import get_visible
from tramita.queries.presence import Here, present
from tramita.queries.tracking import Clock, clock_of
from tramita.services import presence, tracking

PATH = "/stream"
LOOK_EVERY = 0.25  # seconds
PEOPLE_EVERY = 1.0  # who is there
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
    item: Item | None = None  # that it shows
    number: int | None = None  # of its presence on the item
    others: tuple[Here, ...] | None = None  # on the item, as it was told last
    clock: Clock | None = None  # of the reader, on the item
    queue: "asyncio.Queue[bytes | None]" = field(default_factory=lambda: asyncio.Queue(LONGEST_QUEUE))

    def tell(self, event: bytes | None) -> None:
        """None ends the stream. A page that is too far behind loads anew instead of being told everything."""
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(b"event: reload\ndata:\n\n")
        if event is None or not self.queue.full():
            self.queue.put_nowait(event)

    def see(self, people: tuple[Here, ...]) -> None:
        """Who is on its item now; its own reader is nobody else."""
        others = tuple(one for one in people if one.person_id != self.actor.id)
        if others != self.others:
            self.others = others
            self.tell(f"event: here\ndata: {json.dumps([one.to_json() for one in others])}\n\n".encode())


class Hub:
    """The open pages of this process, and the one task that looks for changes while there are any."""

    def __init__(self) -> None:
        self.pages: set[Page] = set()
        self.mark: Mark | None = None
        self.watch: asyncio.Task[None] | None = None
        self.closed: list[int] = []  # presences that have to go
        self.forgetting: asyncio.Task[None] | None = None
        self.looked = self.held = 0.0  # when the people were looked for, and ours said to be there
        # the bridge's two threads are for pages; looking must not wait for them
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="stream")

    async def ask(self, question: Callable[..., Result], *given: object) -> Result:
        """Answer from the database, in the hub's own thread."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, question, *given)

    async def begin(self) -> None:
        """From here on pages are told what changes: before the first is greeted, or what happens meanwhile is lost."""
        if self.mark is None:
            self._look_from(await self.ask(newest))

    def _look_from(self, mark: Mark) -> None:
        """Unless another page was faster."""
        if self.mark is None:
            self.mark = mark

    def join(self, page: Page) -> None:
        """From now on the page is told what changes."""
        self.pages.add(page)
        if self.watch is None or self.watch.done():
            self.watch = asyncio.create_task(self._look())

    def leave(self, page: Page) -> None:
        """The reader went away. With the last one looking ends."""
        self.pages.discard(page)
        if page.number is not None:
            self.closed.append(page.number)
            if len(self.closed) == 1:
                self.forgetting = asyncio.create_task(self._forget())
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
                await self._people()
            except DatabaseError as error:
                log.warning("the stream finds no database", extra={"error": str(error).strip()})
                await self.ask(close_old_connections)
                await asyncio.sleep(AFTER_A_FAULT)
                continue
            self.mark = batch.mark
            self._tell(batch)
            if not batch.more:
                await asyncio.sleep(LOOK_EVERY)

    async def _people(self) -> None:
        """Tell each page that shows an item who else does, when that is not what it was told last."""
        shown, clock = [page for page in self.pages if page.item], asyncio.get_running_loop().time()
        if not shown or clock - self.looked < PEOPLE_EVERY:
            return
        self.looked = clock
        if clock - self.held > presence.SAY_EVERY.total_seconds():
            self.held = clock
            await self.ask(_hold, [page.number for page in shown if page.number is not None])
        there = await self.ask(lambda: present(at=datetime.now(UTC)))
        for page in shown:
            page.see(there.get(page.item.pk, ()) if page.item else ())

    async def _forget(self) -> None:
        """Presences of pages that were closed, all there are at once: a process that stops closes many."""
        await asyncio.sleep(0)
        gone, self.closed = self.closed, []
        try:
            await self.ask(lambda: presence.leave(gone, at=datetime.now(UTC)))
        except DatabaseError as error:  # they end by themselves
            log.warning("presences not taken back", extra={"error": str(error).strip()})

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
        session = session_key(headers)
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        try:
            after = cursor(headers, asked)
            anew = b"last-event-id" not in headers
            page = await self.hub.ask(partial(opened, session, asked, anew=anew)) if scope["method"] == "GET" else None
            if page is not None:
                await self.hub.begin()
        except DatabaseError as error:
            log.warning("the stream finds no database", extra={"error": str(error).strip()})
            await self.hub.ask(close_old_connections)
            await _refuse(send, HTTPStatus.SERVICE_UNAVAILABLE)
            return
        except Invalid:
            await _refuse(send, HTTPStatus.NO_CONTENT)
            return
        if page is None:
            await _refuse(send, HTTPStatus.FORBIDDEN)
            return
        await self._serve(page, after, session, receive, send)

    async def _serve(self, page: Page, after: Mark | None, session: str, receive: Receive, send: Send) -> None:
        self.hub.join(page)
        gone = asyncio.create_task(_gone(receive))
        try:
            await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": HEADERS})
            if page.clock is not None:
                await _say(send, f"event: time\ndata: {json.dumps(page.clock.to_json())}\n\n".encode())
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
                    if not await self.hub.ask(still, page, session):
                        break
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


def opened(session: str, asked: Mapping[str, list[str]], *, anew: bool) -> Page | None:
    """A page as its address says; None for whoever may not listen. In the hub's thread.

    One that is opened in focus starts the clock (TL-5). A browser that comes back by itself (not `anew`) says what was
    in focus long ago, and starts nothing.
    """
    actor = reader(session)
    if actor is None:
        return None
    item = _shown(asked.get("item", [""])[0], actor)
    if item is None:
        return Page(actor)
    at = datetime.now(UTC)
    number = presence.arrive(item, by=actor, at=at)
    if anew and asked.get("focus"):
        tracking.focus(item, by=actor, at=at)
    return Page(actor, item, number, clock=clock_of(item, actor, at=at))


def still(page: Page, session: str) -> bool:
    """The reader's session holds, and what they may see is as now. In the hub's thread."""
    actor = reader(session)
    if actor is None:
        return False
    page.actor = actor
    page.item = _shown(page.item.reference, actor) if page.item else None
    return True


def _shown(reference: str, actor: Actor) -> Item | None:
    try:
        return get_visible(actor, reference) if reference else None
    except NotFound:
        return None


def _hold(pages: list[int]) -> None:
    presence.hold(pages, at=datetime.now(UTC))


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _say(send: Send, said: bytes) -> None:
    await send({"type": "http.response.body", "body": said, "more_body": True})


async def _refuse(send: Send, status: HTTPStatus) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
