"""What hours of work are worth (TO-3)."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tramita.domain.contracted import Month, Terms, reckon

FORTY = Terms("EUR", monthly_hours="40", normal_price="80.00", excess_price="120.00")
HOUR = 3600


@pytest.mark.parametrize(
    ("terms", "hours", "excess", "normal", "beyond"),
    [
        (FORTY, 40, 0, "3200.00", "0.00"),
        (FORTY, 42, 2, "3200.00", "240.00"),
        (Terms("EUR", hourly_value="90"), 42, 0, "3780.00", "0.00"),
        (Terms("EUR", hourly_value="90", monthly_hours="40"), 42, 2, "3600.00", "180.00"),
        (Terms("EUR", hourly_value="90", monthly_hours="40", normal_price="80"), 42, 2, "3200.00", "180.00"),
        (Terms("EUR", monthly_hours="40", normal_price="80"), 42, 2, "3200.00", "160.00"),
        (Terms(monthly_hours="40"), 42, 2, None, None),
        (None, 42, 0, None, None),
    ],
)
def test_hours_within_what_is_contracted_have_one_price_and_those_beyond_another(
    terms: Terms | None, hours: int, excess: int, normal: str | None, beyond: str | None
) -> None:
    """TO-3: a price that is not given is that of any hour; nothing is worth nothing where nobody said."""
    found = reckon(hours * HOUR, terms)

    assert (found.spent, found.excess) == (hours * 60, excess * 60)
    assert (found.worth_normal, found.worth_excess) == (normal and Decimal(normal), beyond and Decimal(beyond))
    assert found.worth == (None if normal is None or beyond is None else Decimal(normal) + Decimal(beyond))


def test_money_is_exact_and_adds_up() -> None:
    """TO-3: whole minutes, cents rounded once a column, half a cent up; a float would show 0.57 or 2.67."""
    tenth = Terms("EUR", monthly_hours="0.1", normal_price="5.75", excess_price="0.10")

    assert reckon(6 * 60, tenth).worth == Decimal("0.58")
    assert reckon(3 * HOUR + 29, Terms("EUR", hourly_value="0.89")).worth == Decimal("2.67")
    assert reckon(10**9 * 60, Terms("EUR", hourly_value="999999999.9999")).worth == Decimal("16666666666665000.00")


def test_what_does_not_go_together_is_named_at_its_key() -> None:
    """TO-3."""
    wrong = {
        Terms(): [""],
        Terms("EUR"): [""],
        Terms(hourly_value="80"): ["hourly_value"],
        Terms("EUR", normal_price="80"): ["normal_price"],
        Terms("EUR", monthly_hours="40", excess_price="80"): ["excess_price"],
        Terms(monthly_hours="0.001"): ["monthly_hours"],
        FORTY: [],
        Terms(monthly_hours="37.5"): [],
    }

    assert {terms: [name for name, _why in terms.faults()] for terms in wrong} == wrong


def test_a_month_begins_by_the_clocks_of_its_zone() -> None:
    """TO-3, Z-13: across the change of the clocks, and the turn of the year."""
    warsaw = ZoneInfo("Europe/Warsaw")

    assert Month(2026, 3).bounds(warsaw) == (
        datetime(2026, 2, 28, 23, tzinfo=UTC),
        datetime(2026, 3, 31, 22, tzinfo=UTC),
    )
    assert Month.of(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), warsaw) == Month(2027, 1)
    assert [str(Month(2026, 11).later(count)) for count in (-11, 1, 2)] == ["2025-12", "2026-12", "2027-01"]
