"""The clock counted on the fingers: every minute looked at, one after the other.

Nothing here is shared with the product but the words for states and waits. A minute works if its local wall
clock, as the zone database tells it, lies in a window of a day that is not off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

# A moment shortly before each change of the clocks that the tests visit. Kolkata has none.
NIGHTS = [
    ("Europe/Warsaw", datetime(2026, 3, 26, 10, tzinfo=UTC)),
    ("Europe/Warsaw", datetime(2026, 10, 22, 10, tzinfo=UTC)),
    ("America/Sao_Paulo", datetime(2018, 11, 1, 12, tzinfo=UTC)),  # the day begins at 01:00
    ("America/Sao_Paulo", datetime(2019, 2, 14, 12, tzinfo=UTC)),  # the last hour of a day comes twice
    ("Asia/Kolkata", datetime(2026, 12, 29, 4, tzinfo=UTC)),  # no change, but half an hour and a new year
    ("Australia/Lord_Howe", datetime(2026, 4, 2, 1, tzinfo=UTC)),  # half an hour back
    ("Australia/Lord_Howe", datetime(2026, 10, 1, 1, tzinfo=UTC)),  # half an hour on
    ("America/New_York", datetime(2026, 3, 5, 14, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 10, 29, 14, tzinfo=UTC)),
]

# Windows in minutes after midnight: ordinary ones, some that a change cuts or doubles, and whole days.
DAYS: list[tuple[tuple[int, int], ...]] = [
    ((540, 750), (780, 1050)),
    ((480, 960),),
    ((0, 1440),),
    ((90, 150), (150, 240), (600, 720)),
    ((0, 360), (1320, 1440)),
    ((135, 165), (1380, 1440)),
    ((0, 45), (105, 195), (900, 1020)),
    (),
]

BEFORE, AFTER = 20, 100  # days of minutes around each night


@dataclass(frozen=True)
class Desk:
    """A place that works by a week pattern (Monday first), days off excepted."""

    zone: str
    around: datetime
    week: tuple[tuple[tuple[int, int], ...], ...]
    off: frozenset[date]

    def works(self, minute: int) -> bool:
        """Whether that minute since 1970 is working time."""
        first, table = local_minutes(self.zone, self.around)
        day, at = table[minute - first]
        return day not in self.off_days and any(start <= at < end for start, end in self.week[(day - 1) % 7])

    @property
    def off_days(self) -> frozenset[int]:
        """Days off as ordinals."""
        return ordinals(self.off)

    def count(self, start: int, end: int) -> int:
        """Working minutes between two minutes; negative when the second is the earlier."""
        if end < start:
            return -self.count(end, start)
        return sum(self.works(minute) for minute in range(start, end))

    def walk(self, start: int, left: int) -> int:
        """The minute nearest to `start` with `left` working minutes between; back when negative."""
        minute = start
        while left > 0:
            left -= self.works(minute)
            minute += 1
        while left < 0:
            minute -= 1
            left += self.works(minute)
        return minute

    def next(self, start: int) -> int:
        """The first working minute from `start` on."""
        while not self.works(start):
            start += 1
        return start

    def days_later(self, start: int, count: int) -> int:
        """The same wall-clock time `count` working days later, then the next working minute."""
        local = datetime.fromtimestamp(start * 60, ZoneInfo(self.zone))
        while count:
            local += timedelta(days=1)
            count -= bool(self.week[local.weekday()]) and local.date() not in self.off
        return self.next(int(local.replace(fold=0).timestamp()) // 60)


@dataclass(frozen=True)
class Told:
    """One line of a history: a clock that runs or not from here on, or a due date set by a person."""

    minute: int
    runs: bool | None = None
    due: int | None = None


def clock(desk: Desk | None, first_due: int, history: Sequence[Told], now: int) -> tuple[int, int | None]:
    """Minutes left at `now`, and the due minute if the clock runs; every minute counts when there is no desk."""

    def count(start: int, end: int) -> int:
        return desk.count(start, end) if desk else end - start

    start = history[0].minute
    runs, left, due = True, count(start, first_due), first_due
    coming = {told.minute: told for told in history}
    for minute in range(start, now + 1):
        if told := coming.get(minute):
            if told.due is not None:
                left, due = count(minute, told.due), told.due
            if told.runs and not runs:
                due = desk.walk(minute, left) if desk else minute + left
            runs = runs if told.runs is None else told.runs
        if runs and minute < now and (desk is None or desk.works(minute)):
            left -= 1
    return left, due if runs else None


@lru_cache(maxsize=32)
def local_minutes(zone: str, around: datetime) -> tuple[int, list[tuple[int, int]]]:
    """For each minute around a night: the ordinal of its local day, and the minute of that day."""
    place = ZoneInfo(zone)
    first = int((around - timedelta(days=BEFORE)).timestamp()) // 60
    table = []
    for minute in range(first, first + (BEFORE + AFTER) * 1440):
        local = datetime.fromtimestamp(minute * 60, place)
        table.append((local.toordinal(), local.hour * 60 + local.minute))
    return first, table


@lru_cache(maxsize=4096)
def ordinals(days: frozenset[date]) -> frozenset[int]:
    """Dates as ordinals."""
    return frozenset(day.toordinal() for day in days)


def as_windows(week: Sequence[Sequence[tuple[int, int]]]) -> Mapping[str, str]:
    """A week in minutes as an administrator writes it."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return {
        name: " ".join(f"{s // 60:02}:{s % 60:02}-{e // 60:02}:{e % 60:02}" for s, e in windows)
        for name, windows in zip(names, week, strict=True)
    }
