"""Working time counted fast: a year's windows laid out once as instants, then bisected.

Instants are whole seconds since 1970 UTC, days are day numbers since 1970. A window is the set of instants whose
local wall clock lies in [start, end): an hour that the spring change skips holds nothing, an hour that the autumn
change repeats counts twice. A year costs about a millisecond when first needed; afterwards a question costs a
few bisections and one addition a year spanned, never a loop over days (DESIGN decision 7, Z-13).
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from time import gmtime

from tramita.domain.errors import Invalid

DAY = 86_400
EPOCH = date(1970, 1, 1).toordinal()
FIRST_YEAR, LAST_YEAR = 1971, 9990  # instants are positive, and dates can say them

Windows = tuple[tuple[int, int], ...]  # of one day, as seconds after local midnight


@dataclass(frozen=True, slots=True)
class Year:
    """The working time of one UTC year, and the working days of the same local year."""

    starts: "array[int]"
    ends: "array[int]"
    before: "array[int]"  # working seconds of the year before each start
    total: int
    days: "array[int]"


class WorkingTime:
    """The working time of one week pattern in one zone. `off` gives a year's days without work."""

    def __init__(self, zone: tzinfo, week: tuple[Windows, ...], off: Callable[[int], set[int]]) -> None:
        self._zone, self._week, self._off = zone, week, off
        self._years: dict[int, Year] = {}

    def between(self, start: int, end: int) -> int:
        """Working seconds from `start` to `end`; negative when `end` is the earlier."""
        if end < start:
            return -self.between(end, start)
        first, last = year_of(start), year_of(end)
        passed = sum(self.year(each).total for each in range(first, last))
        return passed + self._since_new_year(end) - self._since_new_year(start)

    def forward(self, start: int, seconds: int) -> int:
        """The earliest instant with `seconds` of working time between `start` and it."""
        if seconds <= 0:
            return start
        self.next(start)
        number = year_of(start)
        wanted = seconds + self._since_new_year(start)
        while wanted > (year := self.year(number)).total:
            wanted -= self._some_total(number, start)
            number += 1
        i = bisect_left(year.before, wanted) - 1
        return year.starts[i] + wanted - year.before[i]

    def back(self, start: int, seconds: int) -> int:
        """The latest instant with `seconds` of working time between it and `start`."""
        if seconds <= 0:
            return start
        number = year_of(start)
        wanted = self._since_new_year(start) - seconds
        while wanted < 0:
            number -= 1
            wanted += self._some_total(number, start)
        year = self.year(number)
        i = bisect_right(year.before, wanted) - 1
        return year.starts[i] + wanted - year.before[i]

    def works(self, instant: int) -> bool:
        """Whether `instant` lies in a window; the end of a window does not."""
        year = self.year(year_of(instant))
        i = bisect_right(year.starts, instant) - 1
        return i >= 0 and instant < year.ends[i]

    def next(self, instant: int) -> int:
        """`instant` itself if it works, else the start of the next window.

        Raises: Invalid, if there is none within a year.
        """
        if self.works(instant):
            return instant
        for number in (year_of(instant), year_of(instant) + 1):
            starts = self.year(number).starts
            i = bisect_left(starts, instant)
            if i < len(starts) and starts[i] <= instant + 366 * DAY:
                return starts[i]
        raise no_working_time(instant)

    def last_before(self, instant: int) -> int:
        """The end of the working time before `instant`, or `instant` if it ends inside a window."""
        return self.back(instant, 1) + 1

    def working_day(self, day: int, count: int) -> int:
        """The day that is `count` working days after `day` (before it, when negative), `day` not counted."""
        number = year_of(day * DAY)
        days = self.year(number).days
        i = bisect_right(days, day) + count - 1 if count > 0 else bisect_left(days, day) + count
        while i >= len(days):
            i -= len(self._some_days(number, day))
            number, days = number + 1, self.year(number + 1).days
        while i < 0:
            number, days = number - 1, self._some_days(number - 1, day)
            i += len(days)
        return days[i]

    def has_work(self, day: int) -> bool:
        """Whether the local day is a working day."""
        days = self.year(year_of(day * DAY)).days
        i = bisect_left(days, day)
        return i < len(days) and days[i] == day

    def year(self, number: int) -> Year:
        """The laid-out year. Raises: Invalid, for a year that no calendar reaches."""
        found = self._years.get(number)
        if found is None:
            found = self._years[number] = self._lay_out(number)
        return found

    def _since_new_year(self, instant: int) -> int:
        year = self.year(year_of(instant))
        i = bisect_right(year.starts, instant) - 1
        return year.before[i] + min(instant, year.ends[i]) - year.starts[i] if i >= 0 else 0

    def _some_total(self, number: int, instant: int) -> int:
        """A year's working time. A year without any ends a search that would not end by itself."""
        total = self.year(number).total
        if not total and number != year_of(instant):
            raise no_working_time(instant)
        return total

    def _some_days(self, number: int, day: int) -> "array[int]":
        days = self.year(number).days
        if not days and number != year_of(day * DAY):
            raise no_working_time(day * DAY)
        return days

    def _lay_out(self, number: int) -> Year:
        if not FIRST_YEAR <= number <= LAST_YEAR:
            raise Invalid.one("calendar", "out_of_range", "No calendar reaches the year %(year)s.", year=number)
        off = self._off(number - 1) | self._off(number) | self._off(number + 1)
        starts, ends = _merged(self._windows(number, off))
        before, total = whole_numbers(), 0
        for start, end in zip(starts, ends, strict=True):
            before.append(total)
            total += end - start
        first, last = new_year(number) // DAY, new_year(number + 1) // DAY
        days = whole_numbers(day for day in range(first, last) if self._week[(day + 3) % 7] and day not in off)
        return Year(starts, ends, before, total, days)

    def _windows(self, number: int, off: set[int]) -> Iterator[tuple[int, int]]:
        """The windows of a UTC year as instants, in order: those of each stretch with one offset."""
        for begin, finish, offset in self._stretches(new_year(number), new_year(number + 1)):
            for day in range((begin + offset) // DAY, (finish - 1 + offset) // DAY + 1):
                if day in off:
                    continue
                midnight = day * DAY - offset
                for start, end in self._week[(day + 3) % 7]:  # 1970 began on a Thursday
                    if max(midnight + start, begin) < min(midnight + end, finish):
                        yield max(midnight + start, begin), min(midnight + end, finish)

    def _stretches(self, begin: int, finish: int) -> Iterator[tuple[int, int, int]]:
        """The parts of a UTC year with one offset from UTC each: (first instant, end, offset)."""
        offset = self._offset(begin)
        for instant in range(begin + DAY, finish + 1, DAY):
            if self._offset(instant) != offset:
                change = self._change(offset, instant - DAY, instant)
                yield begin, change, offset
                begin, offset = change, self._offset(change)
        if begin < finish:
            yield begin, finish, offset

    def _change(self, offset: int, low: int, high: int) -> int:
        """The first instant up to `high` whose offset is another."""

        def changed(instant: int) -> bool:
            return self._offset(instant) != offset

        return bisect_left(range(high), True, lo=low, key=changed)

    def _offset(self, instant: int) -> int:
        offset = datetime.fromtimestamp(instant, self._zone).utcoffset()
        return int(offset.total_seconds()) if offset else 0


def year_of(instant: int) -> int:
    """The UTC year of an instant."""
    return gmtime(instant).tm_year


def new_year(number: int) -> int:
    """The first instant of a UTC year."""
    return (date(number, 1, 1).toordinal() - EPOCH) * DAY


def no_working_time(instant: int) -> Invalid:
    """The calendar is empty where it is needed."""
    day = datetime.fromtimestamp(instant, UTC).date().isoformat()
    return Invalid.one(
        "calendar", "no_working_time", "The calendar has no working time within a year of %(day)s.", day=day
    )


def whole_numbers(values: Iterable[int] = ()) -> "array[int]":
    """A fifth of the memory of a list: a year is 12 KB."""
    return array("q", values)


def _merged(windows: Iterator[tuple[int, int]]) -> "tuple[array[int], array[int]]":
    """Starts and ends, windows that touch (over midnight, over a change) made one."""
    starts, ends = whole_numbers(), whole_numbers()
    for start, end in windows:
        if ends and ends[-1] == start:
            ends[-1] = end
        else:
            starts.append(start)
            ends.append(end)
    return starts, ends
