"""Durations as people write them (INTERFACES section 4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramita.domain.durations import SECONDS, Span, parse_days, parse_span
from tramita.domain.errors import Invalid


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("5 days", Span(((5, "day"),))),
        ("16 working hours", Span(((16, "hour"),), working=True)),
        ("2 working days", Span(((2, "day"),), working=True)),
        ("30 minutes", Span(((30, "minute"),))),
        ("1 hour 30 minutes", Span(((1, "hour"), (30, "minute")))),
        ("3 weeks", Span(((3, "week"),))),
        ("60 seconds", Span(((60, "second"),))),
        ("1 working day 4 working hours", Span(((1, "day"), (4, "hour")), working=True)),
    ],
)
def test_a_duration_is_read_as_it_is_written_and_written_as_it_was_read(text: str, span: Span) -> None:
    """SLA-1: what apply read, export writes."""
    assert parse_span(text) == span
    assert str(span) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("  1   Days ", "1 day"),
        ("90minutes", "90 minutes"),
        ("1 hour and 30 minutes", "1 hour 30 minutes"),
        ("2 weeks, 1 day", "2 weeks 1 day"),
    ],
)
def test_a_sloppy_duration_gets_its_canonical_words(text: str, canonical: str) -> None:
    """SLA-1."""
    assert str(parse_span(text)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        *("", "5", "days", "five days", "5 dayz", "5 months", "1.5 hours", "0 days", "0 hours 0 minutes"),
        *("30 minutes 1 hour", "1 hour 2 hours", "1 working hour 30 minutes", "1 working week", "-5 days"),
        *("999999999 weeks", "21 years", "1 hour 30", "5 days!"),
    ],
)
def test_what_is_no_duration_is_refused_with_the_name_of_the_field(text: str) -> None:
    """SLA-1."""
    with pytest.raises(Invalid) as refused:
        parse_span(text, field="due_rules.plain.within")

    assert refused.value.errors[0].field == "due_rules.plain.within"
    assert "%" not in str(refused.value)


@pytest.mark.parametrize("value", [None, 5, 5.0, True, ["5 days"], {"days": 5}])
def test_a_value_that_is_no_text_is_no_duration(value: object) -> None:
    """SLA-1."""
    with pytest.raises(Invalid, match="is not a duration"):
        parse_span(value)


def test_an_adjustment_may_be_negative_where_that_is_asked_for() -> None:
    """SLA-1: +/- minutes, hours, days, working hours, working days."""
    span = parse_span("-2 working days", signed=True)

    assert (span.days, span.seconds, str(span)) == (-2, 0, "-2 working days")


@pytest.mark.parametrize(("text", "days"), [("5 days", 5), ("1 day", 1), ("2 weeks", 14)])
def test_a_window_is_a_number_of_days(text: str, days: int) -> None:
    """R-15, W-11."""
    assert parse_days(text, field="feedback_window") == days


@pytest.mark.parametrize("text", ["5 hours", "1 day 2 hours", "5 working days", "5", "-1 days"])
def test_a_window_in_anything_but_days_is_refused(text: str) -> None:
    """R-15: whether they are working days, the due rule's calendar says."""
    with pytest.raises(Invalid) as refused:
        parse_days(text, field="feedback_window")

    assert refused.value.errors[0].field == "feedback_window"


@given(st.sets(st.sampled_from(list(SECONDS)), min_size=1), st.booleans(), st.booleans(), st.integers(1, 500))
def test_every_span_survives_its_words(units: set[str], working: bool, negative: bool, amount: int) -> None:
    """SLA-1: export and apply are inverse."""
    ordered = tuple((amount, unit) for unit in SECONDS if unit in units)
    span = Span(ordered, working=working and "week" not in units, negative=negative)

    assert parse_span(str(span), signed=True) == span


@given(st.text(max_size=30))
def test_no_text_does_worse_than_be_refused(text: str) -> None:
    """SLA-1."""
    try:
        span = parse_span(text)
    except Invalid:
        return
    assert span.days or span.seconds
