"""Working calendars: several windows a day, holidays, extra days off, their own time zone (SLA-3, Z-13).

Moments are aware datetimes; a fraction of a second is dropped, for the clock counts whole seconds. What comes
out is in UTC.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from tramita.domain.definitions import CalendarDefinition
from tramita.domain.errors import FieldError, Invalid
from tramita.domain.working_time import DAY, EPOCH, Windows, WorkingTime

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WINDOW = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")

HolidaysOfYear = Callable[[int], frozenset[date]]


class HolidayLookup(Protocol):
    """Where public holidays come from (`tramita.gateways.holidays`). Raises Invalid for an unknown country."""

    def __call__(self, country: str, subdivision: str | None, years: tuple[int, ...]) -> frozenset[date]: ...


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """A country's holidays, looked up a year at a time; equal by value, so that calendars are."""

    country: str
    subdivision: str | None
    lookup: HolidayLookup

    def __call__(self, year: int) -> frozenset[date]:
        return self.lookup(self.country, self.subdivision, (year,))


def no_holidays(year: int) -> frozenset[date]:
    """For a calendar that follows no country."""
    return frozenset()


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a team works. `week` holds Monday to Sunday, each its windows as seconds after midnight."""

    name: str
    zone: ZoneInfo
    week: tuple[Windows, ...]
    holidays: HolidaysOfYear = no_holidays
    days_off: frozenset[date] = field(default_factory=frozenset)

    def working_seconds(self, start: datetime, end: datetime) -> int:
        """Working time from `start` to `end`; negative when `end` is the earlier."""
        return _laid_out(self).between(instant(start), instant(end))

    def add_working(self, start: datetime, seconds: int) -> datetime:
        """The moment with that much working time between `start` and it; negative `seconds` go back.

        Of several such moments the one nearest to `start`: the evening's end, not the next morning.

        Raises: Invalid, if the calendar has no working time within a year of `start`.
        """
        table = _laid_out(self)
        if seconds < 0:
            return moment(table.back(instant(start), -seconds))
        return moment(table.forward(instant(start), seconds))

    def is_working(self, at: datetime) -> bool:
        """Whether `at` lies in a window. The end of a window does not."""
        return _laid_out(self).works(instant(at))

    def next_working_moment(self, at: datetime) -> datetime:
        """`at` itself if it works, else when the next window opens. Raises: Invalid, as `add_working`."""
        return moment(_laid_out(self).next(instant(at)))

    def add_working_days(self, start: datetime, count: int) -> datetime:
        """The same wall-clock time `count` working days later, moved to the next working moment (R-15, W-11).

        The day of `start` is not counted, worked or not: one working day after a Saturday is Monday.

        Raises: Invalid, as `add_working`.
        """
        if count == 0:
            return self.next_working_moment(start)
        local = start.astimezone(self.zone)
        day = _laid_out(self).working_day(local.toordinal() - EPOCH, count)
        return self.next_working_moment(_at_wall_clock(day, local.time(), self.zone))

    def ends_a_day(self, at: datetime) -> bool:
        """Whether no working time is left on the local day that ends with, or contains, `at`."""
        return instant(at) >= self._end_of(self._day(at))

    def end_of_day(self, at: datetime) -> datetime:
        """The end of the last window of `at`'s day, or of the next working day if that has passed."""
        day, table = self._day(at), _laid_out(self)
        if not table.has_work(day) or instant(at) > self._end_of(day):
            day = table.working_day(day, 1)
        return moment(self._end_of(day))

    def _day(self, at: datetime) -> int:
        """The local day of the second before `at`, for a window may end at 24:00."""
        return (at - timedelta(seconds=1)).astimezone(self.zone).toordinal() - EPOCH

    def _end_of(self, day: int) -> int:
        """The last working instant's end before the day is over."""
        return _laid_out(self).last_before(instant(_at_wall_clock(day + 1, time.min, self.zone)))


def add_calendar_days(start: datetime, count: int, zone: ZoneInfo) -> datetime:
    """The same wall-clock time in `zone`, `count` days later (Z-13).

    A time that the spring change skips becomes as much later; of a repeated one the first is meant.
    """
    if count == 0:
        return moment(instant(start))
    local = start.astimezone(zone)
    return _at_wall_clock(local.toordinal() - EPOCH + count, local.time(), zone)


def build_calendar(definition: CalendarDefinition, holidays: HolidayLookup, *, field: str = "calendar") -> Calendar:
    """The calendar that an administrator wrote (INTERFACES section 4).

    Raises: Invalid with every fault, each named below `field` (`calendars.office.week.mon-fri`).
    """
    faults: list[FieldError] = []
    week = _read_week(definition.week, f"{field}.week", faults)
    zone = _read_zone(definition.time_zone, f"{field}.time_zone", faults)
    public = _read_holidays(definition, holidays, f"{field}.holidays", faults)
    if faults or zone is None:
        raise Invalid(faults)
    return Calendar(definition.key, zone, week, public, frozenset(definition.extra_days_off))


def windows_by_day(week: Mapping[str, str]) -> dict[str, str]:
    """The windows of each day of a week as it is written; a name that is no day is passed over."""
    return {WEEKDAYS[day]: text for names, text in week.items() for day in _read_days(names, "", [])}


def written_week(windows: Mapping[str, str]) -> dict[str, str]:
    """The shortest way to write the windows of the days: neighbours that are the same become `mon-fri`."""
    found: dict[str, str] = {}
    for text, days in groupby(WEEKDAYS, lambda day: windows.get(day, "")):
        first, *rest = days
        if text:
            found[f"{first}-{rest[-1]}" if rest else first] = text
    return found


def read_zone(key: object, *, field: str) -> ZoneInfo:
    """The time zone of that name. Raises: Invalid, naming `field`."""
    try:
        return ZoneInfo(str(key))
    except (KeyError, ValueError, OSError):  # OSError: the name of a folder of zones, like “Europe”
        raise Invalid.one(field, "unknown_time_zone", "There is no time zone “%(zone)s”.", zone=key) from None


def instant(at: datetime) -> int:
    """Whole seconds since 1970 UTC. Raises: ValueError for a naive moment."""
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone")
    return int(at.timestamp() // 1)


def moment(seconds: int) -> datetime:
    """The aware UTC datetime of an instant."""
    return datetime.fromtimestamp(seconds, UTC)


@lru_cache(maxsize=256)
def _laid_out(calendar: Calendar) -> WorkingTime:
    """One table for all equal calendars, however often they are read again."""

    def off(year: int) -> set[int]:
        extra = {day for day in calendar.days_off if day.year == year}
        return {day.toordinal() - EPOCH for day in calendar.holidays(year) | extra}

    return WorkingTime(calendar.zone, calendar.week, off)


def _at_wall_clock(day: int, clock: time, zone: ZoneInfo) -> datetime:
    local = datetime.combine(date.fromordinal(day + EPOCH), clock.replace(fold=0, microsecond=0), zone)
    return local.astimezone(UTC)


def _read_week(week: Mapping[str, str], field: str, faults: list[FieldError]) -> tuple[Windows, ...]:
    days: list[Windows | None] = [None] * 7
    for names, text in week.items():
        where = f"{field}.{names}"
        windows = _read_windows(text, where, faults)
        for day in _read_days(str(names), where, faults):
            if days[day] is not None:
                faults.append(FieldError(where, "invalid", "%(day)s is given twice.", {"day": WEEKDAYS[day]}))
            days[day] = windows
    if not any(days) and not faults:
        faults.append(FieldError(field, "invalid", "The calendar has no working time at all."))
    return tuple(windows or () for windows in days)


def _read_days(text: str, field: str, faults: list[FieldError]) -> Iterator[int]:
    """`mon-fri`, `sat`, `mon, wed-thu`; a range may go over the end of the week (`sun-thu`)."""
    for part in text.replace(" ", "").lower().split(","):
        first, dash, last = part.partition("-")
        last = last if dash else first
        if first not in WEEKDAYS or last not in WEEKDAYS:
            fault = FieldError(
                field, "invalid", "“%(text)s” is no day of the week. Write mon or mon-fri.", {"text": part}
            )
            faults.append(fault)
            continue
        start = WEEKDAYS.index(first)
        for step in range((WEEKDAYS.index(last) - start) % 7 + 1):
            yield (start + step) % 7


def _read_windows(text: object, field: str, faults: list[FieldError]) -> Windows:
    """`09:00-12:30 13:00-17:30`; nothing at all is a day without work."""
    windows = []
    for part in str(text or "").replace(",", " ").split():
        window = _read_window(part)
        if window is None:
            fault = FieldError(
                field,
                "invalid",
                "“%(text)s” is no window. Write it like 09:00-17:30, from 00:00 to 24:00, not over midnight.",
                {"text": part},
            )
            faults.append(fault)
        else:
            windows.append(window)
    windows.sort()
    if any(a[1] > b[0] for a, b in pairwise(windows)):
        faults.append(FieldError(field, "invalid", "The windows “%(text)s” overlap.", {"text": text}))
    return tuple(windows)


def _read_window(part: str) -> tuple[int, int] | None:
    match = WINDOW.fullmatch(part)
    if not match:
        return None
    hours, minutes, end_hours, end_minutes = map(int, match.groups())
    start, end = hours * 3600 + minutes * 60, end_hours * 3600 + end_minutes * 60
    return (start, end) if start < end <= DAY and minutes < 60 and end_minutes < 60 else None


def _read_zone(key: str, field: str, faults: list[FieldError]) -> ZoneInfo | None:
    try:
        return read_zone(key, field=field)
    except Invalid as invalid:
        faults.extend(invalid.errors)
        return None


def _read_holidays(
    definition: CalendarDefinition, lookup: HolidayLookup, field: str, faults: list[FieldError]
) -> HolidaysOfYear:
    if definition.country is None:
        return no_holidays
    try:
        lookup(definition.country, definition.subdivision, ())  # asks for no year: only whether it exists
    except Invalid as invalid:
        faults.extend(_under(field, invalid.errors))
    return PublicHolidays(definition.country, definition.subdivision, lookup)


def _under(field: str, errors: Iterable[FieldError]) -> Iterator[FieldError]:
    for error in errors:
        yield FieldError(f"{field}.{error.field}", error.code, error.message, error.values)
