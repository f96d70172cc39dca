"""The clock against a count of every single minute: random weeks, random histories, both nights of five zones.

`TRAMITA_SOAK=1` runs the full size.
"""

import os
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.minutes import DAYS, NIGHTS, Desk, Told, as_windows, clock
from tramita.domain.calendars import Calendar, build_calendar
from tramita.domain.codes import State, WaitType
from tramita.domain.definitions import CalendarDefinition, DueRuleDefinition
from tramita.domain.due_dates import (
    NOT_STARTED,
    Clockwork,
    Override,
    StateChange,
    advance,
    clock_in,
    fold,
)
from tramita.domain.due_rules import DueRule, build_due_rule, first_due

pytestmark = pytest.mark.soak
SOAK = os.environ.get("TRAMITA_SOAK") == "1"
EXAMPLES = 20_000 if SOAK else 60
SEEDS = 50_000 if SOAK else 150

SITUATIONS = [
    (State.TO_DO, None),
    (State.IN_PROGRESS, None),
    (State.RESOLVED, None),
    *((State.WAITING, wait) for wait in WaitType),
]


def at(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


def minute_of(moment: datetime) -> int:
    seconds = int(moment.timestamp())
    assert seconds % 60 == 0
    return seconds // 60


class Story:
    """A desk, its rule and a history, drawn by `random`; told twice, to the product and to the counter."""

    def __init__(self, random: Random) -> None:
        zone, around = random.choice(NIGHTS)
        self.desk = Desk(zone, around, self.week(random), self.days_off(random, around))
        self.calendar = calendar_of(self.desk)
        self.working = random.random() < 0.75
        self.rule = self.draw_rule(random)
        self.first = minute_of(around) + random.randrange(0, 4 * 1440)
        self.history: list[StateChange | Override] = []
        self.told: list[Told] = []
        self.draw_history(random)
        self.now = self.history[-1].at + timedelta(minutes=random.randrange(0, 3000))

    @staticmethod
    def week(random: Random) -> tuple[tuple[tuple[int, int], ...], ...]:
        work = [random.choice(DAYS) for _ in range(5)]
        return (DAYS[0], *work, DAYS[1]) if random.random() < 0.5 else (DAYS[2], *work, random.choice(DAYS))

    @staticmethod
    def days_off(random: Random, around: datetime) -> frozenset:
        return frozenset((around + timedelta(days=random.randrange(0, 20))).date() for _ in range(random.randrange(3)))

    def draw_rule(self, random: Random) -> DueRule:
        hours, minutes = random.randrange(1, 20), random.randrange(0, 60)
        units = random.choice(["hours", "days", "minutes"])
        work = " working" if self.working else ""
        within = {"hours": f"{hours}{work} hours", "minutes": f"{minutes + 1}{work} minutes"}.get(
            units, f"{random.randrange(1, 4)}{work} days"
        )
        named = within if random.random() < 0.5 else re.sub(r"\d+", "fields.many", within)
        written = DueRuleDefinition(
            "drawn", named, "desk", add_wait_time=random.random() < 0.8, allow_override=random.random() < 0.5
        )
        rule = build_due_rule(written, calendar=self.calendar, zone=ZoneInfo("UTC"))
        return rule.filled({"many": int(within.split()[0])})

    def draw_history(self, random: Random) -> None:
        minute = self.first
        for _ in range(random.randrange(1, 8)):
            if self.history and self.rule.allow_override and random.random() < 0.2:
                due = minute + random.randrange(-2000, 6000)
                self.history.append(Override(at(minute), at(due)))
                self.told.append(Told(minute, due=due))
            else:
                state, wait = random.choice(SITUATIONS)
                self.history.append(StateChange(at(minute), state, wait))
                runs = state in (State.TO_DO, State.IN_PROGRESS) or (
                    wait is not None and (wait is WaitType.UNTIL or not self.rule.add_wait_time)
                )
                self.told.append(Told(minute, runs=runs))
            minute += random.randrange(1, 2500)

    def first_due(self) -> int:
        """The minute that the rule promises at first, found without the product."""
        span = self.rule.within
        if span.days and self.working:
            return self.desk.days_later(self.first, span.days)
        if span.days:
            local = at(self.first).astimezone(ZoneInfo(self.desk.zone)) + timedelta(days=span.days)
            return minute_of(local.replace(fold=0).astimezone(UTC))
        amount = span.seconds // 60
        return self.desk.walk(self.first, amount) if self.working else self.first + amount

    def expected(self) -> tuple[int, int | None]:
        """Minutes left and due minute, counted."""
        return clock(self.desk if self.working else None, self.first_due(), self.told, minute_of(self.now))

    def fold(self) -> Clockwork:
        """What the product says."""
        return fold(self.rule, self.history, now=self.now)


def calendar_of(desk: Desk) -> Calendar:
    written = CalendarDefinition("desk", desk.zone, as_windows(desk.week), extra_days_off=tuple(desk.off))
    return build_calendar(written, lambda *_: frozenset())


def check(story: Story) -> None:
    left, due = story.expected()

    derived = story.fold()

    assert derived.seconds_left == left * 60
    assert derived.due_at == (None if due is None else at(due))


@given(st.randoms(use_true_random=False))
@settings(max_examples=EXAMPLES)
def test_the_clock_is_what_counting_every_minute_gives(random: Random) -> None:
    """SLA-1, SLA-2, SLA-5 to SLA-9, SLA-12, SLA-15, SLA-18, Z-13, Z-15."""
    check(Story(random))


@pytest.mark.parametrize("part", range(10))
def test_no_seeded_history_differs_from_counting_every_minute(part: int) -> None:
    """SLA-3, SLA-12, Z-13: the same walk from fixed seeds, so that a difference can be found again."""
    for seed in range(part, SEEDS, 10):
        check(Story(Random(seed)))


@given(st.randoms(use_true_random=False))
@settings(max_examples=EXAMPLES)
def test_one_step_at_a_time_gives_the_same_clock_as_the_whole_history(random: Random) -> None:
    """Z-15: the columns of an item are a cache of the fold."""
    story, state = Story(random), NOT_STARTED

    for n, change in enumerate(story.history, start=1):
        state = advance(state, change, story.rule)

        assert state == fold(story.rule, story.history[:n], now=change.at).state


@given(st.randoms(use_true_random=False))
@settings(max_examples=EXAMPLES)
def test_the_intervals_lie_end_to_end_and_add_up_to_the_promise(random: Random) -> None:
    """Z-15: an override excepted, the running seconds and what is left are what the rule promised."""
    story = Story(random)
    promise = story.rule.between(at(story.first), first_due(story.rule, at(story.first)))
    derived = story.fold()
    intervals = derived.intervals

    assert intervals[0].start == at(story.first)
    assert all(a.end == b.start for a, b in pairwise(intervals))
    assert all(each.start <= each.end for each in intervals)
    if not any(isinstance(each, Override) for each in story.history):
        left = derived.state.seconds_left or 0
        assert sum(each.seconds for each in intervals if each.running) + left == promise
    if derived.due_at:
        assert intervals[-1].end == max(derived.due_at, intervals[-1].start)


@given(st.randoms(use_true_random=False), st.integers(-400_000, 400_000))
@settings(max_examples=EXAMPLES)
def test_working_time_added_is_working_time_counted(random: Random, seconds: int) -> None:
    """SLA-3, Z-13: to the second, forwards and back, over the changes of the clocks."""
    story = Story(random)
    start = at(story.first) + timedelta(seconds=random.randrange(60))

    end = story.calendar.add_working(start, seconds)

    assert story.calendar.working_seconds(start, end) == seconds
    assert story.calendar.working_seconds(end, start) == -seconds


@given(st.randoms(use_true_random=False))
@settings(max_examples=EXAMPLES)
def test_a_calendar_works_in_the_minutes_that_its_wall_clock_shows(random: Random) -> None:
    """SLA-3, Z-13."""
    story = Story(random)
    desk, calendar, minute = story.desk, story.calendar, story.first

    assert [calendar.is_working(at(m)) for m in range(minute, minute + 2000, 7)] == [
        desk.works(m) for m in range(minute, minute + 2000, 7)
    ]
    assert calendar.next_working_moment(at(minute)) == at(desk.next(minute))
    assert calendar.working_seconds(at(minute), at(minute + 9000)) == 60 * desk.count(minute, minute + 9000)
    assert calendar.add_working_days(at(minute), 3) == at(desk.days_later(minute, 3))


def test_the_counter_and_the_product_agree_on_what_runs() -> None:
    """SLA-5 to SLA-9, CG-3: the histories above mean by a wait what the table means."""
    story = Story(Random(1))

    for change, told in zip(story.history, story.told, strict=True):
        if isinstance(change, StateChange):
            assert told.runs is (clock_in(change.state, change.wait_type, story.rule) == "running")
