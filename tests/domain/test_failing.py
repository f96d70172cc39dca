"""What a failed delivery says about its address."""

from datetime import UTC, datetime, timedelta

import pytest

from tramita.domain.failing import Failure, failure, lately
from tramita.domain.mime.model import Recipient

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "expected"),
    [
        ("failed", "5.1.1", "550 5.1.1 User unknown", Failure.GONE),
        ("failed", "5.1.2", None, Failure.GONE),
        ("failed", "5.1.10", None, Failure.GONE),
        ("failed", "5.0.0", "550 no such user here", Failure.GONE),
        ("failed", None, "The mailbox does not exist", Failure.GONE),
        ("failed", "5.0.0", "550 refused", Failure.OTHER),
        ("failed", "5.2.2", "552 mailbox full", Failure.PASSING),
        ("failed", "5.2.1", None, Failure.PASSING),
        ("failed", "4.4.7", None, Failure.PASSING),
        ("delayed", "4.4.1", None, Failure.PASSING),
        ("delayed", None, None, Failure.PASSING),
        ("failed", "5.7.1", "550 5.7.1 no such user likes your policy", Failure.OTHER),
        ("failed", "5.3.4", "message too big", Failure.OTHER),
        ("delivered", "2.0.0", None, Failure.OTHER),
        ("relayed", "5.1.1", None, Failure.OTHER),
    ],
)
def test_a_failure_is_of_the_address_or_of_something_else(
    action: str, status: str | None, diagnostic: str | None, expected: Failure
) -> None:
    """MAIL-97."""
    assert failure(Recipient("rui@acme.example", action, status, diagnostic)) is expected


def test_a_failure_of_last_week_is_forgotten() -> None:
    """MAIL-97."""
    moments = [NOW - timedelta(days=days) for days in (1, 7, 8, 6)] + [NOW + timedelta(days=1)]

    assert lately(moments, at=NOW) == [NOW - timedelta(days=6), NOW - timedelta(days=1)]
