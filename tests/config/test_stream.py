"""The stream of live updates, as a browser meets it: an ASGI application that is asked directly."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from tests.desk import MONDAY, build

import tramita
from tramita.config import stream as stream_module
from tramita.config.stream import LONGEST_QUEUE, Page, Stream
from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.models import Person, Presence, TimeSpent
from tramita.queries.changes import changes
from tramita.queries.events import cursor_at, newest
from tramita.queries.presence import present
from tramita.services import drafts, presence, working

pytestmark = pytest.mark.django_db(transaction=True)
SOON = 10.0  # seconds; a change is told within one


class Reader:
    """A browser that listens: what it was told, line by line."""

    def __init__(self) -> None:
        self.status = 0
        self.said: asyncio.Queue[bytes] = asyncio.Queue()
        self.leaves = asyncio.Event()
        self.ended = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
        elif message.get("more_body"):
            self.said.put_nowait(message["body"])
        else:
            self.ended.set()

    async def told(self) -> list[dict[str, Any]]:
        """The changes of the next event that names any."""
        while True:
            event = await asyncio.wait_for(self.said.get(), SOON)
            if event.startswith((b"event: here", b"event: time")):
                continue
            lines = dict(line.split(": ", 1) for line in event.decode().splitlines() if ": " in line)
            if "data" in lines:
                return list(json.loads(lines["data"]))

    async def people(self) -> list[dict[str, Any]]:
        """The next word on who else is there."""
        while True:
            event = await asyncio.wait_for(self.said.get(), SOON)
            if event.startswith(b"event: here"):
                return list(json.loads(event.decode().split("data: ")[1]))

    async def clock(self) -> dict[str, Any]:
        """The next word on the reader's own time."""
        while True:
            event = await asyncio.wait_for(self.said.get(), SOON)
            if event.startswith(b"event: time"):
                return dict(json.loads(event.decode().split("data: ")[1]))

    async def event(self) -> bytes:
        return await asyncio.wait_for(self.said.get(), SOON)


@asynccontextmanager
async def listening(stream: Stream, cookie: str, *, query: str = "", last: str = "") -> AsyncIterator[Reader]:
    reader = Reader()
    headers = [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode())]
    if last:
        headers.append((b"last-event-id", last.encode()))
    scope = {"type": "http", "method": "GET", "path": "/stream", "query_string": query.encode(), "headers": headers}
    task = asyncio.create_task(stream(scope, reader.receive, reader.send))
    try:
        yield reader
    finally:
        reader.leaves.set()
        await task


def signed_in(person: Person) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def cookie_of(actor: Actor) -> str:
    return signed_in(Person.objects.get(pk=actor.id))


def play(scene: Callable[[Stream], Any]) -> None:
    """Run a scene; the thread that the stream asks in closes its connection."""

    async def whole() -> None:
        stream = Stream()
        try:
            await scene(stream)
        finally:
            await forgotten(stream)
            await stream.hub.ask(connections.close_all)
            stream.hub.thread.shutdown()

    asyncio.run(whole())


async def forgotten(stream: Stream) -> None:
    """Pages that were closed are on no item any more."""
    if stream.hub.forgetting:
        await stream.hub.forgetting


async def in_thread(work: Callable[[], Any]) -> Any:
    def alone() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    return await asyncio.to_thread(alone)


def test_every_page_that_may_see_an_item_is_told_of_its_change_and_no_other() -> None:
    """DESIGN decision 12; SEC-2."""
    desk = build()
    item = desk.ticket()
    Person.objects.get(pk=desk.eve.id).grants.create(path="rio", permissions=["view"])
    ana, leo, eve = (cookie_of(who) for who in (desk.ana, desk.leo, desk.eve))

    async def scene(stream: Stream) -> None:
        async with listening(stream, ana) as one, listening(stream, leo) as two, listening(stream, eve) as three:
            for reader in (one, two, three):
                assert b"event: hello" in await reader.event()
            await in_thread(lambda: working.start(item, by=desk.ana, at=MONDAY))
            for reader in (one, two):
                assert [each["item"] for each in await reader.told()] == [item.reference]
            assert three.said.empty()

    play(scene)


def test_who_comes_back_with_the_last_cursor_misses_nothing() -> None:
    """DESIGN decision 12: the browser's own memory, or what the page says."""
    desk = build()
    item, cookie = desk.ticket(), cookie_of(desk.leo)
    cursor = cursor_at(newest())
    working.start(item, by=desk.ana, at=MONDAY)

    async def scene(stream: Stream) -> None:
        async with (
            listening(stream, cookie, last=cursor) as one,
            listening(stream, cookie, query=f"after={cursor}") as two,
        ):
            for reader in (one, two):
                assert [each["item"] for each in await reader.told()] == [item.reference]

    play(scene)


def test_what_changes_while_the_first_page_is_greeted_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """DESIGN decision 12: from before its greeting on, not from when the process first looks."""
    desk = build()
    item, cookie = desk.ticket(), cookie_of(desk.leo)
    greet = stream_module.missed

    def busy(after: Any, actor: Actor) -> Any:
        said = list(greet(after, actor))
        working.start(item, by=desk.ana, at=MONDAY)
        return said

    monkeypatch.setattr(stream_module, "missed", busy)

    async def scene(stream: Stream) -> None:
        async with listening(stream, cookie) as one:
            assert [each["item"] for each in await one.told()] == [item.reference]

    play(scene)


def test_only_who_works_here_may_listen() -> None:
    """DESIGN decision 11: nobody, a requester, a session that ended, a password that was changed."""
    desk = build()
    changed = cookie_of(desk.leo)
    Person.objects.filter(pk=desk.leo.id).update(password="another")

    async def scene(stream: Stream) -> None:
        for cookie in ("", "unknown", rui, changed):
            async with listening(stream, cookie) as reader:
                await asyncio.wait_for(reader.ended.wait(), SOON)
                assert reader.status == 403

    rui = signed_in(desk.rui)
    play(scene)


def test_a_cursor_of_nobodys_is_refused_for_good() -> None:
    """204 tells a browser not to come back."""
    cookie = cookie_of(build().ana)

    async def scene(stream: Stream) -> None:
        async with listening(stream, cookie, query="after=yesterday") as reader:
            await asyncio.wait_for(reader.ended.wait(), SOON)
            assert reader.status == 204

    play(scene)


def test_a_process_that_stops_ends_its_streams() -> None:
    """MEASURED section 1."""
    cookie = cookie_of(build().ana)

    async def scene(stream: Stream) -> None:
        async with listening(stream, cookie) as reader:
            await reader.event()
            stream.hub.close_all()
            await asyncio.wait_for(reader.ended.wait(), SOON)

    play(scene)


def test_nobody_looks_while_nobody_listens() -> None:
    """DESIGN decision 12: an idle desk costs nothing."""
    cookie = cookie_of(build().ana)

    async def scene(stream: Stream) -> None:
        async with listening(stream, cookie) as reader:
            await reader.event()
            assert stream.hub.watch is not None
        assert stream.hub.watch is None
        assert not stream.hub.pages

    play(scene)


def test_who_has_the_same_item_open_is_told_and_who_writes() -> None:
    """UI: “Who is here”; decision 33: a draft that was kept just now is somebody who writes."""
    desk = build()
    item = desk.ticket()
    ana, leo = cookie_of(desk.ana), cookie_of(desk.leo)

    async def scene(stream: Stream) -> None:
        async with listening(stream, ana, query=f"item={item.reference}") as one:
            assert await one.people() == []
            async with listening(stream, leo, query=f"item={item.reference}") as two:
                assert await two.people() == [{"name": "Ana Lima", "typing": False}]
                assert await one.people() == [{"name": "Leo Roy", "typing": False}]
                written = drafts.Written(text="Dear")
                await in_thread(
                    lambda: drafts.save(item, "reply", written, version=None, by=desk.leo, at=datetime.now(UTC))
                )
                assert await one.people() == [{"name": "Leo Roy", "typing": True}]
            assert await one.people() == []
        await forgotten(stream)
        assert await in_thread(Presence.objects.count) == 0

    play(scene)


def test_a_page_that_opens_in_focus_starts_its_readers_clock() -> None:
    """TL-5, decision 39: no request of its own. One that comes back by itself starts nothing, and closing stops it."""
    desk = build()
    item, other = desk.ticket(), desk.ticket()
    ana = cookie_of(desk.ana)

    async def running() -> list[int]:
        return await in_thread(lambda: [*TimeSpent.objects.filter(ended_at=None).values_list("item", flat=True)])

    async def scene(stream: Stream) -> None:
        async with listening(stream, ana, query=f"item={item.reference}&focus=yes") as one:
            assert (await one.clock())["running"] is True
            async with listening(stream, ana, query=f"item={other.reference}&focus=yes", last="0-0") as two:
                assert (await two.clock())["running"] is False
            async with listening(stream, ana, query=f"item={other.reference}&focus=") as three:
                assert (await three.clock())["running"] is False
            assert await running() == [item.pk]
        await forgotten(stream)
        assert await running() == []

    play(scene)


def test_nobody_is_told_of_an_item_that_they_may_not_see() -> None:
    """SEC-2, decision 33: their page is on no item, neither for them nor for others."""
    desk = build()
    item = desk.ticket()
    Person.objects.get(pk=desk.eve.id).grants.create(path="rio", permissions=["view"])
    ana, eve = cookie_of(desk.ana), cookie_of(desk.eve)

    async def scene(stream: Stream) -> None:
        async with (
            listening(stream, ana, query=f"item={item.reference}") as one,
            listening(stream, eve, query=f"item={item.reference}") as two,
            listening(stream, ana, query="item=1-T"),
        ):
            assert await one.people() == []
            assert await in_thread(lambda: set(Presence.objects.values_list("person", flat=True))) == {desk.ana.id}
            assert b"event: hello" in await two.event()
            assert two.said.empty()

    play(scene)


def test_a_presence_that_nobody_holds_any_more_ends_by_itself() -> None:
    """DESIGN section 5: the process that served the page was killed."""
    desk = build()
    item = desk.ticket()
    kept, lost = (presence.arrive(item, by=who, at=MONDAY) for who in (desk.ana, desk.leo))
    later = MONDAY + presence.HOLDS - timedelta(seconds=1)

    presence.hold([kept], at=later)

    assert [one.name for one in present(at=later)[item.pk]] == ["Ana Lima", "Leo Roy"]
    assert [one.name for one in present(at=later + timedelta(seconds=2))[item.pk]] == ["Ana Lima"]
    presence.hold([kept], at=later + timedelta(seconds=2))
    assert not Presence.objects.filter(pk=lost).exists()


def test_who_stops_typing_writes_no_more_after_some_seconds() -> None:
    """UI: “Who is here”, decision 33: what they have written stays a draft."""
    desk = build()
    item = desk.ticket()
    presence.arrive(item, by=desk.leo, at=MONDAY)
    drafts.save(item, "note", drafts.Written(text="Dear"), version=None, by=desk.leo, at=MONDAY)

    writing = [present(at=MONDAY + timedelta(seconds=after))[item.pk][0].typing for after in (0, 5, 7)]

    assert writing == [True, True, False]


def test_every_change_reaches_every_page_of_twenty_that_may_see_it_within_a_second() -> None:
    """Issue 4, DESIGN decision 12: and none that may not. `tramita bench streams` does it with five hundred."""
    desk = build()
    items = [desk.ticket() for _ in range(5)]
    Person.objects.get(pk=desk.eve.id).grants.create(path="rio", permissions=["view"])
    may, not_ = cookie_of(desk.leo), cookie_of(desk.eve)

    async def scene(stream: Stream) -> None:
        async with AsyncExitStack() as stack:
            readers = [await stack.enter_async_context(listening(stream, may)) for _ in range(20)]
            blind = [await stack.enter_async_context(listening(stream, not_)) for _ in range(5)]
            for reader in (*readers, *blind):
                assert b"event: hello" in await reader.event()
            for item in items:
                await in_thread(lambda item=item: working.start(item, by=desk.ana, at=MONDAY))
                committed = monotonic()
                for reader in readers:
                    assert item.reference in [each["item"] for each in await reader.told()]
                assert monotonic() - committed < SOON
            assert all(reader.said.empty() for reader in blind)

    play(scene)


def test_work_is_given_without_asking_who_is_there() -> None:
    """Issue 4: presence is told to people; no rule of allocation reads it."""
    package = Path(tramita.__file__).parent
    readers = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"\b[Pp]resences?\b", path.read_text()) and "migrations" not in path.parts
    }

    assert readers == {
        "config/stream.py",
        "models/__init__.py",
        "models/work.py",
        "queries/presence.py",
        "services/presence.py",
        "services/tracking.py",  # whose clock runs (TL-5)
    }


def test_a_page_that_is_too_far_behind_loads_anew() -> None:
    """DESIGN decision 12: a bounded queue a client."""

    async def scene() -> list[bytes | None]:
        page = Page(Actor(id=1, name="", role=Role.AGENT))
        for number in range(LONGEST_QUEUE + 1):
            page.tell(f"id: 0-{number}\ndata: []\n\n".encode())
        return [page.queue.get_nowait() for _ in range(page.queue.qsize())]

    told = asyncio.run(scene())

    assert told == [b"event: reload\ndata:\n\n", f"id: 0-{LONGEST_QUEUE}\ndata: []\n\n".encode()]


@pytest.mark.parametrize("desk_changes", [1, 30])
def test_looking_costs_the_same_however_many_listen(desk_changes: int, django_assert_max_num_queries: Any) -> None:
    """DESIGN decision 12: two statements a batch, not one a page."""
    desk = build()
    made = [desk.ticket() for _ in range(desk_changes)]

    with django_assert_max_num_queries(2):
        batch = changes((0, 0))
        for _ in range(50):
            assert len(batch.for_eyes_of(desk.leo)) == len(made)
