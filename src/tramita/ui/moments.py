"""Moments and durations as people say them, in the reader's zone and language (Z-13).

“Today 17:00”, “Mon 10:00”, “2 h 10 m late”: never an ISO date, never seconds, never “in 3 days” for a promise.
"""

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from django.utils import dateformat, timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

NEAR = timedelta(days=6)  # within it a weekday alone is clear


class Wall(NamedTuple):
    """The reader's zone, date and language: asked for once where fifty rows need them."""

    zone: tzinfo
    today: date
    language: str

    def short(self, moment: datetime) -> str:
        """See `short`."""
        return self.there(moment.astimezone(self.zone))

    def there(self, moment: datetime) -> str:
        """The same of a moment that is in the reader's zone already."""
        return f"{_short_day(moment.date(), self.today, self.language)} {moment.hour:02}:{moment.minute:02}"

    def late(self, seconds: float) -> str:
        """See `late`."""
        return _late(int(abs(seconds)) // 60, self.language)


def wall(now: datetime) -> Wall:
    """What it is for the reader of this thread."""
    zone = timezone.get_current_timezone()
    return Wall(zone, now.astimezone(zone).date(), get_language() or "")


def local(moment: datetime) -> datetime:
    """The moment in the reader's zone."""
    return moment.astimezone(timezone.get_current_timezone())


@lru_cache(maxsize=4096)  # fifty a page, and mostly the same days on every page
def _short_day(day: date, today: date, language: str) -> str:
    """“Today”, “Tomorrow”, “Yesterday”, “Mon”, “Fri 27 Nov”, and the year when it is another one.

    `language` is that of this thread.
    """
    match (day - today).days:
        case 0:
            return _("Today")
        case 1:
            return _("Tomorrow")
        case -1:
            return _("Yesterday")
    weekday = dateformat.format(day, "D").capitalize()
    if abs(day - today) <= NEAR:
        return weekday
    month = "M" if language == "en" else "b"  # only English writes months with a capital
    return f"{weekday} {dateformat.format(day, f'j {month}' if day.year == today.year else f'j {month} Y')}"


def short(moment: datetime | None, *, now: datetime | None = None) -> str:
    """Day and time: “Today 17:00”, “Fri 27 Nov 10:00”. Nothing for no moment."""
    return wall(now or timezone.now()).short(moment) if moment else ""


def full(moment: datetime) -> str:
    """The whole date in the language's own order, for titles and explanations."""
    there = local(moment)
    return f"{_full_day(there.date(), get_language() or '')} {there.hour:02}:{there.minute:02}"


@lru_cache(maxsize=4096)  # ten an item, and the same days on the page of the next one
def _full_day(day: date, language: str) -> str:
    """`language` is that of this thread."""
    del language
    return date_format(day, "DATE_FORMAT")


def iso(moment: datetime) -> str:
    """For `<time datetime>`."""
    return moment.isoformat(timespec="seconds")


def duration(seconds: float) -> str:
    """“3 h 20 m”, “12 m”, “2 d 4 h”: the two largest units, rounded down; never negative."""
    hours, minutes = divmod(int(abs(seconds)) // 60, 60)
    days, hours = divmod(hours, 24)
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    return hours_and_minutes(hours * 3600 + minutes * 60)


def hours_and_minutes(seconds: float) -> str:
    """“16 h 00 m”: hours are not turned into days, for sums of working time."""
    hours, minutes = divmod(int(abs(seconds)) // 60, 60)
    if hours:
        return _("%(hours)d h %(minutes)02d m") % {"hours": hours, "minutes": minutes}
    return _("%(minutes)d m") % {"minutes": minutes}


def clock(seconds: float) -> str:
    """“0:12”: hours and minutes, as a clock shows them."""
    hours, minutes = divmod(int(seconds) // 60, 60)
    return f"{hours}:{minutes:02d}"


def late(seconds: float) -> str:
    """“2 h 10 m late”."""
    return _late(int(abs(seconds)) // 60, get_language() or "")


@lru_cache(maxsize=4096)
def _late(minutes: int, language: str) -> str:
    """`language` is that of this thread."""
    del language
    return _("%(duration)s late") % {"duration": duration(minutes * 60)}


def for_input(moment: datetime | None) -> str:
    """The value of `<input type="datetime-local">` in the reader's zone."""
    return f"{local(moment):%Y-%m-%dT%H:%M}" if moment else ""


def weekday(moment: datetime) -> str:
    """The day of the week in the reader's zone, in full."""
    return dateformat.format(local(moment), "l")


def whole_day(day: date) -> str:
    """A day with its weekday: “Mon 2 March 2026”, in the language's own order."""
    return f"{dateformat.format(day, 'D')} {date_format(day, 'DATE_FORMAT')}"
