"""Work that several workers race for: timers and deliveries, claimed by one conditional update (MEASURED section 7).

A claim is a lease with a fence. Who finishes proves, in the transaction of the effect, that the fence is still
theirs: a worker that was thought dead and comes back changes nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from tramita.models.leases import NEVER_LEASED
from tramita.queries.rows import moment
from tramita.services.sql import stored
from tramita.services.transactions import writing

LEASE = timedelta(minutes=2)
BATCH = 50
BACKOFF = (timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Table:
    """Where the work is listed: its due column, the column that says what it is, and what makes a row waiting."""

    name: str
    due: str
    kind: str
    waiting: str = ""  # SQL, constants written out so that the partial index serves
    item: str = "item_id"  # the column of the item that it is about, if there is one


TIMERS = Table("timers", "due_at", "purpose")
DELIVERIES = Table("deliveries", "next_at", "kind", "AND state = 0 ")
STARTS = Table("planned_starts", "due_at", "purpose", item="NULL")
DIGESTS = Table("digests", "due_at", "purpose", item="NULL")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that is ours until its lease ends. `tries` counts this one."""

    id: int
    kind: str
    item_id: int | None
    due_at: datetime
    payload: dict[str, Any]
    fence: int
    tries: int


def claim(
    table: Table, kinds: tuple[str, ...], *, at: datetime, limit: int = BATCH, but_from: Sequence[str] = ()
) -> list[Claimed]:
    """Rows due at `at` that nobody holds, oldest first; ours for two minutes.

    `but_from`: mails that leave from these addresses of ours are passed over.
    """
    marks = ", ".join(["%s"] * len(kinds))
    skip = "FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    # chosen once: a planner that takes the table for tiny would choose anew for each row, and so take all of them
    statement = (
        f"WITH chosen AS MATERIALIZED (SELECT id FROM {table.name} WHERE {table.due} <= %s {table.waiting}"  # noqa: S608 - names of ours
        f"AND lease_until <= %s AND {table.kind} IN ({marks}) {_but_from(but_from)}"
        f"ORDER BY {table.due}, id LIMIT %s {skip}) "
        f"UPDATE {table.name} SET lease_until = %s, fence = fence + 1, tries = tries + 1 "
        f"WHERE id IN (SELECT id FROM chosen) "
        f"RETURNING id, {table.kind}, {table.item}, {table.due}, payload, fence, tries"
    )  # names are ours; values are parameters
    now = stored(at)
    with writing(), connection.cursor() as cursor:
        cursor.execute(statement, [now, now, *kinds, *but_from, limit, stored(at + LEASE)])
        rows = [_claimed(row) for row in cursor.fetchall()]
    return sorted(rows, key=lambda row: (row.due_at, row.id))


def _but_from(addresses: Sequence[str]) -> str:
    return f"AND {sender_sql()} NOT IN ({', '.join(['%s'] * len(addresses))}) " if addresses else ""


def sender_sql() -> str:
    """The address that a delivery leaves from: its mail's, or what a mail without an item says itself."""
    said = (
        "deliveries.payload->>'address'"
        if connection.vendor == "postgresql"
        else "json_extract(deliveries.payload, '$.address')"
    )
    theirs = "(SELECT m.sender_address FROM messages m WHERE m.id = deliveries.message_id)"
    return f"COALESCE({theirs}, {said}, '')"


def unclaim(table: Table, rows: Sequence[Claimed]) -> None:
    """Put rows of ours back as they stood: this was no try."""
    with connection.cursor() as cursor:
        for row in rows:
            cursor.execute(
                f"UPDATE {table.name} SET lease_until = %s, tries = tries - 1 WHERE id = %s AND fence = %s",  # noqa: S608 - names of ours
                [stored(NEVER_LEASED), row.id, row.fence],
            )


def backoff(row: Claimed) -> timedelta:
    """How long what failed waits for its next try, each time a little longer."""
    return BACKOFF[min(row.tries, len(BACKOFF)) - 1]


def finish(table: Table, row: Claimed) -> bool:
    """Take the row away, inside the transaction of its effect. False: it is somebody else's by now."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table.name} WHERE id = %s AND fence = %s", [row.id, row.fence])  # noqa: S608 - names of ours
        return bool(cursor.rowcount == 1)


def update(table: Table, row: Claimed, **columns: Any) -> bool:
    """Change the row while it is ours. False: it is somebody else's by now."""
    pairs = ", ".join(f"{name} = %s" for name in columns)
    values = [stored(value) for value in columns.values()]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table.name} SET {pairs} WHERE id = %s AND fence = %s", [*values, row.id, row.fence])  # noqa: S608 - names of ours
        return bool(cursor.rowcount == 1)


def _claimed(row: tuple[Any, ...]) -> Claimed:
    row_id, kind, item_id, due_at, payload, fence, tries = row
    document = json.loads(payload) if isinstance(payload, str) else payload
    due = moment(due_at)
    if due is None:
        raise ValueError("what is claimed is due")
    return Claimed(row_id, kind, item_id, due, document, fence, tries)
