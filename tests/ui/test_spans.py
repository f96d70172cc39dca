"""Configured durations in words, in five languages (INTERFACES section 4)."""

import pytest
from django.utils import translation

from tramita.ui import spans


@pytest.mark.parametrize("text", ["1 week 2 days", "8 hours", "1 minute 30 seconds", "2 working days 1 working hour"])
def test_in_english_a_duration_is_said_as_it_is_written(text: str) -> None:
    """INTERFACES 4."""
    assert spans.words(text) == text


@pytest.mark.parametrize(
    ("language", "one", "several"),
    [
        ("fr", "1 jour ouvré", "2 jours ouvrés 5 heures ouvrées"),
        ("es", "1 día laborable", "2 días laborables 5 horas laborables"),
        ("pt-br", "1 dia útil", "2 dias úteis 5 horas úteis"),
        ("pl", "1 dzień roboczy", "2 dni robocze 5 godzin roboczych"),
    ],
)
def test_each_language_has_its_words_and_plurals(language: str, one: str, several: str) -> None:
    """INTERFACES 4, SLA-3."""
    with translation.override(language):
        assert spans.words("1 working day") == one
        assert spans.words("2 working days 5 working hours") == several


def test_a_queue_that_takes_nothing_back_says_nothing() -> None:
    """Q-6."""
    assert spans.return_of_idle(None) == ""
    assert "within 2 working days comes back" in spans.return_of_idle("2 working days")
