"""When a Case type starts by itself."""

import pytest

from tramita.domain import schedules


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
