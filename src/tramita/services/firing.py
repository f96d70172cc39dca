"""Timers: executed by the service that checks whether each still applies (DESIGN decision 6)."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import connection

from tramita.domain.errors import Conflict, TramitaError
from tramita.models import Item
from tramita.queries.records import select
from tramita.services import consents, idling, leasing, notifying, refitting, reminding, resolving, waiting
from tramita.services.claiming import BATCH, TIMERS, Claimed, backoff, finish, update
from tramita.services.claiming import claim as claim_rows
from tramita.services.expiring import ASKED, TIME_OUT
from tramita.services.idle_timers import IDLE
from tramita.services.ledger import LEASE
from tramita.services.refit_timers import REFIT
from tramita.services.transactions import writing

FIRE: Mapping[str, Callable[..., None]] = {
    "wake": waiting.date_reached,
    "time_out": waiting.time_out,
    "close": resolving.window_passed,
    LEASE: leasing.run_out,
    IDLE: idling.look,
    REFIT: refitting.look,
    notifying.DUE_SOON: notifying.due_soon,
    notifying.OVERDUE: notifying.overdue,
    TIME_OUT: consents.time_out,
    **dict.fromkeys(ASKED, reminding.remind),
}

ITEM_OF = "id = (SELECT item_id FROM timers WHERE id = %s)"


def claim(*, at: datetime, limit: int = BATCH) -> list[Claimed]:
    """Timers due at `at` that nobody else holds, oldest first."""
    return claim_rows(TIMERS, tuple(FIRE), at=at, limit=limit)


def fire(timer: Claimed, *, at: datetime) -> bool:
    """Execute it and take it away, in one transaction. False: it was somebody else's by then, or did not apply.

    The change is dated `at`: what a late worker does is told when it is done.
    """
    try:
        with writing():
            items = select(Item, ITEM_OF + _held(timer.kind), [timer.id])
            if not items or not finish(TIMERS, timer):
                return False
            FIRE[timer.kind](items[0], at=at, **timer.payload)
    except Conflict:
        with writing():
            finish(TIMERS, timer)  # the item moved on: nothing is left to do
        return False
    except TramitaError as error:
        put_back(timer, str(error), at=at)
        return False
    return True


def _held(kind: str) -> str:
    """A robot's result often comes as its lease ends: both hold the item before the timer, so neither waits in a ring.

    Other timers hold a Case before its Actions (decision 42), so not the item first.
    """
    return " FOR UPDATE" if kind == LEASE and connection.vendor == "postgresql" else ""


def put_back(timer: Claimed, error: str, *, at: datetime) -> None:
    """It failed: try again later, each time a little later, with the reason kept."""
    with writing():
        update(TIMERS, timer, lease_until=at + backoff(timer), error=error[:1000])
