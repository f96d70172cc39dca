"""Who may have an item is looked at again when what is configured of them changes (Q-6, Q-7, decision 80).

One statement marks everything that they have; each item is then looked at by itself, like a timer that is due.
"""

from collections.abc import Collection
from datetime import datetime

from tramita.models.leases import NEVER_LEASED
from tramita.queries.records import among
from tramita.services import sql

REFIT = "refit"  # the purpose of the timers
OPEN = "NOT (list = 0)"


def of_people(ids: Collection[int], *, at: datetime) -> None:
    """What these people and robots are assigned to, or answer for. Cost: one statement, none for nobody."""
    if ids:
        chosen = sorted(ids)
        parts = [f"SELECT id FROM items WHERE {among(one, chosen)} AND {OPEN}" for one in ("assignee_id", "owner_id")]  # noqa: S608 - texts of ours
        _mark(" UNION ".join(parts), [*chosen, *chosen], at=at)


def of_queues(ids: Collection[int], *, at: datetime) -> None:
    """What stands in these queues, which are used no more. Cost: one statement, none for none."""
    if ids:
        chosen = sorted(ids)
        _mark(f"SELECT id FROM items WHERE {among('queue_id', chosen)} AND {OPEN}", chosen, at=at)  # noqa: S608 - texts of ours


def _mark(which: str, params: list[int], *, at: datetime) -> None:
    sql.execute(
        "INSERT INTO timers (item_id, purpose, due_at, payload, lease_until, fence, tries, error) "  # noqa: S608 - texts of ours
        f"SELECT id, %s, %s, '{{}}', %s, 0, 0, '' FROM ({which}) theirs WHERE id > 0 "
        "ON CONFLICT (item_id, purpose) DO UPDATE SET due_at = excluded.due_at, fence = timers.fence + 1, "
        "lease_until = excluded.lease_until, tries = 0, error = ''",
        [REFIT, sql.stored(at), sql.stored(NEVER_LEASED), *params],
    )
