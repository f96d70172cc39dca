"""How moments and durations are said."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from tramita.ui import moments

NOON = datetime(2026, 11, 19, 12, tzinfo=UTC)  # a Thursday


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "Today 12:00"),
        (1, "Tomorrow 12:00"),
        (-1, "Yesterday 12:00"),
        (4, "Mon 12:00"),
        (-6, "Fri 12:00"),
        (8, "Fri 27 Nov 12:00"),
        (60, "Mon 18 Jan 2027 12:00"),
    ],
)
def test_a_moment_is_said_as_near_as_it_is(days: int, said: str) -> None:
    """UI: “Today 17:00”, “Mon 10:00”, never an ISO date."""
    with translation.override("en"), timezone.override(UTC):
        assert moments.short(NOON + timedelta(days=days), now=NOON) == said


def test_today_is_that_of_the_reader() -> None:
    """Z-13: half past eleven in the evening in London is tomorrow in Warsaw."""
    late = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)

    with translation.override("en"), timezone.override(ZoneInfo("Europe/Warsaw")):
        assert moments.short(late, now=NOON) == "Tomorrow 00:30"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 m"), (59, "0 m"), (720, "12 m"), (7800, "2 h 10 m"), (-3900, "1 h 05 m"), (187_200, "2 d 4 h")],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds: int, said: str) -> None:
    """SLA-10: hours and minutes, for passed time as for time left."""
    with translation.override("en"):
        assert moments.duration(seconds) == said


def test_a_promise_in_working_hours_is_not_turned_into_days() -> None:
    """Z-15: 16 working hours are not a day."""
    with translation.override("en"):
        assert moments.hours_and_minutes(16 * 3600) == "16 h 00 m"
        assert moments.hours_and_minutes(40 * 3600) == "40 h 00 m"
