"""What is taken from the answer of another system."""

import pytest

from tramita.domain.calls import picked


def test_the_value_at_its_place_is_taken() -> None:
    """A-55."""
    assert picked('{"supplier": {"id": "S-1"}}', {"number": "supplier.id"}) == {"number": "S-1"}


@pytest.mark.parametrize(
    "answer", ['{"id": "a\\u0000"}', '{"id": "\\ud800"}', '{"id": 1e999}', '{"id": NaN}', "[" * 100_000, "{}", "3", "{"]
)
def test_what_nothing_can_keep_is_no_value(answer: str) -> None:
    """A-55: the call has failed, and says why; neither database is asked to keep it."""
    with pytest.raises(ValueError, match=r"the answer|Expecting"):
        picked(answer, {"number": "id"})
