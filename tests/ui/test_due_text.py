"""What the header says of the due date."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation

from tramita.domain.codes import Clock
from tramita.ui.due import shown
from tramita.ui.due_text import due_text, paused_text

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (12_000, "Due: Paused 3 h 20 m before due"),
        (-12_000, "Due: Paused 3 h 20 m after overdue"),
    ],
)
def test_a_paused_item_shows_the_time_left_instead_of_a_date(left: int, text: str) -> None:
    """SLA-10, SLA-11, CG-43."""
    with translation.override("en"):
        assert due_text(due_at=None, paused=True, seconds_left=left, now=NOW) == text


def test_a_running_item_shows_its_date_in_the_zone_of_its_reader() -> None:
    """Z-13."""
    due_at = datetime(2026, 3, 3, 16, 30, tzinfo=UTC)

    with translation.override("en"), timezone.override("Europe/Warsaw"):
        text = due_text(due_at=due_at, paused=False, seconds_left=None, now=NOW)

    assert text == "Due: Tomorrow 17:30"


def test_an_item_without_a_date_says_so() -> None:
    """SLA-4, SLA-13."""
    with translation.override("en"):
        assert due_text(due_at=None, paused=False, seconds_left=None, now=NOW) == "Due: not set"


SENTENCES = {
    "pt-br": ("A vencer: Pausado 3 h 20 m antes do vencimento", "A vencer: Pausado 3 h 20 m depois de vencido"),
    "es": ("Vence: En pausa 3 h 20 m antes del vencimiento", "Vence: En pausa 3 h 20 m después del vencimiento"),
    "pl": ("Termin: Wstrzymano 3 h 20 m przed terminem", "Termin: Wstrzymano 3 h 20 m po terminie"),
    "fr": ("Attendue : Pause 3 h 20 m avant l'échéance", "Attendue : Pause 3 h 20 m après le retard"),
}


@pytest.mark.parametrize("language", SENTENCES)
def test_the_paused_text_is_that_of_the_sources(language: str) -> None:
    """SLA-10, CG-42: the sentences of SPEC section 29.3."""
    with translation.override(language):
        assert (paused_text(12_000), paused_text(-12_000)) == SENTENCES[language]


@pytest.mark.parametrize("language", SENTENCES)
def test_pages_say_the_same_of_a_paused_clock_as_programs_are_told(language: str) -> None:
    """SLA-10, SLA-11: beside its label, and whole in its title."""
    with translation.override(language):
        due = shown(due_at=None, clock=Clock.PAUSED, seconds_left=16 * 3600, now=NOW)

        assert due.full == paused_text(16 * 3600)
        assert due.full.endswith(due.text)
        assert not due.text.startswith(due.full[:4])
