"""When a Case type starts by itself (BU-6): `monday 09:00`, five fields of cron, or named dates."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from tramita.domain.calendars import Calendar
from tramita.domain.process_definitions import StartDefinition

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORT = {day[:3]: day for day in DAYS}
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")

CRON_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("day of the week", 0, 7))
CRON_NAMES = {
    "month": ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    "day of the week": ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
}
OF = " of "
ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)
CRON_PART = re.compile(r"(\*|[a-z]{3}|\d{1,2})(?:-([a-z]{3}|\d{1,2}))?(?:/(\d{1,2}))?")


def every(text: str) -> str:
    """The canonical words of `every`: `monday 09:00`, `monday,thursday 09:00`, `weekday 09:00`, `day 09:00`.

    Raises: ValueError, saying what is wrong.
    """
    days, _, clock = " ".join(text.lower().split()).rpartition(" ")
    if not CLOCK.fullmatch(clock):
        raise ValueError(f"“{text}” needs a time of day at its end, like “monday 09:00”")
    names = [name.strip() for name in days.split(",")]
    full = [SHORT.get(name, name) for name in names]
    if full not in (["day"], ["weekday"]) and not set(full) <= set(DAYS):
        raise ValueError(f"“{days}” is no day; write monday, “monday,thursday”, weekday or day")
    return f"{','.join(full)} {clock}"


def cron(text: str) -> str:
    """Five fields: minute, hour, day, month, day of the week. Raises: ValueError, saying what is wrong."""
    parts = text.lower().split()
    if len(parts) != len(CRON_FIELDS):
        raise ValueError(f"“{text}” has {len(parts)} fields; cron wants five")
    for part, (name, low, high) in zip(parts, CRON_FIELDS, strict=True):
        if not all(_cron_part(one, name, low, high) for one in part.split(",")):
            raise ValueError(f"“{part}” is no {name} of cron")
    try:
        CronSim(" ".join(parts), ANY_TIME)
    except CronSimError:
        raise ValueError(f"“{text}” never comes") from None
    return " ".join(parts)


def _cron_part(text: str, name: str, low: int, high: int) -> bool:
    match = CRON_PART.fullmatch(text)
    if not match:
        return False
    first, last, step = match[1], match[2], match[3]
    if first == "*":
        return last is None and step != "0"
    bounds = [_cron_number(one, name, low) for one in (first, last) if one is not None]
    return all(low <= one <= high for one in bounds) and bounds == sorted(bounds) and step != "0"


def _cron_number(text: str, name: str, low: int) -> int:
    """The number of a digit or a name; -1 for a name that is none."""
    if text.isdigit():
        return int(text)
    names = CRON_NAMES.get(name, ())
    return names.index(text) + low if text in names else -1


def triggers(start: StartDefinition) -> list[str]:
    """What fires by itself, each with a name of its own: `every monday 09:00`, `cron 0 7 1 * *`, `on 2026-12-01`.

    A date of a schedule is the start of that schedule, `on 2026-12-01 of payroll/2026-12`: two schedules that name the
    same moment are two.
    """
    if start.every:
        return [f"every {start.every}"]
    if start.cron:
        return [f"cron {start.cron}"]
    if start.schedule:
        structure = start.schedule.partition("/")[0]
        return [f"on {moment}{OF}{structure}/{name}" for moment, name in zip(start.dates, start.of, strict=True)]
    return [f"on {moment}" for moment in start.dates]


def schedule_of(trigger: str) -> str | None:
    """The schedule whose date this trigger is, as `payroll/2026-12`."""
    return trigger.partition(OF)[2] or None


def next_start(trigger: str, *, after: datetime, zone: ZoneInfo, calendar: Calendar | None) -> datetime | None:
    """The first moment of a trigger after `after`; None when it has none any more (BU-6).

    Wall-clock time of the calendar's zone, else of `zone`: a time that the night in spring leaves out comes at its
    end, one that the night in autumn has twice comes once. What comes again and again, and a day without a time, moves
    to the next working moment of the calendar; a moment that somebody named stays.
    """
    how, _, text = trigger.partition(" ")
    there = calendar.zone if calendar else zone
    if how == "on":
        text = text.partition(OF)[0]
        named = datetime.fromisoformat(text)
        moment = named if named.tzinfo else named.replace(tzinfo=there)
        if calendar and ":" not in text:
            moment = calendar.next_working_moment(moment)
        return moment.astimezone(UTC) if moment > after else None
    moment = next(CronSim(text if how == "cron" else _as_cron(text), after.astimezone(there)))
    return (calendar.next_working_moment(moment) if calendar else moment).astimezone(UTC)


def _as_cron(text: str) -> str:
    days, _, clock = text.rpartition(" ")
    hour, minute = clock.split(":")
    on = {"day": "*", "weekday": "mon-fri"}.get(days) or ",".join(day[:3] for day in days.split(","))
    return f"{int(minute)} {int(hour)} * * {on}"
