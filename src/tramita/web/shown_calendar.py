"""A calendar as a year at a glance, and a due rule with a worked example (UI “Calendars”, “Due rules”)."""

import calendar as weeks
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import dateformat, timezone

from tramita.domain.calendars import WEEKDAYS, Calendar, build_calendar, windows_by_day
from tramita.domain.definitions import CalendarDefinition, DueRuleDefinition
from tramita.domain.due_rules import DueRule, build_due_rule, steps
from tramita.domain.errors import Invalid
from tramita.gateways.holidays import public_holidays
from tramita.queries.due_rules import installation_zone
from tramita.services import desk_settings
from tramita.ui import errors

Tree = Mapping[str, Any]
FIRST, LAST = 1975, 2100  # years that are shown
MOST_DAYS = 40
SO_MANY = 5


@dataclass(frozen=True, slots=True)
class Day:
    """`state`: public, extra or free; nothing on a working day."""

    date: date
    state: str
    windows: str


@dataclass(frozen=True, slots=True)
class Month:
    """`weeks` begin on Monday; None stands for a day of another month."""

    name: str
    weeks: Sequence[Sequence[Day | None]]


@dataclass(frozen=True, slots=True)
class Year:
    number: int
    months: Sequence[Month]
    working_days: int

    @property
    def before(self) -> int | None:
        return self.number - 1 if self.number > FIRST else None

    @property
    def after(self) -> int | None:
        return self.number + 1 if self.number < LAST else None


def year(tree: Tree, asked: str, today: date) -> Year | None:
    """The year that is asked for, else this one; None for a calendar that is wrong as it stands."""
    number = int(asked) if asked.isdecimal() and FIRST <= int(asked) <= LAST else today.year
    try:
        read = _calendar("", tree)
    except Invalid:
        return None
    windows, public = windows_by_day(tree.get("week", {})), read.holidays(number)

    def day_of(one: date) -> Day:
        said = windows.get(WEEKDAYS[one.weekday()], "")
        state = "extra" if one in read.days_off else "public" if one in public else "" if said else "free"
        return Day(one, state, said)

    months = [
        Month(
            dateformat.format(date(number, month, 1), "F"),
            [
                [day_of(one) if one.month == month else None for one in week]
                for week in weeks.Calendar().monthdatescalendar(number, month)
            ],
        )
        for month in range(1, 13)
    ]
    working = sum(not day.state for month in months for week in month.weeks for day in week if day)
    return Year(number, months, working)


def toggled(tree: Tree, day: date) -> dict[str, Any]:
    """The calendar with one more day off, or with one less."""
    days = {*tree.get("extra_days_off", ())} ^ {day}
    return {**tree, "extra_days_off": sorted(days)}


@dataclass(frozen=True, slots=True)
class Example:
    """What a rule makes of a start. `days`: working time of each day, in seconds, where the rule counts that."""

    start: datetime
    steps: Sequence[tuple[str, datetime]] = ()
    days: Sequence[tuple[date, int]] = ()
    seconds: int = 0
    fault: str = ""
    field: str = ""  # that says how many, where the rule takes its number from one: here it says `SO_MANY`

    @property
    def due(self) -> datetime | None:
        return self.steps[-1][1] if self.steps else None


def example(tree: Tree, start: datetime) -> Example:
    """The due date of a start, step by step."""
    try:
        written = _rule(tree)
        rule = written.filled({written.amount or "": SO_MANY})
        found = steps(rule, start)
    except Invalid as invalid:
        return Example(start, fault=errors.sentence(invalid))
    due = found[-1][1]
    days = list(_days(rule, start, due))
    return Example(start, found, days, rule.between(start, due), field=written.amount or "")


def _rule(tree: Tree) -> DueRule:
    """The calendar is its own, else the first there is, as a contract would lend it."""
    names = {key: value for key, value in tree.items() if key != "calendar"}
    definition = DueRuleDefinition(key="", **{"within": ""} | names)
    known = desk_settings.entries("calendars")
    named = tree.get("calendar") or (next(iter(known), None) if definition.needs_calendar else None)
    counted = _calendar(named, known[named]) if named in known else None
    return build_due_rule(definition, calendar=counted, zone=installation_zone(), field="")


def _calendar(key: str, tree: Tree) -> Calendar:
    holidays = tree.get("holidays", {})
    definition = CalendarDefinition(
        key,
        tree.get("time_zone", ""),
        tree.get("week", {}),
        holidays.get("country"),
        holidays.get("subdivision"),
        tuple(one for one in tree.get("extra_days_off", ()) if isinstance(one, date)),
    )
    return build_calendar(definition, public_holidays)


def _days(rule: DueRule, start: datetime, due: datetime) -> Iterator[tuple[date, int]]:
    if not rule.within.working or rule.calendar is None:
        return
    day = start.astimezone(rule.zone).date()
    for _number in range(MOST_DAYS):
        begins = datetime.combine(day, time.min, rule.zone)
        ends = datetime.combine(day + timedelta(days=1), time.min, rule.zone)
        if begins >= due:
            return
        if seconds := rule.calendar.working_seconds(max(begins, start), min(ends, due)):
            yield day, seconds
        day += timedelta(days=1)


def this_morning() -> datetime:
    """Nine o'clock today, where the reader is."""
    return timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0)
