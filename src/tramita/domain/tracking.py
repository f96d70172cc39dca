"""What may be written down as time spent on an item (TL-5)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tramita.domain.errors import FieldError, Invalid

LONGEST = timedelta(hours=24)
MINUTE = timedelta(minutes=1)


def check_session(begun_at: datetime | None, minutes: int | None, *, now: datetime) -> None:
    """A session has a beginning, a length from none to a day, and lies in the past. Raises: Invalid, naming both."""
    if faults := list(_faults(begun_at, minutes, now)):
        raise Invalid(faults)


def _faults(begun_at: datetime | None, minutes: int | None, now: datetime) -> Iterator[FieldError]:
    most = int(LONGEST / MINUTE)
    if begun_at is None:
        yield FieldError("begun_at", "required", "Give a date and a time.")
    if minutes is None:
        yield FieldError("minutes", "required", "Give a whole number.")
    elif not 0 <= minutes <= most:
        yield FieldError("minutes", "out_of_range", "Give a number of minutes from 0 to %(most)s.", {"most": most})
    elif begun_at is not None and begun_at + minutes * MINUTE > now:
        yield FieldError("begun_at", "in_the_future", "It would end in the future.")
