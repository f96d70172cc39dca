"""Timers: claimed in batches, each executed by the service that checks whether it still applies.

A claim is a conditional update that counts its rows, with a fence: who finishes a timer proves in the same
transaction that nobody else had it meanwhile (MEASURED section 7).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from tramita.domain.errors import Conflict, TramitaError
from tramita.models import Item
from tramita.services import resolving, waiting
from tramita.services.sql import stored
from tramita.services.transactions import writing

LEASE = timedelta(minutes=2)
BATCH = 50
BACKOFF = (timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1))

FIRE: Mapping[str, Callable[..., None]] = {
    "wake": waiting.date_reached,
    "time_out": waiting.time_out,
    "close": resolving.window_passed,
}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A timer that is ours until its lease ends."""

    id: int
    purpose: str
    item_id: int
    due_at: datetime
    payload: dict[str, Any]
    fence: int
    tries: int


def claim(*, at: datetime, purposes: tuple[str, ...] = tuple(FIRE), limit: int = BATCH) -> list[Claimed]:
    """Timers due at `at` that nobody else holds, oldest first; they are ours for two minutes."""
    marks = ", ".join(["%s"] * len(purposes))
    skip = "FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    statement = (
        "UPDATE timers SET lease_until = %s, fence = fence + 1, tries = tries + 1 WHERE id IN ("  # noqa: S608 - marks only
        f"SELECT id FROM timers WHERE due_at <= %s AND lease_until < %s AND purpose IN ({marks}) "
        f"ORDER BY due_at LIMIT %s {skip}) RETURNING id, purpose, item_id, due_at, payload, fence, tries"
    )
    now = stored(at)
    with writing(), connection.cursor() as cursor:
        cursor.execute(statement, [stored(at + LEASE), now, now, *purposes, limit])
        rows = [_claimed(row) for row in cursor.fetchall()]
    return sorted(rows, key=lambda timer: (timer.due_at, timer.id))


def fire(timer: Claimed, *, at: datetime) -> bool:
    """Execute it and take it away, in one transaction. False: it was somebody else's by then, or did not apply.

    The change is dated `at`: what a late worker does is told when it is done.
    """
    try:
        with writing():
            if not _finish(timer):
                return False
            item = Item.objects.get(pk=timer.item_id)
            FIRE[timer.purpose](item, at=at)
    except Conflict:
        with writing():
            _finish(timer)  # the item moved on: nothing is left to do
        return False
    except TramitaError as error:
        put_back(timer, str(error), at=at)
        return False
    return True


def _finish(timer: Claimed) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM timers WHERE id = %s AND fence = %s", [timer.id, timer.fence])
        return bool(cursor.rowcount == 1)


def put_back(timer: Claimed, error: str, *, at: datetime) -> None:
    """It failed: try again later, each time a little later, with the reason kept."""
    wait = BACKOFF[min(timer.tries, len(BACKOFF)) - 1]
    with writing(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE timers SET lease_until = %s, error = %s WHERE id = %s AND fence = %s",
            [stored(at + wait), error[:1000], timer.id, timer.fence],
        )


def _claimed(row: tuple[Any, ...]) -> Claimed:
    timer_id, purpose, item_id, due_at, payload, fence, tries = row
    document = json.loads(payload) if isinstance(payload, str) else payload
    return Claimed(timer_id, purpose, item_id, due_at, document, fence, tries)
