"""Drafts of processes in the Builder: kept, checked in two grades, published or thrown away (BU-4, decision 49)."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tests import factories
from tests.web.conftest import Browser
from tests.web.reading import text_of, words_of
from tests.web.test_builder import CASE_TYPE, chief, configured, desk, version, yaml_of
from tramita.domain.codes import Role
from tramita.models import ProcessDraft
from tramita.queries import people

__all__ = ["chief", "configured", "desk"]  # fixtures
EDITOR = f"{CASE_TYPE}?tab=yaml"


def editor(who: Client) -> dict[str, str]:
    """What the form sends when nothing is typed."""
    page = text_of(who.get(EDITOR))
    text, read = yaml_of(page)
    draft = re.search(r'name="draft" value="(\d+)"', page)
    assert draft
    return {"yaml": text, "read": read, "draft": draft[1]}


def send(who: Client, seen: dict[str, str], change: tuple[str, str], **button: str) -> Any:
    assert change[0] in seen["yaml"]
    return who.post(CASE_TYPE, {**seen, "yaml": seen["yaml"].replace(*change), **button})


def test_a_draft_with_ordinary_faults_is_kept_and_nothing_runs_by_it(chief: Client) -> None:
    """BU-4: it may be saved, and not published; who and when is told."""
    kept = send(chief, editor(chief), ("when:", "whem:"), save="1")
    page = text_of(chief.get(EDITOR))

    published = chief.post(CASE_TYPE, editor(chief))

    assert kept["Location"] == EDITOR
    assert "whem:" in unescape(page)
    assert "by Ana Lima" in page
    assert (published.status_code, version()) == (422, 1)
    assert "It cannot be published as it is" in words_of(published)
    assert ProcessDraft.objects.get().number == 1


@pytest.mark.parametrize("broken", ["title: [", "- a list", "   "])
def test_what_cannot_be_read_is_not_kept_and_stays_in_the_editor(chief: Client, broken: str) -> None:
    """BU-4: a fundamental fault forbids saving."""
    answer = chief.post(CASE_TYPE, {**editor(chief), "yaml": broken, "save": "1"})

    assert answer.status_code == 422
    assert unescape(yaml_of(text_of(answer))[0]).strip() == broken.strip()
    assert not ProcessDraft.objects.exists()


def test_a_draft_is_published_or_thrown_away(chief: Client) -> None:
    """BU-4, SLA-17: publishing makes the version and ends the draft."""
    send(chief, editor(chief), ("Call them", "Phone them"), save="1")
    chief.post(CASE_TYPE, editor(chief))
    assert (version(), ProcessDraft.objects.exists()) == (2, False)

    send(chief, editor(chief), ("Phone them", "Write to them"), save="1")
    chief.post(CASE_TYPE, {**editor(chief), "discard": "1"})

    assert (version(), ProcessDraft.objects.exists()) == (2, False)
    assert "Phone them" in editor(chief)["yaml"]


@pytest.mark.parametrize("button", [{"save": "1"}, {}, {"discard": "1"}])
def test_of_two_who_write_one_draft_neither_loses_words(chief: Client, button: dict[str, str]) -> None:
    """BU-4, Z-2: the later is told, sees what the other saved beside what they typed, and decides."""
    seen = editor(chief)
    send(chief, seen, ("Call them", "Phone them"), save="1")

    answer = send(chief, seen, ("Call them", "Ring them"), **button)
    page = text_of(answer)

    assert (answer.status_code, version()) == (409, 1)
    assert "Ring them" in yaml_of(page)[0]
    assert "Phone them" in page
    assert "Phone them" in ProcessDraft.objects.get().text
    again = dict(zip(("yaml", "read"), yaml_of(page), strict=True)) | {"draft": "1"}
    chief.post(CASE_TYPE, {**again, "save": "1"})
    assert "Ring them" in ProcessDraft.objects.get().text


def test_a_draft_begun_before_another_version_was_published_is_not_published_unseen(chief: Client) -> None:
    """BU-4, Z-2: what was published meanwhile is shown; pressing again publishes what is typed."""
    before = editor(chief)
    send(chief, before, ("Call them", "Phone them"))
    answer = send(chief, before, ("Remind them", "Nudge them"))
    page = text_of(answer)

    assert (answer.status_code, version()) == (409, 2)
    assert "Phone them" in page
    again = dict(zip(("yaml", "read"), yaml_of(page), strict=True)) | {"draft": "0"}
    assert chief.post(CASE_TYPE, again).status_code == 302
    assert version() == 3


def test_the_check_says_which_of_two_grades_a_fault_has(chief: Client) -> None:
    """BU-4: as one types and by its button, the same form; nothing is kept."""
    ordinary = send(chief, editor(chief), ("when:", "whem:"), check="1")
    grave = chief.post(CASE_TYPE, {**editor(chief), "yaml": "title: [", "check": "1"})

    assert "It cannot be published as it is" in words_of(ordinary)
    assert "neither saved nor published" in words_of(grave)
    assert not ProcessDraft.objects.exists()


def test_who_does_not_configure_the_desk_keeps_no_draft(ana: Client, desk: Any) -> None:
    """SEC-1."""
    assert ana.post(CASE_TYPE, {"yaml": "title: x", "save": "1"}).status_code == 403


def test_a_designer_writes_a_draft_and_is_told_who_sets_it_live(chief: Client, as_: Browser) -> None:
    """BU-4, SEC-1: refused in the service too, whatever the page shows; a draft is checked with all the rest."""
    factories.person("Vera Stone", role=Role.ADMINISTRATOR)
    designer = as_(people.actor_for(factories.person("Iris Cole", role=Role.DESIGNER)))
    page = text_of(designer.get(EDITOR))
    seen = editor(designer)

    checked = send(designer, seen, ("when:", "whem:"), check="1")
    kept = send(designer, seen, ("Call them", "Phone them"), save="1")
    published = send(designer, editor(designer), ("Phone them", "Ring them"))
    new = {"kind": "case_type", "service": "acme/main/finance", "key": "x", "title": "X", "queue": "people"}
    made = designer.post("/builder/new", new | {"due": "plain"})

    assert "Vera Stone" in page
    assert ">Publish<" not in page
    assert (checked.status_code, kept["Location"]) == (422, EDITOR)
    assert (published.status_code, version()) == (403, 1)
    assert made["Location"] == "/builder/edit/case-types/acme/main/finance/x"
    assert ">Publish<" not in text_of(designer.get(made["Location"]))
    assert [designer.get(path).status_code for path in ("/builder", "/builder/desk/users")] == [200, 403]
    assert {one.saved_by.name for one in ProcessDraft.objects.all()} == {"Iris Cole"}


def test_what_a_check_finds_while_one_types_is_told_politely(chief: Client) -> None:
    """WCAG 4.1.3: an alert interrupts, and nobody pressed anything."""
    typed = text_of(send(chief, editor(chief), ("when:", "whem:"), check="1", typing="1"))
    pressed = text_of(send(chief, editor(chief), ("when:", "whem:"), check="1"))

    assert 'id="yaml-verdict" aria-live="polite"' in typed
    assert ('role="alert"' in typed, 'role="alert"' in pressed) == (False, True)
