"""Working calendars, by example; the count of every minute is in `test_clock_by_brute_force`."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tramita.domain.calendars import Calendar, add_calendar_days, build_calendar
from tramita.domain.definitions import CalendarDefinition
from tramita.domain.errors import Invalid

WARSAW = ZoneInfo("Europe/Warsaw")
OFFICE = {"mon-fri": "09:00-12:30 13:00-17:30"}


def polish_new_year(country: str, subdivision: str | None, years: tuple[int, ...]) -> frozenset[date]:
    if country != "PL":
        raise Invalid.one("country", "unknown_country", "No holidays are known for “%(country)s”.", country=country)
    return frozenset(date(year, 1, 1) for year in years)


def calendar(week: Mapping[str, str] = OFFICE, zone: str = "Europe/Warsaw", off: tuple[date, ...] = ()) -> Calendar:
    written = CalendarDefinition("office", zone, week, country="PL", extra_days_off=off)
    return build_calendar(written, polish_new_year, field="calendars.office")


def warsaw(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=WARSAW)


def test_working_time_is_the_time_inside_the_windows() -> None:
    """SLA-3: the lunch break and the night do not count."""
    office = calendar()

    assert office.working_seconds(warsaw(2026, 3, 2, 8), warsaw(2026, 3, 2, 14)) == 4.5 * 3600
    assert office.working_seconds(warsaw(2026, 3, 2, 17), warsaw(2026, 3, 3, 10)) == 1.5 * 3600
    assert office.working_seconds(warsaw(2026, 3, 3, 10), warsaw(2026, 3, 2, 17)) == -1.5 * 3600


def test_a_working_day_that_is_used_up_ends_in_the_evening_not_next_morning() -> None:
    """SLA-3."""
    assert calendar().add_working(warsaw(2026, 3, 6, 9), 8 * 3600) == warsaw(2026, 3, 6, 17, 30)


def test_holidays_of_the_country_and_extra_days_off_are_not_worked() -> None:
    """SLA-3."""
    office = calendar(off=(date(2025, 12, 31),))

    assert office.next_working_moment(warsaw(2025, 12, 30, 18)) == warsaw(2026, 1, 2, 9)
    assert not office.is_working(warsaw(2026, 1, 1, 10))


@pytest.mark.parametrize(
    ("night", "hours"),
    [((2026, 3, 28), 7), ((2026, 10, 24), 9), ((2026, 6, 6), 8)],
    ids=["spring forward", "autumn back", "no change"],
)
def test_a_night_shift_is_as_long_as_the_night(night: tuple[int, int, int], hours: int) -> None:
    """Z-13: the skipped hour holds nothing, the repeated one counts twice."""
    shift = calendar({"sat": "22:00-24:00", "sun": "00:00-06:00"})

    assert shift.working_seconds(warsaw(*night, 12), warsaw(*night, 12) + timedelta(days=1)) == hours * 3600


def test_a_window_inside_the_repeated_hour_opens_twice() -> None:
    """Z-13: both folds belong to it."""
    odd = calendar({"sun": "02:15-02:45"})
    opened = datetime(2026, 10, 25, 0, 15, tzinfo=UTC)

    assert odd.next_working_moment(warsaw(2026, 10, 25, 0)) == opened
    assert odd.next_working_moment(opened + timedelta(minutes=30)) == opened + timedelta(hours=1)
    assert odd.working_seconds(warsaw(2026, 10, 25, 0), warsaw(2026, 10, 26, 0)) == 3600


def test_a_window_inside_the_skipped_hour_does_not_open() -> None:
    """Z-13."""
    odd = calendar({"sun": "02:15-02:45"})

    assert odd.working_seconds(warsaw(2026, 3, 29, 0), warsaw(2026, 3, 30, 0)) == 0


def test_a_day_may_begin_with_the_change_of_the_clocks() -> None:
    """Z-13: in São Paulo midnight itself was skipped."""
    sao_paulo = calendar({"sun": "00:00-02:00"}, zone="America/Sao_Paulo")
    place = ZoneInfo("America/Sao_Paulo")

    worked = sao_paulo.working_seconds(datetime(2018, 11, 3, 12, tzinfo=place), datetime(2018, 11, 5, tzinfo=place))

    assert worked == 3600


def test_working_days_end_at_the_same_time_of_day() -> None:
    """R-15, W-11: over the spring change and a weekend."""
    assert calendar().add_working_days(warsaw(2026, 3, 27, 15), 2) == warsaw(2026, 3, 31, 15)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ((2026, 3, 5, 20, 0), (2026, 3, 9, 9, 0)),  # Thursday evening: Friday evening is Monday morning
        ((2026, 3, 5, 7, 0), (2026, 3, 6, 9, 0)),
        ((2026, 3, 5, 12, 45), (2026, 3, 6, 13, 0)),  # the lunch break
        ((2026, 3, 7, 11, 0), (2026, 3, 9, 11, 0)),  # Saturday
        ((2026, 3, 5, 17, 30), (2026, 3, 9, 9, 0)),  # the end of a window does not work
    ],
)
def test_working_days_move_to_the_next_working_moment(start: tuple[int, ...], end: tuple[int, ...]) -> None:
    """R-15, W-11."""
    assert calendar().add_working_days(warsaw(*start), 1) == warsaw(*end)


def test_working_days_can_be_counted_back() -> None:
    """SLA-1: a negative adjustment."""
    assert calendar().add_working_days(warsaw(2026, 3, 9, 10), -1) == warsaw(2026, 3, 6, 10)


def test_calendar_days_keep_the_wall_clock_over_a_change() -> None:
    """Z-13: a day may have 23 hours or 25."""
    assert add_calendar_days(warsaw(2026, 3, 28, 15), 1, WARSAW) == warsaw(2026, 3, 29, 15)
    assert add_calendar_days(warsaw(2026, 3, 28, 2, 30), 1, WARSAW) == warsaw(2026, 3, 29, 3, 30)
    assert add_calendar_days(warsaw(2026, 10, 24, 2, 30), 1, WARSAW) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_fraction_of_a_second_is_dropped() -> None:
    """SLA-3: the clock counts whole seconds."""
    office, start = calendar(), warsaw(2026, 3, 2, 10) + timedelta(microseconds=999_999)

    assert office.add_working(start, 60) == warsaw(2026, 3, 2, 10, 1)


def test_a_range_of_days_may_go_over_the_end_of_the_week() -> None:
    """SLA-3: a week that begins on Sunday."""
    gulf = calendar({"sun-wed": "08:00-16:00", "thu": "08:00-12:00"}, zone="Asia/Riyadh")

    assert [bool(windows) for windows in gulf.week] == [True, True, True, True, False, False, True]


def test_calendars_read_twice_are_equal() -> None:
    """DESIGN decision 7: so that their laid-out years are shared."""
    assert calendar() == calendar()
    assert hash(calendar()) == hash(calendar())


@pytest.mark.parametrize(
    ("week", "field"),
    [
        ({"mon-fri": "09:00-12:30 12:00-17:30"}, "week.mon-fri"),
        ({"mon-fri": "09:00-09:00"}, "week.mon-fri"),
        ({"mon": "22:00-06:00"}, "week.mon"),
        ({"mon": "9-17"}, "week.mon"),
        ({"mon": "09:00-24:01"}, "week.mon"),
        ({"mon": "09:60-12:00"}, "week.mon"),
        ({"monday": "09:00-12:00"}, "week.monday"),
        ({"mon-": "09:00-12:00"}, "week.mon-"),
        ({"mon-fri": "09:00-17:00", "wed": "09:00-12:00"}, "week.wed"),
        ({}, "week"),
        ({"sat": ""}, "week"),
    ],
)
def test_a_wrong_week_is_refused_with_the_name_of_the_field(week: Mapping[str, str], field: str) -> None:
    """SLA-3."""
    with pytest.raises(Invalid) as refused:
        calendar(week)

    assert [error.field for error in refused.value.errors] == [f"calendars.office.{field}"]


def test_all_faults_of_a_calendar_are_named_at_once() -> None:
    """SLA-3."""
    written = CalendarDefinition("office", "Europe/Cracow", {"sut": "09:00-17:00"}, country="XX")

    with pytest.raises(Invalid) as refused:
        build_calendar(written, polish_new_year, field="calendars.office")

    assert {error.field for error in refused.value.errors} == {
        "calendars.office.time_zone",
        "calendars.office.week.sut",
        "calendars.office.holidays.country",
    }


@pytest.mark.parametrize("zone", ["Europe", "../etc/passwd", "", "Mars/Olympus", "/etc/localtime"])
def test_a_time_zone_that_is_none_is_refused(zone: str) -> None:
    """Z-13."""
    with pytest.raises(Invalid) as refused:
        calendar(zone=zone)

    assert refused.value.errors[0].field == "calendars.office.time_zone"


def test_a_calendar_without_working_time_within_a_year_says_so() -> None:
    """SLA-3: it does not search for ever, forwards or back."""
    year_off = tuple(date(2024, 6, 1) + timedelta(days=n) for n in range(1500))
    office, start = calendar(off=year_off), warsaw(2026, 3, 2, 10)

    for search in (
        lambda: office.add_working(start, 60),
        lambda: office.next_working_moment(start),
        lambda: office.add_working_days(start, 1),
        lambda: office.add_working(start, -60),
        lambda: office.add_working_days(start, -1),
    ):
        with pytest.raises(Invalid, match="no working time"):
            search()


def test_a_moment_without_a_time_zone_is_a_bug() -> None:
    """Z-13."""
    with pytest.raises(ValueError, match="no time zone"):
        calendar().is_working(datetime(2026, 3, 2, 10))  # noqa: DTZ001
