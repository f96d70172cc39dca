"""Why this due date: an item's own entries, folded into the clock (Z-15, DESIGN decision 7)."""

from datetime import datetime

from tramita.domain import due_dates
from tramita.domain.due_dates import Clockwork
from tramita.models import Item
from tramita.queries.history import history


def explain(item: Item, at: datetime) -> dict[str, object]:
    """The due date as running and paused intervals with reasons; moments are datetimes (INTERFACES section 5)."""
    return due_dates.explain(clock_of(item, at))


def clock_of(item: Item, at: datetime) -> Clockwork:
    """The clock that the item's entries give; equal to the columns that the item keeps. Cost: one statement."""
    return due_dates.fold(None, history(item), now=at)
