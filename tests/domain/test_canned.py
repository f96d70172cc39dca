"""Canned texts: what is filled, what stays open, where they serve."""

import pytest

from tramita.domain.canned import CannedTextDefinition, filled, gaps, unknown


def test_placeholders_are_filled_and_what_has_no_value_stays_a_gap() -> None:
    """M-19, MAIL-126: nothing is missed silently."""
    text = filled("Dear {{ requester }}, {{reference}} is due {{due}}.", {"requester": "Rui", "reference": "1-T"})

    assert text == "Dear Rui, 1-T is due {{due}}."
    assert gaps(text) == ["{{due}}"]


def test_a_value_that_looks_like_a_placeholder_is_no_placeholder() -> None:
    """MAIL-126: what a stranger wrote into a title is not filled again."""
    assert filled("{{title}}", {"title": "{{agent}}", "agent": "Ana"}) == "{{agent}}"


def test_unknown_placeholders_are_named_and_known_ones_are_not() -> None:
    """M-19: refused when applied."""
    assert unknown("{{agent}} {{name}} {{ name }} {{due date}}") == ["name", "due date"]


def test_other_braces_are_nobodys_gap() -> None:
    """Only what was a placeholder blocks a mail."""
    assert gaps("{{ mustache }} { due } {{due") == []


@pytest.mark.parametrize(
    ("service", "serves"),
    [(None, True), ("acme", True), ("acme/main/finance", True), ("acme/main/fin", False), ("other", False)],
)
def test_a_text_serves_its_branch(service: str | None, serves: bool) -> None:
    """M-19: per service line."""
    one = CannedTextDefinition("a", "A", service, {"en": "x"})

    assert one.serves("acme/main/finance/invoice-query") is serves


def test_the_language_is_the_recipients_then_the_writers_then_the_first() -> None:
    """M-19."""
    one = CannedTextDefinition("a", "A", None, {"fr": "x", "pl": "y"})

    assert [one.language_for(*wanted) for wanted in (("pl", "fr"), ("es", "fr"), ("es", "en"))] == ["pl", "fr", "fr"]
