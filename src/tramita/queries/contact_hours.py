"""When a contact works, by their own calendar (SS-1)."""

from datetime import datetime

from tramita.domain.calendars import Calendar
from tramita.domain.errors import Invalid
from tramita.queries import definitions


def works_again(calendar: str | None, *, at: datetime) -> datetime | None:
    """When whoever goes by this calendar works next; None where they do now, or nobody can tell.

    Cost: one statement, none without a calendar.
    """
    found = calendar_of(calendar)
    if found is None or found.is_working(at):
        return None
    try:
        return found.next_working_moment(at)
    except Invalid:  # no working time within a year
        return None


def calendar_of(name: str | None) -> Calendar | None:
    """The calendar as it is now; None for one that is used no more. Cost: one statement, none without a name."""
    return definitions.calendar(name) if name else None
