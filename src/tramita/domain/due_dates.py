"""The clock of an item, derived from what happened to it (DESIGN decision 7, Z-15).

`fold` reads the whole history; `advance` does one step of it on the three values that an item keeps. Both give
the same, to the second. The rule in force at the end counts for the whole history, so that a change of category
gives the date that the item would have had under its new rule from the start (T-11, T-12).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest
from zoneinfo import ZoneInfo

from tramita.domain.calendars import instant, moment
from tramita.domain.codes import Clock, DueStatus, State, WaitType
from tramita.domain.due_rules import DueRule, first_due
from tramita.domain.waits import CLOCK, Pausing, pauses_clock


@dataclass(frozen=True, slots=True)
class StateChange:
    """The item came into a state; also from one wait into another (W-14)."""

    at: datetime
    state: State
    wait_type: WaitType | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A person set the due date (SLA-15). Without effect on a Draft or under a rule that forbids it."""

    at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class RuleChange:
    """From now on another rule, or another date that it counts from, or so many (T-11, SLA-2).

    `anew`: what was before does not count, as in the second half of a review (A-50).
    """

    at: datetime
    rule: DueRule | None
    base: datetime | None = None
    anew: bool = False


Change = StateChange | Override
History = Iterable[StateChange | Override | RuleChange]


@dataclass(frozen=True, slots=True)
class ClockState:
    """What an item keeps: a due date while the clock runs, else the seconds that were left (SLA-12, CG-43).

    Seconds are working time when the rule counts it, negative when overdue. Both are None before submission
    (SLA-4) and when the rule gives no date.
    """

    due_at: datetime | None = None
    clock: Clock = Clock.STOPPED
    seconds_left: int | None = None


NOT_STARTED = ClockState()


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of the item's life. `reason` is a wait type, a state, or `due_changed` for an override."""

    start: datetime
    end: datetime
    running: bool
    reason: str
    seconds: int  # as the rule counts them

    def shown(self) -> dict[str, object]:
        """As INTERFACES section 5 names it."""
        return {
            "from": self.start,
            "to": self.end,
            "running": self.running,
            "reason": self.reason,
            "seconds": self.seconds,
        }


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The clock at `now`, and how it came about."""

    rule: DueRule | None
    state: ClockState
    intervals: tuple[Interval, ...]
    now: datetime

    @property
    def due_at(self) -> datetime | None:
        """None unless the clock runs."""
        return self.state.due_at

    @property
    def clock(self) -> Clock:
        """Running, paused, or stopped."""
        return self.state.clock

    @property
    def seconds_left(self) -> int | None:
        """Negative when overdue; working time when the rule counts it."""
        return seconds_left(self.state, self.rule, now=self.now)

    @property
    def overdue(self) -> bool:
        """Whether the due date has passed, or had passed when the clock stopped."""
        if self.due_at is None:
            return (self.state.seconds_left or 0) < 0
        return instant(self.now) > instant(self.due_at)


def fold(
    rule: DueRule | None,
    history: History,
    *,
    now: datetime,
    base: datetime | None = None,
    pauses: Mapping[WaitType, Pausing] = CLOCK,
) -> Clockwork:
    """The clock that this history gives. `base` is the value of the field that the rule counts from, if any.

    The running intervals add up to the promise: the last of a running clock ends at the due date, and has
    negative seconds if it had passed when the interval began. What does not run yet lasts until `now`.

    Raises: Invalid, if the calendar has no working time within a year. Cost: that of the changes given.
    """
    rule, base, changes = _in_force(rule, base, history)
    state, marks = NOT_STARTED, list[_Mark]()
    for change in changes:
        after = advance(state, change, rule, base=base, pauses=pauses)
        if isinstance(change, StateChange):
            _mark(marks, change.at, after, None if change.state is State.DRAFT else _reason(change))
        elif after != state:
            _mark(marks, change.at, after, "due_changed")
        state = after
    return Clockwork(rule, state, tuple(_intervals(marks, state, rule, now)), now)


def advance(
    clock: ClockState,
    change: Change,
    rule: DueRule | None,
    *,
    base: datetime | None = None,
    pauses: Mapping[WaitType, Pausing] = CLOCK,
) -> ClockState:
    """The clock after one more change. A change of rule or of base needs `fold`, for it looks back.

    Rules: SLA-4 to SLA-9, SLA-12, SLA-15, SLA-18, W-14, A-20.
    """
    if isinstance(change, Override):
        return _overridden(clock, change, rule)
    if change.state is State.DRAFT or rule is None:
        return ClockState(clock=clock_in(change.state, change.wait_type, rule, pauses))
    if clock == NOT_STARTED:
        clock = ClockState(first_due(rule, change.at, base=base), Clock.RUNNING)
    return _set(clock, clock_in(change.state, change.wait_type, rule, pauses), rule, change.at)


def clock_in(
    state: State, wait_type: WaitType | None, rule: DueRule | None, pauses: Mapping[WaitType, Pausing] = CLOCK
) -> Clock:
    """What the clock does in a state: one table for all kinds (CG-3, SLA-18)."""
    if state in (State.DRAFT, State.RESOLVED, State.CLOSED):
        return Clock.STOPPED
    if state is not State.WAITING or wait_type is None:
        return Clock.RUNNING
    adds = rule is not None and rule.add_wait_time
    return Clock.PAUSED if pauses_clock(wait_type, adds_wait_time=adds, table=pauses) else Clock.RUNNING


def seconds_left(clock: ClockState, rule: DueRule | None, *, now: datetime) -> int | None:
    """Seconds until the due date as the rule counts them, negative when it has passed; None without one."""
    if clock.due_at is None or rule is None:
        return clock.seconds_left
    return rule.between(now, clock.due_at)


def status(clock: ClockState, *, now: datetime, zone: ZoneInfo) -> DueStatus:
    """The colour of the due date; grey for a clock that does not run (SLA-13, CG-43).

    `zone` says which day is today: the calendar's, else the installation's (`DueRule.zone`).
    """
    due_at = clock.due_at
    if due_at is None:
        return DueStatus.NOT_SET
    if instant(now) > instant(due_at):
        return DueStatus.OVERDUE
    today = now.astimezone(zone).date() == due_at.astimezone(zone).date()
    return DueStatus.TODAY if today else DueStatus.ON_TARGET


def overdue_by(clock: ClockState, rule: DueRule | None, *, at: datetime) -> timedelta:
    """How late it is in plain time, zero if it is not. For a stopped clock, `at` is when it stopped (SLA-16)."""
    due_at = clock.due_at
    if due_at is None and rule and clock.seconds_left is not None and clock.seconds_left < 0:
        due_at = rule.after(at, clock.seconds_left)
    return max(moment(instant(at)) - due_at, timedelta()) if due_at else timedelta()


def overdue_days(late: timedelta, *, finished: bool) -> str:
    """The column “overdue by days”: begun days, `7+` at most while the item is not finished (SLA-16)."""
    days = -(-late // timedelta(days=1))
    return "7+" if days >= 7 and not finished else str(days)


def paused_parts(left: int) -> tuple[int, int, bool]:
    """Hours and minutes of a paused clock, and whether that is before the due date (SLA-10)."""
    hours, rest = divmod(abs(left), 3600)
    return hours, rest // 60, left >= 0


def explain(clockwork: Clockwork) -> dict[str, object]:
    """Why this date: the answer of `GET /items/{ref}/due` (Z-15, INTERFACES section 5); moments are datetimes."""
    rule = clockwork.rule
    return {
        "rule": rule.name if rule else None,
        "calendar": rule.calendar.name if rule and rule.calendar else None,
        "at": clockwork.due_at,
        "intervals": [
            {
                "from": each.start,
                "to": each.end,
                "running": each.running,
                "reason": each.reason,
                "seconds": each.seconds,
            }
            for each in clockwork.intervals
        ],
    }


@dataclass(slots=True)
class _Mark:
    """Where an interval begins."""

    at: datetime
    running: bool
    reason: str


def _in_force(
    rule: DueRule | None, base: datetime | None, history: History
) -> tuple[DueRule | None, datetime | None, list[Change]]:
    """The last rule and its base, and the changes that count under it.

    An override is lost for good when a rule comes that forbids it (T-11).
    """
    changes: list[Change] = []
    for change in history:
        if isinstance(change, RuleChange):
            rule, base = change.rule, change.base
            if change.anew:
                here = [each for each in changes if isinstance(each, StateChange)][-1:]
                changes = [replace(each, at=change.at) for each in here]
            if rule is None or not rule.allow_override:
                changes = [each for each in changes if isinstance(each, StateChange)]
        elif isinstance(change, StateChange) or (rule is not None and rule.allow_override):
            changes.append(change)
    return rule, base, changes


def _overridden(clock: ClockState, change: Override, rule: DueRule | None) -> ClockState:
    if clock == NOT_STARTED or rule is None or not rule.allow_override:
        return clock
    return _at(moment(instant(change.due_at)), clock.clock, rule, change.at)


def _set(clock: ClockState, target: Clock, rule: DueRule, at: datetime) -> ClockState:
    """The clock running or not, nothing lost: time left becomes a date and a date becomes time left (SLA-12)."""
    if target is Clock.RUNNING:
        left = clock.seconds_left
        return ClockState(clock.due_at if left is None else rule.after(at, left), target)
    if clock.due_at is None:
        return ClockState(None, target, clock.seconds_left)
    return _at(clock.due_at, target, rule, at)


def _at(due_at: datetime, clock: Clock, rule: DueRule, at: datetime) -> ClockState:
    if clock is Clock.RUNNING:
        return ClockState(due_at, clock)
    return ClockState(None, clock, rule.between(at, due_at))


def _reason(change: StateChange) -> str:
    waits = change.state is State.WAITING and change.wait_type
    return waits.value if waits else change.state.value


def _mark(marks: list[_Mark], at: datetime, clock: ClockState, reason: str | None) -> None:
    """Begin an interval; one that ends in the second in which it began was none."""
    at = moment(instant(at))
    if marks and marks[-1].at == at:
        marks.pop()
    if reason:
        marks.append(_Mark(at, clock.clock is Clock.RUNNING, reason))


def _intervals(marks: list[_Mark], clock: ClockState, rule: DueRule | None, now: datetime) -> Iterable[Interval]:
    for mark, following in zip_longest(marks, marks[1:]):
        end = following.at if following else clock.due_at or moment(instant(now))
        seconds = rule.between(mark.at, end) if rule else instant(end) - instant(mark.at)
        yield Interval(mark.at, max(mark.at, end), mark.running, mark.reason, seconds)
