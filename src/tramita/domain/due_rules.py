"""Due-date rules: the promise, and the first date that it gives (SLA-1 to SLA-3).

A rule may name what only the item knows: the date it counts from, and how much it adds. `DueRule.filled` is the rule
with that; what is not there yet gives no date.

How `within` is read: hours and minutes are elapsed time, `working hours` are time inside the calendar's windows.
`days` are calendar days at the same wall-clock time, also when the rule has a calendar, which then only lends its
zone; `working days` are the calendar's, ending at the same wall-clock time, moved to the next working moment.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from math import ceil, isfinite
from zoneinfo import ZoneInfo

from tramita.domain.calendars import Calendar, add_calendar_days, instant, moment
from tramita.domain.definitions import DueRuleDefinition
from tramita.domain.durations import LONGEST_SECONDS, SECONDS, Span, parse_span
from tramita.domain.errors import FieldError, Invalid

START = "start"
FIELD = "fields."
SCHEDULE = "schedule."
PARENT, SUB = "parent.", "sub."  # dates of the item above, and of one below (Cases and Actions only)
BASES = r"fields\.\w[\w-]*|schedule\.[\w.-]+|parent\.(?:start|due)|sub\.\w[\w-]*\.(?:start|due|end)"
AMOUNT = re.compile(r"(?P<minus>-\s*)?fields\.(?P<name>\w[\w-]*)\s+(?P<unit>\D*)", re.IGNORECASE)
FIRST_YEAR, LAST_YEAR = 1971, 2199  # beyond them somebody mistyped, and each year between would be laid out
LAST_MINUTE, MINUTE = time(23, 59), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class DueRule:
    """A due-date rule ready to count. `zone` is the calendar's, else the installation's (Z-13)."""

    name: str
    within: Span  # with an `amount`, one of its unit
    zone: ZoneInfo
    calendar: Calendar | None = None
    add_wait_time: bool = False  # the clock stops while waiting (SLA-5)
    allow_override: bool = False  # SLA-15
    base: str = START
    move_to_next_morning: bool = False
    move_to_end_of_day: bool = False
    amount: str | None = None  # the number field that says how many, until it is filled in (SLA-2)

    @property
    def written(self) -> str:
        """`within` as one writes it."""
        if self.amount is None:
            return str(self.within)
        unit = str(self.within).lstrip("-").removeprefix("1 ") + "s"
        return f"{'-' if self.within.negative else ''}fields.{self.amount} {unit}"

    @property
    def fields(self) -> frozenset[str]:
        """The fields of the item, or of its Case, by whose values the date moves (SLA-2)."""
        return frozenset(name for name in (self.base_field, self.amount) if name)

    def filled(self, fields: Mapping[str, object]) -> "DueRule":
        """The rule with the number that stands in its field; without one it gives no date (SLA-2)."""
        within = _so_many(self.within, fields.get(self.amount)) if self.amount else None
        if within is None or (within.negative and self.base == START):
            return self
        return replace(self, within=within, amount=None)

    @property
    def base_sub(self) -> tuple[str, str] | None:
        """The Action, and which of its dates, that the rule of a Case counts from: `("check", "end")` (SLA-2)."""
        name, _, which = self.base.removeprefix(SUB).rpartition(".")
        return (name, which) if self.base.startswith(SUB) else None

    @property
    def base_above(self) -> str | None:
        """Which date of the item above the rule counts from: `start` or `due` (SLA-2)."""
        return self.base.removeprefix(PARENT) if self.base.startswith(PARENT) else None

    @property
    def base_field(self) -> str | None:
        """The date-time field that the rule counts from, None for the start of the item (SLA-2)."""
        return self.base.removeprefix(FIELD) if self.base.startswith(FIELD) else None

    @property
    def base_date(self) -> str | None:
        """The named date of the Case's schedule that the rule counts from (SLA-2, BU-6)."""
        return self.base.removeprefix(SCHEDULE) if self.base.startswith(SCHEDULE) else None

    def between(self, start: datetime, end: datetime) -> int:
        """Seconds from `start` to `end` as the rule counts them, working ones or all; may be negative."""
        if self.within.working and self.calendar:
            return self.calendar.working_seconds(start, end)
        return instant(end) - instant(start)

    def after(self, start: datetime, seconds: int) -> datetime:
        """The moment `seconds` after `start` as the rule counts them (before it, when negative)."""
        if self.within.working and self.calendar:
            return self._in_the_morning(self.calendar.add_working(start, seconds))
        return moment(instant(start) + seconds)

    def _in_the_morning(self, due: datetime) -> datetime:
        """The end of a day is the next morning for a rule that says so: no working time lies between."""
        if self.move_to_next_morning and self.calendar and self.calendar.ends_a_day(due):
            return self.calendar.next_working_moment(due)
        return due


def first_due(rule: DueRule, start: datetime, *, base: datetime | None = None) -> datetime | None:
    """The due date of an item submitted at `start`. None if the rule counts from something that is not there.

    `base` is what it counts from (`counted_from`), if not from the start. A date so found may lie in the past.

    Raises: Invalid, if the calendar has no working time within a year.
    Rules: SLA-1, SLA-2.
    """
    origin = start if rule.base == START else base
    if origin is None or rule.amount is not None:
        return None
    due = _adjusted(rule, origin)
    if rule.move_to_end_of_day and rule.calendar:
        return rule.calendar.end_of_day(due)
    return rule._in_the_morning(due)


def counted_from(
    rule: DueRule, fields: Mapping[str, object], dates: Mapping[str, str], lent: Mapping[str, object]
) -> datetime | None:
    """The value of the field, the date of the schedule, or that which another item lends, that the rule counts from.

    None where there is none. A day without a time is its last minute, that of the working day where the rule has a
    calendar: from there days are counted back and forth without leaving working time. Rules: SLA-2, BU-6.
    """
    if rule.base_field:
        named = fields.get(rule.base_field)
    else:
        named = dates.get(rule.base_date) if rule.base_date else lent.get(rule.base)
    found = _read(named)
    if found is None or not isinstance(named, str):
        return None
    if "T" in named or " " in named:
        return found if found.tzinfo else found.replace(tzinfo=rule.zone)
    day = datetime.combine(found, time(0, 1), rule.zone)
    return rule.calendar.end_of_day(day) - MINUTE if rule.calendar else datetime.combine(found, LAST_MINUTE, rule.zone)


def steps(rule: DueRule, origin: datetime) -> list[tuple[str, datetime]]:
    """How `first_due` comes from where it counts from: each step by its name, and the moment it leads to."""
    days = replace(rule, within=rule.within.only_days(), move_to_next_morning=False, move_to_end_of_day=False)
    plain = replace(days, within=rule.within)
    ways = (("days", days), ("hours", plain), ("moved", rule))
    found, before = [("start", origin)], origin
    for name, way in ways:
        reached = first_due(way, origin, base=origin) or origin
        if reached != before:
            found.append((name, reached))
        before = reached
    return found


def days_later(start: datetime, days: int | None, *, calendar: Calendar | None, zone: ZoneInfo) -> datetime | None:
    """When a feedback window or a wait of `days` ends; None for no number of days (R-13, W-10).

    Working days when the item's due rule has a calendar, else calendar days in `zone`, at the same wall-clock
    time, moved to the next working moment (R-15, W-11, INTERFACES section 4).
    """
    if days is None:
        return None
    return calendar.add_working_days(start, days) if calendar else add_calendar_days(start, days, zone)


window_end = days_later
wait_end = days_later  # W-11


def check_due(due_at: datetime, *, at: datetime, field: str = "due") -> None:
    """Whether this is a moment that something can be due at. Raises: Invalid, naming the field."""
    if due_at <= at:
        raise Invalid.one(field, "in_the_past", "Choose a moment in the future.")
    if due_at.year > LAST_YEAR:
        raise Invalid.one(field, "too_late", "Choose a moment before the year %(year)s.", year=LAST_YEAR + 1)


def check_override(rule: DueRule | None) -> None:
    """Whether a person may set the due date himself. Raises: Invalid, naming `due` (SLA-15)."""
    if rule is None or not rule.allow_override:
        raise Invalid.one("due", "override_not_allowed", "The due-date rule does not allow another due date.")


def build_due_rule(
    definition: DueRuleDefinition, *, calendar: Calendar | None, zone: ZoneInfo, field: str = "due_rule"
) -> DueRule:
    """The rule that an administrator wrote. `calendar` is its own or the contract's; `zone` serves without one.

    Raises: Invalid with every fault, each named below `field` (`due_rules.two_days.within`).
    """
    faults = list(_faults(definition, calendar, field))
    signed = definition.base != START
    try:
        within, amount = _within(definition.within, field=f"{field}.within", signed=signed)
    except Invalid as invalid:
        raise Invalid([*invalid.errors, *faults]) from None
    if within.working and not calendar:
        values = {"text": definition.within}
        message = FieldError(f"{field}.within", "invalid", "“%(text)s” counts working time; name a calendar.", values)
        faults.append(message)
    if faults:
        raise Invalid(faults)
    return DueRule(
        name=definition.key,
        within=within,
        zone=calendar.zone if calendar else zone,
        calendar=calendar,
        add_wait_time=definition.add_wait_time,
        allow_override=definition.allow_override,
        base=definition.base,
        move_to_next_morning=definition.move_to_next_morning,
        move_to_end_of_day=definition.move_to_end_of_day,
        amount=amount,
    )


def _within(text: str, *, field: str, signed: bool) -> tuple[Span, str | None]:
    """The adjustment that is written; or one of its unit, and the field that says how many. Raises: Invalid."""
    named = AMOUNT.fullmatch(" ".join(text.split()))
    if named is None:
        return parse_span(text, field=field, signed=signed), None
    try:
        return parse_span(f"{named['minus'] or ''}1 {named['unit']}", field=field, signed=signed), named["name"]
    except Invalid:
        message = (
            "“%(text)s” is no adjustment by a field. Write “fields.NAME working days”; a minus needs another base."
        )
        raise Invalid([FieldError(field, "not_a_duration", message, {"text": text})]) from None


def _adjusted(rule: DueRule, origin: datetime) -> datetime:
    """Days first, on the wall clock, then hours and minutes."""
    span, calendar = rule.within, rule.calendar
    if span.working and calendar:
        due = calendar.add_working_days(origin, span.days) if span.days else origin
        return calendar.add_working(due, span.seconds)
    return add_calendar_days(origin, span.days, rule.zone) + timedelta(seconds=span.seconds)


def _read(named: object) -> datetime | None:
    """A date that one can count from; None for a text that says none, or one beyond the years that are counted."""
    try:
        found = datetime.fromisoformat(named) if isinstance(named, str) else None
    except ValueError:
        return None
    return found if found is not None and FIRST_YEAR <= found.year <= LAST_YEAR else None


def _so_many(unit: Span, number: object) -> Span | None:
    """So many times this unit; None for what is no number, or more than twenty years.

    Part of a day counts as a whole one, so that nothing is due before what was said; of the rest, part of a second.
    """
    if isinstance(number, bool) or not isinstance(number, int | float) or not isfinite(number):
        return None
    ((_, name),) = unit.parts
    signed = -number if unit.negative else number
    if abs(signed) * SECONDS[name] > LONGEST_SECONDS:
        return None
    whole = name in ("day", "week")
    amount = ceil(signed * (7 if name == "week" else 1)) if whole else ceil(signed * SECONDS[name])
    return replace(unit, parts=((abs(amount), "day" if whole else "second"),), negative=amount < 0)


def _faults(definition: DueRuleDefinition, calendar: Calendar | None, field: str) -> Iterator[FieldError]:
    base = {"text": definition.base}
    if definition.base != START and not re.fullmatch(BASES, definition.base):
        yield FieldError(
            f"{field}.base",
            "invalid",
            "“%(text)s” is no base. Write start, fields.NAME, schedule.NAME, parent.start, parent.due or sub.NAME.end.",
            base,
        )
    for name in ("move_to_next_morning", "move_to_end_of_day"):
        if getattr(definition, name) and not calendar:
            yield FieldError(f"{field}.{name}", "invalid", "“%(text)s” needs a calendar.", {"text": name})
    if definition.move_to_next_morning and definition.move_to_end_of_day:
        yield FieldError(f"{field}.move_to_end_of_day", "invalid", "Move to the next morning or to the end, not both.")
