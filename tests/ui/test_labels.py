"""Every code has a word, and every word has its four translations."""

from collections.abc import Iterable
from enum import Enum

import pytest
from django.utils import translation
from tools.messages import find_faults

from tramita.domain.codes import Clock, DueStatus, Kind, Listed, Method, Problem, Reason, Role, State, WaitType
from tramita.gateways.incoming import FAULTS
from tramita.services.checking_mailboxes import STEPS
from tramita.ui import labels


@pytest.mark.parametrize(
    ("family", "codes"),
    [
        ("kind", Kind),
        ("state", State),
        ("wait", WaitType),
        ("method", Method),
        ("list", Listed),
        ("clock", Clock),
        ("due", DueStatus),
        ("problem", Problem),
        ("role", Role),
        ("reason", [str(int(reason)) for reason in Reason]),
        ("mailbox_fault", FAULTS),
        ("mailbox_step", STEPS),
        ("alert", ["mailbox_login", "mailbox_token", "mailbox_silent", "mailbox_secret_ends"]),
    ],
)
def test_every_code_has_a_label(family: str, codes: Iterable[Enum | str]) -> None:
    """S-1, API-3: no page shows a code."""
    assert {str(code) for code in codes} <= labels.words(family).keys()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("pt-br", ["Rascunho", "A Fazer", "Em andamento", "Aguardando", "Resolvido", "Fechado"]),
        ("fr", ["Brouillon", "À faire", "En traitement", "En attente", "Résolu", "Fermé"]),
        ("es", ["Borrador", "Por hacer", "En Progreso", "Esperar", "Resuelto", "Cerrado"]),
        ("pl", ["Wersja robocza", "Do zrobienia", "W trakcie realizacji", "Czekaj", "Rozwiązane", "Zamknięte"]),
    ],
)
def test_states_have_the_preferred_word_of_each_language(language: str, words: list[str]) -> None:
    """S-1, SPEC section 29.2."""
    with translation.override(language):
        assert list(labels.words("state").values()) == words


def test_no_sentence_lacks_a_translation() -> None:
    """The catalogues of the four languages are complete, sure and compiled."""
    assert list(find_faults()) == []
