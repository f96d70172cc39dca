"""What may be written down as time spent."""

from datetime import UTC, datetime, timedelta

import pytest

from tramita.domain.errors import Invalid
from tramita.domain.tracking import check_session

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begun_at", "minutes", "faults"),
    [
        (NOW - timedelta(minutes=20), 20, []),
        (NOW, 0, []),
        (NOW - timedelta(minutes=20), 21, [("begun_at", "in_the_future")]),
        (NOW - timedelta(days=3), -1, [("minutes", "out_of_range")]),
        (NOW - timedelta(days=3), 1441, [("minutes", "out_of_range")]),
        (None, None, [("begun_at", "required"), ("minutes", "required")]),
    ],
)
def test_a_session_lies_in_the_past_and_is_none_to_a_day_long(
    begun_at: datetime | None, minutes: int | None, faults: list[tuple[str, str]]
) -> None:
    """TL-5: own sessions are editable."""
    found = []
    try:
        check_session(begun_at, minutes, now=NOW)
    except Invalid as refused:
        found = [(one.field, one.code) for one in refused.errors]

    assert found == faults
