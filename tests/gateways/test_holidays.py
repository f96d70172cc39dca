"""Public holidays from the package."""

from datetime import date

import pytest

from tramita.domain.errors import Invalid
from tramita.gateways.holidays import public_holidays


def test_the_holidays_of_a_country_and_of_its_part_are_known() -> None:
    """SLA-3."""
    assert date(2026, 5, 3) in public_holidays("PL", None, (2026,))
    assert date(2026, 7, 9) in public_holidays("BR", "SP", (2026,))
    assert date(2026, 7, 9) not in public_holidays("BR", None, (2026,))


@pytest.mark.parametrize(("country", "part", "field"), [("XX", None, "country"), ("PL", "ZZ", "subdivision")])
def test_an_unknown_place_is_refused(country: str, part: str | None, field: str) -> None:
    """SLA-3."""
    with pytest.raises(Invalid) as refused:
        public_holidays(country, part, ())

    assert refused.value.errors[0].field == field
