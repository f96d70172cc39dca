"""Everything that happened, in order, for followers that must miss nothing (DESIGN decision 4, MEASURED section 1).

On PostgreSQL ids become visible out of the order in which they were drawn: a follower at id 2 would never get
id 1, committed later. So the order is (transaction, id), and only below the oldest transaction still running.
SQLite has one writer at a time; there the id alone is safe. What counts is the turn of a transaction: its number, and
what servers had given before, from which the desk was restored (`services.carrying_on`).
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from tramita.domain.actors import Actor
from tramita.domain.errors import Invalid
from tramita.queries.rows import fetch
from tramita.queries.timeline import COLUMNS, TimelineEntry, entry_from, readable
from tramita.queries.visibility import visible_sql

Mark = tuple[int, int]  # transaction (0 on SQLite) and id of an entry
BEGINNING: Mark = (0, 0)


@dataclass(frozen=True, slots=True)
class Events:
    """Some entries, and where to go on. `next` is always given; nothing came yet when `results` is empty."""

    results: list[TimelineEntry]
    next: str


def events(actor: Actor, *, after: str | None = None, limit: int = 50) -> Events:
    """What this actor may know of what happened after a cursor. Cost: two statements.

    Raises: Invalid, for a cursor that none of ours is.
    """
    start = read_cursor(after) if after else BEGINNING
    safe = newest()
    rows = _between(actor, start, safe, limit) if safe > start else []
    last = _mark(rows[-1]) if len(rows) == limit else max(safe, start)
    return Events([entry_from(row[1:]) for row in rows], cursor_at(last))


def newest() -> Mark:
    """The last entry that a follower may pass: nothing can come before it any more."""
    rows = fetch(_NEWEST[connection.vendor])
    return (int(rows[0][0]), int(rows[0][1])) if rows else BEGINNING


def newest_sql() -> str:
    """The statement behind `newest`, to be read along with another: columns `tx` and `entry`, as text."""
    return _NEWEST[connection.vendor]


def cursor_at(mark: Mark) -> str:
    """A cursor as callers keep it; they need not understand it."""
    return f"{mark[0]}-{mark[1]}"


def read_cursor(cursor: str) -> Mark:
    """The place of a cursor. Raises: Invalid."""
    transaction, _, entry = cursor.partition("-")
    if not all(part.isdecimal() and len(part) <= DIGITS for part in (transaction, entry)):
        raise Invalid.one("after", "invalid", "This is not a cursor of ours.")
    return int(transaction), int(entry)


DIGITS = 18  # what the databases hold
_SAFE = "tx < (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + ledger_before())::text::xid8"
_NEWEST = {
    "postgresql": (
        f"SELECT tx::text AS tx, id::text AS entry FROM entries WHERE {_SAFE} ORDER BY entries.tx DESC, id DESC LIMIT 1"
    ),
    "sqlite": "SELECT '0' AS tx, CAST(COALESCE(MAX(id), 0) AS TEXT) AS entry FROM entries",
}
_BETWEEN = {
    "postgresql": (
        "e.tx::text",
        "(e.tx, e.id) > (%s::text::xid8, %s) AND (e.tx, e.id) <= (%s::text::xid8, %s) ORDER BY e.tx, e.id",
    ),
    "sqlite": ("0", "e.id > %s AND e.id <= %s ORDER BY e.id"),
}


def _between(actor: Actor, start: Mark, end: Mark, limit: int) -> list[tuple[Any, ...]]:
    transaction, place, places = between(start, end)
    seen, read = visible_sql(actor), readable(actor)
    return fetch(
        f"SELECT {transaction}, {COLUMNS} FROM entries e JOIN items ON items.id = e.item_id "
        f"LEFT JOIN people p ON p.id = e.actor_id WHERE {seen.sql} AND {read.sql} AND {place} LIMIT {int(limit)}",
        [*seen.params, *read.params, *places],
    )


def between(start: Mark, end: Mark) -> tuple[str, str, list[Any]]:
    """The column of an entry's transaction, the condition that it lies after one mark and up to another, its values."""
    transaction, place = _BETWEEN[connection.vendor]
    sqlite = connection.vendor == "sqlite"
    return transaction, place, [start[1], end[1]] if sqlite else [str(start[0]), start[1], str(end[0]), end[1]]


def _mark(row: tuple[Any, ...]) -> Mark:
    return int(row[0]), int(row[1])
