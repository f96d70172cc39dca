"""The items of a saved view, for who is not a page: the same list, in the same order (H-7)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from tramita.domain.actors import Actor
from tramita.domain.narrowing import Reader
from tramita.models import Item, View
from tramita.queries import cursors, narrowed, worklists
from tramita.queries.views import narrowing_of
from tramita.queries.worklists import ORDERS, After

READERS: Mapping[str, Callable[[str], Any]] = {
    "sort_due": cursors.moment,
    "updated_at": cursors.moment,
    "id": cursors.number,
}


def items_of(
    view: View, actor: Actor, *, at: datetime, cursor: str | None = None, limit: int = 50
) -> tuple[Sequence[Item], str | None]:
    """A page of what this reader finds in it now, and where the next begins. Cost: two statements.

    “Me” is who reads, today is their day. Raises: Invalid, for a cursor of another list.
    """
    sort = view.sort if view.sort in ORDERS else "due"
    reader, narrowing = reader_for(actor, at), narrowing_of(view)
    found = worklists.page(
        narrowed.everywhere(narrowing, reader),
        actor,
        now=at,
        tonight=reader.tonight,
        narrow=narrowed.narrow(narrowing, reader),
        order=ORDERS[sort],
        after=_after(sort, cursor),
        limit=limit,
    )
    held = Item.objects.in_bulk([row.id for row in found.rows])
    items = [held[row.id] for row in found.rows if row.id in held]
    return items, cursors.encoded(sort, *found.next) if found.next else None


def reader_for(actor: Actor, at: datetime) -> Reader:
    """For whom and when a list is read that no page asks for: it is their day, in their zone (Z-13)."""
    zone = ZoneInfo(actor.time_zone or settings.TIME_ZONE)
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    return Reader(actor.id, at, datetime.combine(tomorrow, time.min, tzinfo=zone), zone)


def _after(sort: str, cursor: str | None) -> After | None:
    if not cursor:
        return None
    columns = ORDERS[sort].columns
    of, *parts = cursors.decoded(cursor)
    if of != sort or len(parts) != len(columns):
        raise cursors.not_ours()
    return tuple(READERS[column](part) for column, part in zip(columns, parts, strict=True))
