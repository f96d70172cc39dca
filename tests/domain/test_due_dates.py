"""The clock, by example: pauses, overrides, colours, explanations."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.domain.test_calendars import WARSAW, warsaw
from tests.domain.test_due_rules import rule
from tramita.domain.codes import Clock, DueStatus, State, WaitType
from tramita.domain.due_dates import (
    NOT_STARTED,
    ClockState,
    Clockwork,
    History,
    Override,
    RuleChange,
    StateChange,
    advance,
    explain,
    fold,
    overdue_by,
    overdue_days,
    paused_parts,
    status,
)
from tramita.domain.due_rules import DueRule
from tramita.domain.waits import Pausing

TWO_DAYS = rule("16 working hours", add_wait_time=True, allow_override=True)
FIVE_HOURS = rule("5 hours", office=False, add_wait_time=True, allow_override=True)
START = warsaw(2026, 3, 2, 9)  # a Monday
LATER = warsaw(2026, 3, 12, 9)


def to_do(*when: int) -> StateChange:
    return StateChange(warsaw(2026, 3, *when), State.TO_DO)


def waits(wait_type: WaitType, *when: int) -> StateChange:
    return StateChange(warsaw(2026, 3, *when), State.WAITING, wait_type)


def resolved(*when: int) -> StateChange:
    return StateChange(warsaw(2026, 3, *when), State.RESOLVED)


def after(history: History, by: DueRule | None = TWO_DAYS, now: datetime = LATER) -> Clockwork:
    return fold(by, history, now=now)


def test_a_draft_has_no_due_date() -> None:
    """SLA-4, SLA-13."""
    draft = after([StateChange(START, State.DRAFT)])

    assert (draft.due_at, draft.seconds_left, draft.clock) == (None, None, Clock.STOPPED)
    assert draft.intervals == ()
    assert status(draft.state, now=LATER, zone=WARSAW) is DueStatus.NOT_SET


def test_the_clock_starts_with_submission() -> None:
    """SLA-2, SLA-4."""
    submitted = after([StateChange(warsaw(2026, 2, 20, 9), State.DRAFT), to_do(2, 9)])

    assert submitted.due_at == warsaw(2026, 3, 3, 17, 30)
    assert submitted.intervals[0].start == START


@pytest.mark.parametrize("wait_type", [t for t in WaitType if t is not WaitType.UNTIL])
def test_a_wait_stops_the_clock_if_the_rule_adds_wait_time(wait_type: WaitType) -> None:
    """SLA-5, SLA-7, SLA-8, SLA-9, CG-3, CG-43."""
    waiting = after([to_do(2, 9), waits(wait_type, 2, 10)])

    assert (waiting.clock, waiting.due_at, waiting.seconds_left) == (Clock.PAUSED, None, 15 * 3600)
    assert status(waiting.state, now=LATER, zone=WARSAW) is DueStatus.NOT_SET


@pytest.mark.parametrize("wait_type", WaitType)
def test_no_wait_stops_the_clock_if_the_rule_does_not_add_wait_time(wait_type: WaitType) -> None:
    """SLA-5, SLA-7, SLA-8, SLA-9."""
    waiting = after([to_do(2, 9), waits(wait_type, 2, 10)], by=rule("16 working hours"))

    assert (waiting.clock, waiting.due_at) == (Clock.RUNNING, warsaw(2026, 3, 3, 17, 30))


def test_a_wait_until_a_date_never_stops_the_clock() -> None:
    """SLA-6, SLA-7."""
    waiting = after([to_do(2, 9), waits(WaitType.UNTIL, 2, 10)])

    assert (waiting.clock, waiting.due_at) == (Clock.RUNNING, warsaw(2026, 3, 3, 17, 30))


def test_an_installation_may_decide_otherwise() -> None:
    """CG-3: the table is data."""
    table = {WaitType.UNTIL: Pausing.ALWAYS, WaitType.MORE_INFORMATION: Pausing.NEVER}
    history = [to_do(2, 9), waits(WaitType.UNTIL, 2, 10)]

    assert fold(rule("1 day"), history, now=LATER, pauses=table).clock is Clock.PAUSED
    assert fold(TWO_DAYS, [to_do(2, 9), waits(WaitType.MORE_INFORMATION, 2, 10)], now=LATER, pauses=table).due_at


def test_a_resumed_clock_is_due_after_the_time_that_was_left() -> None:
    """SLA-12, CG-23: in working time, as the rule counts."""
    resumed = after([to_do(2, 9), waits(WaitType.MORE_INFORMATION, 2, 16, 30), to_do(6, 16, 30)])

    assert resumed.due_at == warsaw(2026, 3, 9, 17, 30)


def test_an_overdue_item_stays_overdue_by_as_much() -> None:
    """SLA-12: two hours late before the wait, two hours late after it."""
    resumed = after([to_do(2, 9), waits(WaitType.PAUSE, 4, 11), to_do(9, 11)], now=warsaw(2026, 3, 9, 11))

    assert (resumed.due_at, resumed.seconds_left) == (warsaw(2026, 3, 9, 9), -2 * 3600)
    assert resumed.overdue


def test_time_that_does_not_count_does_not_pass() -> None:
    """SLA-12: paused and resumed outside the working time."""
    resumed = after([to_do(2, 9), waits(WaitType.PAUSE, 2, 18), to_do(3, 8)])

    assert resumed.due_at == warsaw(2026, 3, 3, 17, 30)


def test_another_wait_type_decides_again_from_that_moment() -> None:
    """W-14: paused, then running, then paused."""
    history = [
        to_do(2, 9),
        waits(WaitType.MORE_INFORMATION, 2, 10),
        waits(WaitType.UNTIL, 3, 10),
        waits(WaitType.MORE_INFORMATION, 3, 11),
    ]
    waiting = after(history)

    assert waiting.seconds_left == 14 * 3600
    assert [each.running for each in waiting.intervals] == [True, False, True, False]


def test_resolving_stops_the_clock_and_reopening_goes_on_with_what_was_left() -> None:
    """SLA-18, R-13, R-17: whatever the rule says of waits."""
    strict = rule("16 working hours")
    done = after([to_do(2, 9), resolved(2, 12)], by=strict)
    reopened = after([to_do(2, 9), resolved(2, 12), to_do(5, 9)], by=strict)

    assert (done.clock, done.due_at, done.seconds_left) == (Clock.STOPPED, None, 13 * 3600)
    assert reopened.due_at == warsaw(2026, 3, 6, 14, 30)


def test_a_closed_action_keeps_a_stopped_clock() -> None:
    """A-20, R-18, SLA-18."""
    closed = after([to_do(2, 9), StateChange(warsaw(2026, 3, 2, 10), State.CLOSED)])

    assert (closed.clock, closed.due_at) == (Clock.STOPPED, None)


def test_resolving_a_draft_at_first_contact_starts_and_stops_the_clock() -> None:
    """SLA-4, SLA-18."""
    done = after([StateChange(START, State.DRAFT), resolved(2, 9)])

    assert (done.clock, done.seconds_left) == (Clock.STOPPED, 16 * 3600)


def test_an_overridden_date_holds_from_then_on() -> None:
    """SLA-15."""
    moved = after([to_do(2, 9), Override(warsaw(2026, 3, 2, 10), warsaw(2026, 3, 6, 12))])

    assert moved.due_at == warsaw(2026, 3, 6, 12)
    assert [each.reason for each in moved.intervals] == ["to_do", "due_changed"]


def test_a_date_set_during_a_pause_is_what_is_left_of_it() -> None:
    """SLA-12, SLA-15."""
    history = [to_do(2, 9), waits(WaitType.PAUSE, 2, 10), Override(warsaw(2026, 3, 2, 10), warsaw(2026, 3, 2, 12))]

    assert after(history).seconds_left == 2 * 3600
    assert after([*history, to_do(3, 9)]).due_at == warsaw(2026, 3, 3, 11)


@pytest.mark.parametrize("by", [rule("16 working hours"), None])
def test_a_date_set_against_the_rule_or_on_a_draft_has_no_effect(by: DueRule | None) -> None:
    """SLA-4, SLA-15."""
    override = Override(warsaw(2026, 3, 2, 10), warsaw(2026, 3, 6, 12))

    assert after([to_do(2, 9), override], by=by).due_at == after([to_do(2, 9)], by=by).due_at
    assert advance(NOT_STARTED, override, TWO_DAYS) == NOT_STARTED


def test_a_category_that_forbids_it_discards_an_overridden_date() -> None:
    """T-11: its own rule counts, from the start and with the waits that were; for good."""
    strict = rule("8 working hours", add_wait_time=True)
    history = [
        to_do(2, 9),
        waits(WaitType.PAUSE, 2, 10),
        to_do(2, 11),
        Override(warsaw(2026, 3, 2, 12), warsaw(2026, 3, 9, 12)),
        RuleChange(warsaw(2026, 3, 2, 13), strict),
    ]

    assert after(history).due_at == warsaw(2026, 3, 3, 10)
    assert after([*history, RuleChange(warsaw(2026, 3, 2, 14), TWO_DAYS)]).due_at == warsaw(2026, 3, 4, 10)


def test_a_category_that_allows_it_keeps_an_overridden_date() -> None:
    """T-11, T-12."""
    override = Override(warsaw(2026, 3, 2, 12), warsaw(2026, 3, 9, 12))

    changed = after([to_do(2, 9), override, RuleChange(warsaw(2026, 3, 2, 13), FIVE_HOURS)])

    assert (changed.due_at, changed.rule) == (warsaw(2026, 3, 9, 12), FIVE_HOURS)


def test_a_running_item_keeps_the_rule_it_was_given() -> None:
    """SLA-17: nothing but a change of rule in its own history changes it."""
    stricter = replace(TWO_DAYS, within=FIVE_HOURS.within)

    assert after([to_do(2, 9)], by=TWO_DAYS).due_at != after([to_do(2, 9)], by=stricter).due_at


def test_a_date_that_depends_on_a_field_comes_when_the_field_is_filled() -> None:
    """SLA-2."""
    by_delivery = rule("-1 working days", base="fields.delivery", add_wait_time=True)
    filled = RuleChange(warsaw(2026, 3, 3, 9), by_delivery, base=warsaw(2026, 3, 10, 12))

    empty = after([to_do(2, 9), waits(WaitType.PAUSE, 2, 10), to_do(2, 11)], by=by_delivery)

    assert (empty.due_at, empty.clock, empty.seconds_left) == (None, Clock.RUNNING, None)
    assert after([to_do(2, 9), filled], by=by_delivery).due_at == warsaw(2026, 3, 9, 12)


def test_an_item_without_a_rule_has_states_but_no_due_date() -> None:
    """SLA-1, SLA-13."""
    plain = after([to_do(2, 9), waits(WaitType.PAUSE, 2, 10), resolved(2, 11)], by=None)

    assert (plain.due_at, plain.clock, plain.seconds_left, plain.overdue) == (None, Clock.STOPPED, None, False)
    assert explain(plain)["rule"] is None


@pytest.mark.parametrize(
    ("now", "colour", "number"),
    [
        ((2, 23, 59), DueStatus.ON_TARGET, 1),
        ((3, 0, 0), DueStatus.TODAY, 0),
        ((3, 17, 30), DueStatus.TODAY, 0),
        ((3, 17, 31), DueStatus.OVERDUE, -1),
        ((4, 0, 0), DueStatus.OVERDUE, -1),
    ],
)
def test_a_running_clock_is_green_amber_or_red(now: tuple[int, ...], colour: DueStatus, number: int) -> None:
    """SLA-13, SLA-14: red also later today than the due time; today is the calendar's day."""
    clock = ClockState(warsaw(2026, 3, 3, 17, 30), Clock.RUNNING)

    assert status(clock, now=warsaw(2026, 3, *now), zone=TWO_DAYS.zone) is colour
    assert colour.number == number


def test_a_clock_that_does_not_run_is_grey() -> None:
    """SLA-13, SLA-14, CG-43."""
    assert status(ClockState(None, Clock.PAUSED, -60), now=LATER, zone=WARSAW).number == -2


@pytest.mark.parametrize(
    ("left", "parts"),
    [
        (12_000, (3, 20, True)),
        (0, (0, 0, True)),
        (59, (0, 0, True)),
        (-12_059, (3, 20, False)),
        (-1, (0, 0, False)),
        (360_000, (100, 0, True)),
    ],
)
def test_a_paused_clock_says_hours_and_minutes_before_or_after(left: int, parts: tuple[int, int, bool]) -> None:
    """SLA-10, SLA-11."""
    assert paused_parts(left) == parts


def test_how_late_an_item_is_stops_with_its_clock() -> None:
    """SLA-16: growing while it runs, exact once it is finished."""
    running = ClockState(warsaw(2026, 3, 3, 17, 30), Clock.RUNNING)
    finished = after([to_do(2, 9), resolved(5, 9)]).state

    assert overdue_by(running, TWO_DAYS, at=warsaw(2026, 3, 4, 17, 30)) == timedelta(days=1)
    assert overdue_by(running, TWO_DAYS, at=warsaw(2026, 3, 3, 17, 30)) == timedelta()
    assert overdue_by(finished, TWO_DAYS, at=warsaw(2026, 3, 5, 9)) == timedelta(days=1)  # 8 working hours back
    assert overdue_by(NOT_STARTED, None, at=LATER) == timedelta()


@pytest.mark.parametrize(
    ("late", "finished", "column"),
    [
        (timedelta(), False, "0"),
        (timedelta(hours=1), False, "1"),
        (timedelta(days=6, hours=1), False, "7+"),
        (timedelta(days=9), False, "7+"),
        (timedelta(days=9), True, "9"),
    ],
)
def test_days_overdue_are_ranges_up_to_seven_while_it_runs(late: timedelta, finished: bool, column: str) -> None:
    """SLA-16."""
    assert overdue_days(late, finished=finished) == column


def test_the_clock_explains_itself() -> None:
    """Z-15: running and paused, each with its reason, adding up to the promise."""
    story = explain(after([to_do(2, 9), waits(WaitType.MORE_INFORMATION, 2, 10), to_do(3, 10)]))

    assert story == {
        "rule": "drawn",
        "calendar": "office",
        "at": warsaw(2026, 3, 4, 17, 30),
        "intervals": [
            shown((2, 9), (2, 10), True, "to_do", 3600),
            shown((2, 10), (3, 10), False, "more_information", 8 * 3600),
            shown((3, 10), (4, 17, 30), True, "to_do", 15 * 3600),
        ],
    }


def test_the_explanation_of_a_late_item_still_adds_up() -> None:
    """Z-15: what was overdue when it resumed counts against it."""
    late = after([to_do(2, 9), waits(WaitType.PAUSE, 4, 11), to_do(9, 11)])

    assert [each.seconds for each in late.intervals if each.running] == [18 * 3600, -2 * 3600]


def shown(start: tuple[int, ...], end: tuple[int, ...], running: bool, reason: str, seconds: int) -> dict[str, object]:
    """An interval as INTERFACES section 5 names it."""
    values = (warsaw(2026, 3, *start), warsaw(2026, 3, *end), running, reason, seconds)
    return dict(zip(("from", "to", "running", "reason", "seconds"), values, strict=True))


def test_a_clock_that_begins_anew_forgets_what_was_before() -> None:
    """A-50: with the state that it was in, and none of the dates set by hand."""

    later = START + timedelta(days=1)
    past = [to_do(2, 9), Override(START, later), RuleChange(later, FIVE_HOURS, anew=True)]

    found = after(past, now=later)

    assert found.due_at == later + timedelta(hours=5)
    assert [one.start for one in found.intervals] == [later]
