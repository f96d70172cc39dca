"""Every code has a word, and every word has its four translations."""

import re
from collections.abc import Iterable
from enum import Enum

import pytest
from django.utils import translation
from tools.messages import find_faults, read

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
    """S-1, CG-36, SPEC section 29.2: one for each, whatever else the sources call it."""
    with translation.override(language):
        assert list(labels.words("state").values()) == words


@pytest.mark.parametrize(
    ("language", "ticket", "owned"),
    [
        ("en", "Ticket", "Owned Work"),
        ("pt-br", "Ticket", "Trabalho próprio"),
        ("fr", "Ticket", "Mes activités"),
        ("es", "Ticket", "Tarea propia"),
        ("pl", "Zapytanie", "Posiadane prace"),
    ],
)
def test_kinds_lists_and_waits_have_one_word_each(language: str, ticket: str, owned: str) -> None:
    """CG-35, CG-44, CG-57, SPEC section 29: none for two things, and no other word for a Ticket in any sentence."""
    with translation.override(language):
        words = [*labels.words("kind").values(), *labels.words("list").values(), *labels.words("wait").values()]
        assert len({one.casefold() for one in words}) == len(words)
        assert (labels.word("kind", "ticket"), labels.word("list", "owned")) == (ticket, owned)


@pytest.mark.parametrize(("language", "strange"), [("pt_BR", "passage[mn]|ingresso"), ("pl", "bilet|Zgłoszeni[ea]\\b")])
def test_no_sentence_calls_a_ticket_by_the_word_for_another_thing(language: str, strange: str) -> None:
    """CG-35: tickets of travel and of admission; in Polish a report."""
    catalogue = read(language)
    assert [one.string for one in catalogue if "Ticket" in str(one.id) and re.search(strange, str(one.string))] == []


@pytest.mark.parametrize(
    ("english", "spanish", "slip"),
    [
        (r"\bqueues?\b", r"\bcolas?\b", r"\blistas?\b"),
        (r"\bfeedback window", r"\bventana de comentarios", "recomendaciones|retroalimentación"),
    ],
)
def test_spanish_has_one_word_for_a_queue_and_for_the_feedback_window(english: str, spanish: str, slip: str) -> None:
    """CG-46, which goes before the glossary (decision 77)."""
    said = {str(one.id): str(one.string) for one in read("es") if re.search(english, str(one.id), re.IGNORECASE)}
    assert len(said) > 2
    assert [it for it in said.values() if re.search(slip, it, re.IGNORECASE)] == []
    assert [it for of, it in said.items() if "%(queue)s" not in of and not re.search(spanish, it, re.IGNORECASE)] == []


def test_no_sentence_lacks_a_translation() -> None:
    """The catalogues of the four languages are complete, sure and compiled."""
    assert list(find_faults()) == []
