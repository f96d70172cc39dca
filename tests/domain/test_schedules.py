"""When a Case type starts by itself."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tramita.domain import schedules
from tramita.domain.calendars import Calendar, build_calendar, no_holidays
from tramita.domain.definitions import CalendarDefinition


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Monday 09:00", "monday 09:00"),
        ("mon,  thu 23:59", "monday,thursday 23:59"),
        ("weekday 08:30", "weekday 08:30"),
        ("day 00:00", "day 00:00"),
    ],
)
def test_a_trigger_is_written_as_people_say_it(written: str, read: str) -> None:
    """BU-6: "every Monday at 9"."""
    assert schedules.every(written) == read
    assert schedules.every(read) == read


@pytest.mark.parametrize("wrong", ["", "monday", "09:00", "monday 24:00", "someday 09:00", "day,monday 09:00"])
def test_a_trigger_that_names_no_day_or_time_is_refused(wrong: str) -> None:
    """BU-6."""
    with pytest.raises(ValueError, match="“"):
        schedules.every(wrong)


@pytest.mark.parametrize(
    "text", ["* * * * *", "0 9 * * mon-fri", "*/15 8-18 1,15 jan,jul *", "0 0 1 1 7", "5-55/10 * * * *"]
)
def test_cron_has_five_fields_of_numbers_names_ranges_and_steps(text: str) -> None:
    """BU-6."""
    assert schedules.cron(f" {text.upper()} ") == text


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "* * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "* * * foo *",
        "*/0 * * * *",
        "9-5 * * * *",
        "*-5 * * * *",
        "a * * * *",
        "1, * * * *",
        "@daily",
    ],
)
def test_a_wrong_cron_is_refused(wrong: str) -> None:
    """BU-6."""
    with pytest.raises(ValueError, match="cron"):
        schedules.cron(wrong)


WARSAW = ZoneInfo("Europe/Warsaw")


def coming(trigger: str, after: str, count: int, calendar: Calendar | None = None) -> list[str]:
    """So many starts after a moment, as the clock in Warsaw shows them."""
    found, moment = [], datetime.fromisoformat(after).astimezone(UTC)
    for _ in range(count):
        following = schedules.next_start(trigger, after=moment, zone=WARSAW, calendar=calendar)
        assert following is not None
        moment = following
        found.append(f"{moment.astimezone(WARSAW):%a %d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("trigger", "after", "expected"),
    [
        ("every sunday 02:30", "2026-03-22T03:00+01:00", ["Sun 29 03:00", "Sun 05 02:30"]),
        ("every day 02:30", "2026-10-24T03:00+02:00", ["Sun 25 02:30", "Mon 26 02:30"]),
        ("cron 30 * * * *", "2026-10-25T01:31+02:00", ["Sun 25 02:30", "Sun 25 02:30", "Sun 25 03:30"]),
        ("every weekday 09:00", "2026-03-27T09:00+01:00", ["Mon 30 09:00", "Tue 31 09:00"]),
        ("every monday,thursday 09:00", "2026-03-27T09:00+01:00", ["Mon 30 09:00", "Thu 02 09:00"]),
        ("cron 0 0 29 2 *", "2026-03-01T00:00+01:00", ["Tue 29 00:00"]),
    ],
)
def test_wall_clock_time_over_the_nights_of_change(trigger: str, after: str, expected: list[str]) -> None:
    """BU-6: a time that the night leaves out comes at its end; one that it has twice comes once, an hour's twice."""
    assert coming(trigger, after, len(expected)) == expected


def test_what_recurs_moves_to_the_next_working_moment_and_comes_once() -> None:
    """BU-6: Saturday, Sunday and Monday before the office opens are one start; a named moment stays."""
    week = CalendarDefinition(
        "office", "Europe/Warsaw", {"mon-fri": "10:00-16:00"}, extra_days_off=(date(2026, 3, 31),)
    )
    office = build_calendar(week, no_holidays)

    assert coming("every day 09:00", "2026-03-27T11:00+01:00", 2, office) == ["Mon 30 10:00", "Wed 01 10:00"]
    assert coming("on 2026-03-28T07:00", "2026-03-27T11:00+01:00", 1, office) == ["Sat 28 07:00"]
    assert coming("on 2026-03-28", "2026-03-27T11:00+01:00", 1, office) == ["Mon 30 10:00"]
    assert coming("on 2026-03-28T07:00+00:00", "2026-03-27T11:00+01:00", 1) == ["Sat 28 08:00"]


def test_a_date_that_is_past_has_no_start() -> None:
    """BU-6."""
    past = datetime(2026, 3, 28, 7, tzinfo=UTC)

    assert schedules.next_start("on 2026-03-28T07:00+00:00", after=past, zone=WARSAW, calendar=None) is None


def test_a_day_that_never_comes_is_refused() -> None:
    """BU-6."""
    with pytest.raises(ValueError, match="never comes"):
        schedules.cron("0 9 30 2 *")
