"""How often a token may ask, counted once for all processes and machines.

A process takes a portion of the minute at once and spends it in memory, so that a read stays a read: with the usual
12,000 requests a minute the database hears of every 240th.
"""

from datetime import datetime
from typing import NamedTuple

from django.db import connection

from tramita.models import Allowance
from tramita.queries.rows import fetch
from tramita.services.transactions import one_transaction

MINUTE = 60.0
ROUNDED = 0.001  # seconds that sums of fractions may be off
PORTIONS = 50  # a minute has so many; what few may ask goes one by one
SPEND = """
    INSERT INTO allowances (key, spent_until) VALUES (%s, %s) ON CONFLICT (key) DO UPDATE
    SET spent_until = CASE WHEN allowances.spent_until > %s THEN allowances.spent_until ELSE %s END + %s
    WHERE CASE WHEN allowances.spent_until > %s THEN allowances.spent_until ELSE %s END + %s <= %s
"""
IDLE = 24 * 3600.0  # seconds after which a token that does not ask is forgotten


class Taken(NamedTuple):
    """So many requests, or none and the seconds until the next one is free."""

    size: int
    wait: float = 0.0


@one_transaction
def take_portion(key: str, *, a_minute: int, at: datetime) -> Taken:
    """Some of what this key may still ask: a portion, the last one when it has no more than that, or nothing.

    Cost: one statement for a portion.
    """
    now, each = at.timestamp(), MINUTE / a_minute
    count = max(1, a_minute // PORTIONS)
    for wanted in sorted({count, 1}, reverse=True):
        if _spend(key, wanted * each, now):
            return Taken(wanted)
    ((spent_until,),) = fetch("SELECT spent_until FROM allowances WHERE key = %s", [key])
    return Taken(0, spent_until + each - MINUTE - now)


def forget_idle(*, at: datetime) -> int:
    """Tokens that ask no more keep no row; how many."""
    return Allowance.objects.filter(spent_until__lt=at.timestamp() - IDLE).delete()[0]


def _spend(key: str, seconds: float, now: float) -> bool:
    """Whether so much was left. The row is seen and written in one statement: of two processes one is second."""
    with connection.cursor() as cursor:
        cursor.execute(SPEND, [key, now + seconds, *(now, now, seconds) * 2, now + MINUTE + ROUNDED])
        return bool(cursor.rowcount)
