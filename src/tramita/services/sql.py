"""The few hot writes as SQL texts, shared by both databases (MEASURED section 5: the ORM takes three times as long).

Values go through `stored`, which knows how each database keeps moments, words and JSON.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Model

from tramita.domain.codes import State
from tramita.domain.errors import Conflict
from tramita.models.leases import NEVER_LEASED as NEVER
from tramita.services.unwritten import NAMED, TABLES, Unwritten


class TakenError(Conflict):
    """Another importer was faster with the same message: everything of ours is rolled back."""


_unwritten: ContextVar[Unwritten | None] = ContextVar("unwritten", default=None)

PLAIN = frozenset({str, int, bool, type(None)})
_JSON = json.JSONEncoder(ensure_ascii=False)
NUMBERED = frozenset({"kind", "state", "list"})  # columns that keep an enum's number


def stored(value: Any, column: str = "") -> Any:
    """The value as the database driver wants it. Cost: a mail has 150 of them, most of them plain."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is datetime:
        return _moment(connection.vendor, value)
    if isinstance(value, dict | list | tuple):
        return _JSON.encode(value)
    if isinstance(value, Enum):
        return value.number if column in NUMBERED else value.value  # type: ignore[attr-defined]
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


@lru_cache(maxsize=256)
def _moment(vendor: str, value: datetime) -> Any:
    """One change has one moment, in a dozen columns."""
    del vendor  # a key of the cache
    return connection.ops.adapt_datetimefield_value(value)


def insert(table: str, rows: Sequence[Mapping[str, Any]], *, returning: bool = False, once: bool = False) -> list[int]:
    """Insert rows that have the same columns, one statement. Their ids in order, when asked for.

    `once`: a row that breaks a unique constraint is left out, for somebody else was faster.
    """
    held = _unwritten.get()
    if held is not None and table in (NAMED if returning else TABLES) and not once:
        return held.add(table, rows, returning=returning)
    return insert_now(table, rows, returning=returning, once=once)


def insert_now(
    table: str, rows: Sequence[Mapping[str, Any]], *, returning: bool = False, once: bool = False
) -> list[int]:
    """As above, whatever else waits to be written."""
    columns = tuple(rows[0])
    values = [stored(row[column], column) for row in rows for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(_insert(table, columns, len(rows), returning=returning, once=once), values)
        return [row[0] for row in cursor.fetchall()] if returning else []


def insert_seen(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], int]:
    """Insert messages seen, one statement: the ids of the new ones by mailbox and content (MAIL-3)."""
    columns = tuple(rows[0])
    values = [stored(row[column], column) for row in rows for column in columns]
    statement = _insert("seen_messages", columns, len(rows), returning=True, once=True)
    with connection.cursor() as cursor:
        cursor.execute(f"{statement}, mailbox, content", values)
        return {(mailbox, content): pk for pk, mailbox, content in cursor.fetchall()}


@contextmanager
def many_rows(expected: int = 1) -> Iterator[None]:
    """Until it ends, rows that nobody asks for wait, and are written many an INSERT; inside a transaction.

    `expected`: how many items or so. Raises: TakenError, when a message was finished by another process meanwhile.
    """
    if _unwritten.get() is not None:
        yield
        return
    held = Unwritten(insert_now, _finish_many, expected)
    token = _unwritten.set(held)
    try:
        with connection.execute_wrapper(held.guard):
            yield
            held.write()
    finally:
        _unwritten.reset(token)


def _finish_many(finished: Sequence[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        if len(finished) == 1:
            cursor.execute(FINISH_SEEN, finished[0])
        else:
            cursor.executemany(FINISH_SEEN, finished)
        if cursor.rowcount != len(finished):
            raise TakenError("Another process took this message.", code="taken")


def execute(statement: str, params: Sequence[Any] = ()) -> int:
    """Run one statement; how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def claim_first(item_ids: Sequence[int]) -> int | None:
    """The place of the first of these items that is To Do and that no other transaction claims; it is now claimed by
    this one until it ends. Nobody waits for anybody. On SQLite a writer is alone, and has whatever it asks for.
    """
    if connection.vendor == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [list(item_ids)])
        row = cursor.fetchone()
    return item_ids.index(row[0]) if row else None


def others_placing(position: str) -> int:
    """How many other transactions give work to holders of this position just now and have not ended, sixteen at most;
    the next one counts this one too. Nobody waits for anybody. On SQLite a writer is alone.
    """
    if connection.vendor == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_PLACING, [position])
        row = cursor.fetchone()
    return int(row[0]) if row else 16


_PLACES = 79  # of who places, among locks of two numbers
_PLACING = (  # the first of sixteen seats that is free, or one's own; it is free again when the transaction ends
    "SELECT seat FROM generate_series(0, 15) AS seat "
    f"WHERE pg_try_advisory_xact_lock({_PLACES}, hashtext(%s || ':' || seat)) LIMIT 1"
)
_PULLS = 84  # of the claims, among locks of two numbers
_CLAIM = (  # in the order given, no further than the first; CASE: what was taken meanwhile is not claimed in vain
    "SELECT id FROM unnest(%s::bigint[]) AS wanted(id) WHERE CASE "
    f"WHEN (SELECT state FROM items WHERE items.id = wanted.id) = {State.TO_DO.number} "
    f"THEN pg_try_advisory_xact_lock({_PULLS}, (id %% 2147483647)::int) END LIMIT 1"
)


def save_new(row: Model) -> None:
    """Insert a row of any table and give it its id, at half the cost of `save()`."""
    fields = row._meta.concrete_fields
    columns = {str(field.column): getattr(row, field.attname) for field in fields if not field.primary_key}
    row.pk = insert(row._meta.db_table, [columns], returning=True)[0]
    row._state.adding = False


@lru_cache(maxsize=512)
def _insert(table: str, columns: tuple[str, ...], rows: int, *, returning: bool, once: bool) -> str:
    row = "(" + ", ".join(["%s"] * len(columns)) + ")"
    more = (" ON CONFLICT DO NOTHING" if once else "") + (" RETURNING id" if returning else "")
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * rows)}{more}"


def update_item(item_id: int, version: int, columns: Mapping[str, Any]) -> bool:
    """Change the named columns if the item still has this version. False: somebody was faster."""
    held = _unwritten.get()
    if held is not None and held.change_item(item_id, version, columns):
        return True
    values = [stored(value, column) for column, value in columns.items()]
    with connection.cursor() as cursor:
        cursor.execute(_update_item(tuple(columns)), [*values, item_id, version])
        return bool(cursor.rowcount == 1)


@lru_cache(maxsize=512)
def _update_item(columns: tuple[str, ...]) -> str:
    pairs = "".join(f", {column} = %s" for column in columns)
    return f"UPDATE items SET version = version + 1{pairs} WHERE id = %s AND version = %s"


def set_timer(item_id: int, purpose: str, due_at: datetime, payload: Mapping[str, Any]) -> None:
    """Set or move the item's timer for this purpose; whoever holds the old one loses it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO timers (item_id, purpose, due_at, payload, lease_until, fence, tries, error) "
            "VALUES (%s, %s, %s, %s, %s, 0, 0, '') ON CONFLICT (item_id, purpose) DO UPDATE SET "
            "due_at = excluded.due_at, payload = excluded.payload, lease_until = excluded.lease_until, "
            "fence = timers.fence + 1, tries = 0, error = ''",
            [item_id, purpose, stored(due_at), stored(dict(payload)), stored(NEVER)],
        )


def cancel_timers(item_id: int, purposes: Sequence[str]) -> None:
    """Take the item's timers for these purposes away, claimed or not."""
    marks = ", ".join(["%s"] * len(purposes))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM timers WHERE item_id = %s AND purpose IN ({marks})", [item_id, *purposes])


def finish_seen(
    seen_id: int,
    outcome: str,
    reason: str,
    items: Sequence[str],
    *,
    tries: int,
    trace: Mapping[str, Any],
    at: datetime,
) -> bool:
    """Say what became of a message, and how (MAIL-141). False: another process said so first."""
    said = [outcome, reason, stored(items), tries, stored(at), stored(dict(trace)), seen_id]
    held = _unwritten.get()
    if held is not None:
        held.finished.append(said)
        return True
    with connection.cursor() as cursor:
        cursor.execute(FINISH_SEEN, said)
        return bool(cursor.rowcount == 1)


FINISH_SEEN = (
    "UPDATE seen_messages SET outcome = %s, reason = %s, items = %s, tries = %s, processed_at = %s, "
    "trace = %s WHERE id = %s AND outcome IN ('', 'unhandled', 'failed')"
)


def next_number() -> int:
    """A number that no item ever had. Gaps are fine."""
    held = _unwritten.get()
    if held is not None:
        return held.number()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nextval('item_numbers')")
        else:
            cursor.execute("UPDATE counters SET value = value + 1 WHERE name = 'item' RETURNING value")
        return int(cursor.fetchone()[0])


def next_ordinal(case_id: int) -> int:
    """The running number of the next Action of this Case; the Case's row must be held.

    The last one in the order of the index: for a maximum PostgreSQL may read all of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ordinal FROM items WHERE parent_id = %s AND kind = 3 ORDER BY ordinal DESC LIMIT 1", [case_id]
        )
        last = cursor.fetchone()
        return int(last[0]) + 1 if last else 1


def pass_number(number: int) -> None:
    """What is drawn next is higher than this number, which came from elsewhere."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            beyond = "%s > (SELECT last_value FROM item_numbers)"
            cursor.execute(f"SELECT setval('item_numbers', %s) WHERE {beyond}", [number, number])
        else:
            cursor.execute("UPDATE counters SET value = MAX(value, %s) WHERE name = 'item'", [number])
