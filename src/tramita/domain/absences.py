"""Who is away on a day: whole days, both ends included, as they are kept with a person."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from tramita.domain.errors import FieldError

LONGEST = timedelta(days=366)
Kept = Mapping[str, Any]  # from, to, substitute


def away_until(absent: Kept | None, day: date) -> date | None:
    """The last day of an absence that this day is in; else None."""
    if not absent or not date.fromisoformat(absent["from"]) <= day <= date.fromisoformat(absent["to"]):
        return None
    return date.fromisoformat(absent["to"])


def span_faults(first: date | None, last: date | None, *, today: date) -> list[FieldError]:
    """What is wrong with the days that somebody gives, by `from` and `to`."""
    faults = [
        FieldError(field, "required", "Give a day.") for field, day in (("from", first), ("to", last)) if day is None
    ]
    if first is not None and last is not None and last < first:
        faults.append(FieldError("to", "too_early", "The last day comes before the first."))
    elif last is not None and last < today:
        faults.append(FieldError("to", "past", "This day is over."))
    elif first is not None and last is not None and last - first > LONGEST:
        faults.append(FieldError("to", "too_long", "At most a year."))
    return faults
