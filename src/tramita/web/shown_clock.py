"""“Why this date”: the clock's intervals with their reasons and working time, adding up to the due date (Z-15)."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from tramita.domain.codes import State, WaitType
from tramita.domain.due_dates import Clockwork, Interval
from tramita.domain.due_rules import DueRule
from tramita.models import Item
from tramita.queries.due import clock_of
from tramita.ui import labels, moments

WIDTH, GAP, LEAST = 1000, 4, 6  # of the strip, in its own units


@dataclass(frozen=True, slots=True)
class Stretch:
    """One line of the explanation."""

    clock: str  # running paused left
    name: str
    span: str
    counted: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One piece of the strip above the table."""

    clock: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Why:
    """The explanation: its lines, its strip, the rule at the foot."""

    lines: list[Stretch]
    strip: list[Bar]
    rule: str
    sum: str


def why(item: Item, at: datetime) -> Why | None:
    """None where no rule gives a date. Cost: one statement."""
    if item.due_rule_id is None:
        return None
    clockwork = clock_of(item, at)
    so_far = _until_now(clockwork)
    lines = [_stretch(one, at) for one in so_far if one.reason != State.DRAFT]
    if clockwork.seconds_left is not None and clockwork.seconds_left > 0:
        lines.append(Stretch("left", _("Left"), _calendar(clockwork), _time(clockwork.seconds_left), 0))
    counted = sum(one.seconds for one in clockwork.intervals if one.running)
    return Why(lines, _strip(clockwork, so_far), _rule(clockwork), _("%(time)s counted") % {"time": _time(counted)})


def _until_now(clockwork: Clockwork) -> list[Interval]:
    """The intervals so far: the last one of a running clock reaches to the due date, and its rest is what is left."""
    so_far = list(clockwork.intervals)
    left = clockwork.seconds_left or 0
    if so_far and so_far[-1].running and so_far[-1].end > clockwork.now:
        so_far[-1] = replace(so_far[-1], end=clockwork.now, seconds=so_far[-1].seconds - max(left, 0))
    return so_far


def _stretch(one: Interval, now: datetime) -> Stretch:
    until = _("now") if one.end >= now else moments.short(one.end, now=now)
    span = _("%(start)s to %(end)s, %(why)s") % {
        "start": moments.short(one.start, now=now),
        "end": until,
        "why": _reason(one.reason),
    }
    if one.running:
        return Stretch("running", labels.word("clock", "running"), span, _time(one.seconds), one.seconds)
    name = labels.word("clock", "stopped" if one.reason in (State.RESOLVED, State.CLOSED) else "paused")
    return Stretch("paused", name, span, _("not counted"), 0)


def _reason(reason: str) -> str:
    if reason in set(WaitType):
        return labels.word("wait", reason)
    return _("due date changed by hand") if reason == "due_changed" else labels.word("state", reason)


def _strip(clockwork: Clockwork, so_far: list[Interval]) -> list[Bar]:
    """Widths by time passed; what is left is as wide as it is long."""
    spans = [("running" if one.running else "paused", (one.end - one.start).total_seconds()) for one in so_far]
    if clockwork.due_at and clockwork.due_at > clockwork.now:
        spans.append(("left", (clockwork.due_at - clockwork.now).total_seconds()))
    total = sum(length for _clock, length in spans) or 1
    bars, x = [], 0
    for clock, length in spans:
        width = max(LEAST, round(WIDTH * length / total) - GAP)
        bars.append(Bar(clock, x, width))
        x += width + GAP
    return bars


def _rule(clockwork: Clockwork) -> str:
    """Its name, and what it counts from, if not from the start of the item (SLA-2)."""
    if clockwork.rule is None:
        return ""
    named = _("Rule “%(name)s”") % {"name": clockwork.rule.name}
    if base := _base(clockwork.rule):
        return _("%(rule)s, counted from %(base)s") % {"rule": named, "base": base}
    return named


def _base(rule: DueRule) -> str:
    if rule.base_field:
        return _("the field “%(name)s”") % {"name": rule.base_field}
    if rule.base_date:
        return _("the date “%(name)s” of the schedule") % {"name": rule.base_date}
    if rule.base_above:
        return _("the due date of the Case") if rule.base_above == "due" else _("the start of the Case")
    if rule.base_sub:
        name, which = rule.base_sub
        told = {
            "start": _("the start of “%(name)s”"),
            "due": _("the due date of “%(name)s”"),
            "end": _("the end of “%(name)s”"),
        }
        return told[which] % {"name": name}
    return ""


def _calendar(clockwork: Clockwork) -> str:
    calendar = clockwork.rule.calendar if clockwork.rule else None
    return _("Calendar “%(name)s”") % {"name": calendar.name} if calendar else ""


def _time(seconds: int) -> str:
    return moments.hours_and_minutes(seconds)
