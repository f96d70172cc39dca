"""A process drawn by forms: its steps, Actions, fields and cards in one draft with its YAML (UI “Builder”, BU-4)."""

from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.web.reading import errors_of, form_of, text_of, words_of
from tests.web.test_builder import CASE_TYPE, PATH, chief, configured, desk, version
from tramita.models import Definition, ProcessDraft

__all__ = ["chief", "configured", "desk"]  # fixtures
EDIT = "/builder/edit/case-types/acme/main/finance/hiring"
CATEGORY = "/builder/edit/categories/acme/main/finance/query"


def part(name: str = "flow", thing: str = "") -> str:
    return f"{EDIT}?part={name}" + (f"&name={thing}" if thing else "")


def seen(who: Client, path: str) -> dict[str, Any]:
    """The two hidden inputs that every form of these pages has."""
    form = form_of(who.get(path), path)
    return {name: form[name] for name in ("read", "draft")}


def press(who: Client, path: str, **sent: Any) -> Any:
    return who.post(path, seen(who, path) | sent)


def fill(who: Client, path: str, **new: Any) -> Any:
    """The form of a part, sent as it is but for these inputs."""
    form = form_of(who.get(path), path)
    return who.post(path, form | {"save": "1"} | new)


def drawn() -> dict[str, Any]:
    """The tree of the draft."""
    found: dict[str, Any] = yaml.safe_load(ProcessDraft.objects.get().text)
    return found


def order() -> dict[str, list[str]]:
    return {
        name: [*(key for one in body["actions"] for key in one)] for it in drawn()["steps"] for name, body in it.items()
    }


def test_a_form_that_is_not_touched_changes_nothing_of_any_part(chief: Client) -> None:
    """BU-1, BU-4: what the forms of all parts write back says the same."""
    for path in (part("settings"), part("step", "ask"), part("action", "budget"), part("action", "remind")):
        fill(chief, path)
    fill(chief, part("field", "salary"))

    press(chief, part(), publish="1")

    assert version() == 1


def test_cards_are_moved_by_buttons_and_by_what_dragging_sends(chief: Client) -> None:
    """UI “Case type”: within a step, to another one, out of the steps and back in; nothing runs by it."""
    press(chief, part(), move="action call right")
    assert order() == {"ask": [], "check": ["budget", "call"]}
    moved = press(chief, part(), move="action call up")
    assert order() == {"ask": [], "check": ["call", "budget"]}
    press(chief, part(), move="put call check 2")
    press(chief, part(), move="put remind ask 0")
    press(chief, part(), move="put budget - 0")
    press(chief, part(), move="step check left")

    assert moved["Location"] == f"{part()}&at=action-call"
    assert order() == {"check": ["call"], "ask": ["remind"]}
    assert drawn()["action_types"]["budget"]["title"] == "Check the budget"
    assert version() == 1


@pytest.mark.parametrize("move", ["action nobody left", "put call nowhere 0", "put call ask x", "step", "fly call up"])
def test_a_move_that_is_none_is_refused(chief: Client, move: str) -> None:
    """Z-2: whatever a script sends."""
    assert press(chief, part(), move=move).status_code in (404, 422)
    assert not ProcessDraft.objects.exists()


def test_a_case_type_is_drawn_from_nothing_checked_published_and_tried(chief: Client) -> None:
    """BU-1, BU-3, BU-4, C-8: by forms alone; a step without Actions may be saved and not published."""
    press(chief, part(), add="step", name="sign", title="Sign")
    early = press(chief, part(), publish="1")
    press(chief, part(), add="action", name="contract", title="Sign the contract", step="sign")
    fill(chief, part("field", "salary"), **{"title.en": "Salary", "title.pl": "Pensja"})
    fill(
        chief,
        part("action", "contract"),
        **{"when.0.field": "fields.salary", "when.0.op": ">", "when.0.value": "9000", "checklist": "Signed\nFiled"},
    )
    board = words_of(chief.get(part()))
    published = press(chief, part(), publish="1")
    tried = text_of(chief.get(CASE_TYPE, {"try": "1", "field-salary": "9500"}))

    assert (early.status_code, version()) == (422, 2)
    assert "has no “actions”" not in words_of(early)
    assert "Salary is more than 9000 fields.salary > 9000" in board
    assert published["Location"] == CASE_TYPE
    assert "would run" in next(card for card in tried.split('class="action-card"') if "Sign the contract" in card)
    assert not ProcessDraft.objects.exists()


def test_what_is_typed_is_checked_in_two_grades(chief: Client) -> None:
    """BU-4: an ordinary fault is told at its input and may be saved; a name that is none may not."""
    path = part("action", "budget")
    form = form_of(chief.get(path), path)
    checked = chief.post(path, form | {"check": "1", "when.text": "fields.salary >", "due": "none"})
    typing = chief.post(path, form | {"check": "1", "typing": "1", "when.text": "fields.salary >"})
    kept = chief.post(path, form | {"save": "1", "when.text": "fields.salary >"})
    refused = press(chief, part(), add="action", name="a b", step="ask")
    twice = press(chief, part(), add="action", name="call", step="ask")

    assert (checked.status_code, kept.status_code) == (200, 302)
    assert {"f-when", "f-due"} <= {*errors_of(checked)}
    assert "It may be saved, and cannot be published as it is" in words_of(checked)
    verdict = text_of(typing).partition('id="verdict"')[2].partition("</form>")[0].partition("<form")[0]
    assert "It may be saved" in verdict
    assert "role=" not in verdict  # whoever types is told politely, by the place itself
    assert (refused.status_code, twice.status_code) == (422, 422)
    assert "There is one of this name already." in words_of(twice)
    assert drawn()["steps"][1]["check"]["actions"][0]["budget"]["when"] == "fields.salary >"


def test_the_kind_of_an_action_says_what_is_asked_and_a_sheet_may_be_a_spreadsheet(chief: Client) -> None:
    """A-9, EA-1: CSV and XLSX; the sheet is taken over into the form, then saved as its text."""
    path = part("action", "call")
    form = form_of(chief.get(path), path)
    asked = text_of(chief.post(path, form | {"kind": "approval", "preview": "1"}))
    written = BytesIO()
    with xlsxwriter.Workbook(written) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((["salary", "level 1"], ["> 5000", "all: primary"], ["", "requester"])):
            sheet.write_row(number, 0, row)
    file = SimpleUploadedFile("approvers.xlsx", written.getvalue())
    chief.post(path, form | {"kind": "approval", "save": "1", "sheet_file": file})
    broken = SimpleUploadedFile("approvers.xlsx", b"PK\x03\x04 nothing")
    refused = chief.post(path, seen(chief, path) | {"kind": "approval", "save": "1", "sheet_file": broken})
    press(chief, part(), publish="1")

    assert 'name="sheet"' in asked
    assert 'name="checklist"' not in asked
    assert refused.status_code == 422
    rules = Definition.objects.get(key=PATH).current.body["actions"]["call"]["rules"]  # type: ignore[union-attr]  # it is published
    assert [len(rule["levels"]) for rule in rules] == [1, 1]
    assert rules[0]["levels"][0] == {"approvers": ["primary"], "every": True}


def test_fields_and_cards_of_a_category_are_drawn(chief: Client) -> None:
    """D-20, D-21, BU-1: a choice with levels and labels, a table with columns, a card that is shown by a field."""
    path = f"{CATEGORY}?part="
    for kind, name in (("field", "region"), ("field", "goods"), ("card", "order")):
        press(chief, f"{path}fields", add=kind, name=name, title=name.title())
    fill(
        chief,
        f"{path}field&name=region",
        type="choice",
        **{"choices.0.value": "EU / PL", "choices.0.label.pl": "Polska"},
    )
    region = f"{path}field&name=region"
    sent = form_of(chief.get(region), region)
    chief.post(
        region, sent | {"type": "choice", "choices.0.value": "EU / PL", "choices.0.label.pl": "Polska", "save": "1"}
    )
    chief.post(
        f"{path}field&name=goods",
        seen(chief, f"{path}field&name=goods")
        | {"type": "table", "columns.0.name": "what", "columns.0.type": "text", "save": "1"},
    )
    fill(chief, f"{path}card&name=order", fields=["goods"], **{"show_when.text": 'fields.region == "EU / PL"'})
    listed = words_of(chief.get(f"{path}fields"))
    published = press(chief, f"{path}fields", publish="1")

    assert published.status_code == 302, words_of(published)
    body = Definition.objects.get(key="acme/main/finance/query").current.body  # type: ignore[union-attr]  # published
    assert body["fields"]["region"]["choices"] == ["EU / PL"]
    assert body["fields"]["region"]["labels"] == {"EU / PL": {"pl": "Polska"}}
    assert [one["name"] for one in body["fields"]["goods"]["columns"]] == ["what"]
    assert body["cards"][0]["fields"] == ["goods"]
    assert "Region is EU / PL" in listed


def test_two_who_draw_do_not_undo_each_other_unseen(chief: Client) -> None:
    """Z-2, BU-4."""
    mine = seen(chief, part())
    press(chief, part(), move="action call right")

    refused = chief.post(part(), mine | {"move": "action budget left"})

    assert refused.status_code == 409
    assert order() == {"ask": [], "check": ["budget", "call"]}


def test_a_draft_that_is_no_tree_of_steps_is_left_to_its_yaml(chief: Client) -> None:
    """BU-4: it was saved as YAML with an ordinary fault; the page says so, and does not fail."""
    text = "title: Hiring\nsteps: later\n"
    page = form_of(chief.get(f"{CASE_TYPE}?tab=yaml"), CASE_TYPE)
    chief.post(CASE_TYPE, page | {"yaml": text, "save": "1"})

    shown = chief.get(part())

    assert shown.status_code == 200
    assert "only its YAML can show" in words_of(shown)


def test_who_does_not_configure_the_desk_neither_sees_nor_draws_it(ana: Client, desk: Any) -> None:
    """SEC-1: in the service too."""
    assert ana.get(part()).status_code == 403
    assert ana.post(part(), {"move": "action call right"}).status_code == 403
