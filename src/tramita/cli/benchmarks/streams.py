"""`tramita bench streams`: many open pages on one machine, each told of every change that its reader may see.

A server of its own serves the desk; one in ten pages is of somebody who may see nothing. Changes are committed here,
one after the other, and each page's clock says when it heard. What a page hears of a later version of an item covers
the earlier ones: it asks for the item as it is.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from django.db import connection

from tramita.cli.benchmarks.pages import Browser
from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Role
from tramita.models import Item, Person
from tramita.queries.people import actor_for
from tramita.services import notes, people

WORKERS = 2
PROMISED = 1.0  # seconds until a page knows
BLIND = 10  # one in so many
SHOWN = 50  # items that the pages show
WATCHED = 5.0  # seconds
CALM = 3.0  # seconds between opening and the first look
SEER = "helpdesk.0@desk.example"
BLIND_ADDRESS = "sees.nothing@desk.example"
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(eq=False, slots=True)
class Listener:
    """One open page: what it heard, by item and version, and when."""

    cookie: str
    item: str
    sees: bool
    heard: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    open: bool = False

    async def listen(self, port: int) -> None:
        """Until the connection ends."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        query = urlencode({"item": self.item})
        writer.write(f"GET /stream?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self.cookie}\r\n\r\n".encode())
        try:
            while line := await reader.readline():
                if line.startswith(b"event: hello"):
                    self.open = True
                if line.startswith(b'data: [{"item"'):
                    self.hear(json.loads(line[6:]), time.monotonic())
        finally:
            writer.close()

    def hear(self, changes: Sequence[dict[str, Any]], at: float) -> None:
        """The moment counts at which it knew."""
        for change in changes:
            self.heard.setdefault(change["item"], []).append((change["version"], at))

    def delay(self, item: str, version: int, committed: float) -> float | None:
        """Seconds until it knew that version or a later one; None: never."""
        return next((at - committed for known, at in self.heard.get(item, ()) if known >= version), None)


def measure(streams: int, changes: int) -> dict[str, Any]:
    """Open them, change items, and tell what it cost and who knew when."""
    with _server() as (port, parent):
        return asyncio.run(_scene(streams, changes, port, parent))


async def _scene(streams: int, changes: int, port: int, parent: int) -> dict[str, Any]:
    actor, cookies, items = await asyncio.to_thread(_cast)
    before = _memory(parent)
    pages = [
        Listener(cookies[number % BLIND != 0], items[number % len(items)].reference, number % BLIND != 0)
        for number in range(streams)
    ]
    tasks = [asyncio.create_task(page.listen(port)) for page in pages]
    while not all(page.open for page in pages):
        await asyncio.sleep(0.05)
    await asyncio.sleep(CALM)
    idle = await _share(parent)
    memory = _memory(parent) - before
    began, spent = time.monotonic(), _cpu(parent)
    told = await asyncio.to_thread(_change, actor, items, changes)
    busy = (_cpu(parent) - spent) / (time.monotonic() - began)
    await asyncio.sleep(2 * PROMISED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return _result(pages, told) | {
        "memory_mb": round(memory / 2**20, 1),
        "idle_cpu_ms_per_second": round(idle * 1000, 1),
        "busy_cpu_ms_per_second": round(busy * 1000, 1),
    }


def _result(pages: Sequence[Listener], told: Sequence[tuple[str, int, float]]) -> dict[str, Any]:
    delays = [page.delay(*one) for page in pages if page.sees for one in told]
    known = [delay for delay in delays if delay is not None]
    return {
        "streams": len(pages),
        "changes": len(told),
        "missed": len(delays) - len(known),
        "late": sum(delay > PROMISED for delay in known),
        "leaked": sum(bool(page.heard) for page in pages if not page.sees),
        "seconds_95": round(quantiles(known, n=20)[-1], 3) if len(known) > 1 else None,
        "seconds_longest": round(max(known), 3) if known else None,
    }


def _cast() -> tuple[Actor, dict[bool, str], list[Item]]:
    """Who changes items, cookies of who sees everything and of who sees nothing, and the items that are shown."""
    now, seer = datetime.now(UTC), Person.objects.get(email=SEER)
    blind = people.create_user(BLIND_ADDRESS, name="Sees Nothing", role=Role.AGENT, password=None, by=SYSTEM, at=now)
    blind.grants.get_or_create(path="nowhere", defaults={"permissions": ["view"]})
    items = list(Item.objects.filter(closed_at=None, submitted_at__isnull=False).order_by("-pk")[:SHOWN])
    found = actor_for(seer), {True: Browser(seer).cookies, False: Browser(blind).cookies}, items
    connection.close()
    return found


def _change(actor: Actor, items: Sequence[Item], changes: int) -> list[tuple[str, int, float]]:
    """Commit them ten a second; each with the item's version and its moment."""
    told = []
    for number in range(changes):
        item = Item.objects.get(pk=items[number % len(items)].pk)
        notes.add_note(item, body=f"Note {number}", by=actor, at=datetime.now(UTC))
        told.append((item.reference, Item.objects.values_list("version", flat=True).get(pk=item.pk), time.monotonic()))
        time.sleep(0.1)  # ten a second is what is measured
    connection.close()
    return told


@contextmanager
def _server() -> Iterator[tuple[int, int]]:
    """`tramita web` on the same database: its port, and the parent of its processes."""
    environment = {
        **os.environ,
        "TRAMITA_DATABASE_URL": _address(),
        "TRAMITA_SECRET_KEY": settings.SECRET_KEY,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    asked = [sys.executable, "-m", "tramita.config.command", "web", "--port", "0", "--workers", str(WORKERS)]
    process = subprocess.Popen(asked, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command
    try:
        said = process.stdout.readline() if process.stdout else ""
        if " at " not in said:
            raise RuntimeError(f"the server did not start: {said}")
        yield urlsplit(said.split(" at ")[1].split()[0]).port or 80, process.pid
    finally:
        process.terminate()
        process.communicate()


def _address() -> str:
    """The present database as its variable names it."""
    held = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(str(held['NAME']))}"
    given = {name: held[name.upper()] for name in ("host", "port", "user", "password") if held[name.upper()]}
    return f"postgresql:///{quote(str(held['NAME']))}?{urlencode(given)}"


async def _share(parent: int) -> float:
    """Of one processor, while nothing happens."""
    spent = _cpu(parent)
    await asyncio.sleep(WATCHED)
    return (_cpu(parent) - spent) / WATCHED


def _cpu(parent: int) -> float:
    """Seconds that the server's processes used so far."""
    return sum(sum(map(int, _stat(pid)[11:13])) for pid in _family(parent)) / TICK


def _memory(parent: int) -> int:
    """Bytes of the server's processes; what they share counts once."""
    lines = (
        line
        for pid in _family(parent)
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        if line.startswith("Pss:")
    )
    return sum(int(line.split()[1]) * 1024 for line in lines)


def _family(parent: int) -> list[int]:
    """The parent and its children."""
    running = [int(one.name) for one in Path("/proc").iterdir() if one.name.isdecimal()]
    return [parent, *(pid for pid in running if _stat(pid)[1:2] == [str(parent)])]


def _stat(pid: int) -> list[str]:
    """What follows the name in `/proc/PID/stat`; nothing for a process that ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
