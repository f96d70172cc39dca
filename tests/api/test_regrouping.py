"""Merging and undoing over HTTP (INTERFACES section 5)."""

import pytest

from tests.api.callers import Callers, problem
from tests.desk import Desk

pytestmark = pytest.mark.django_db


def test_a_ticket_is_merged_and_the_read_tells_where_it_goes_on(caller: Callers, desk: Desk) -> None:
    """X-1, X-3, T-37."""
    ticket, target = desk.ticket(), desk.ticket()

    merged = caller.ana.post(f"/items/{ticket.reference}/merge", {"into": target.reference})

    assert merged.status_code == 200
    assert (merged.json()["state"], merged.json()["resolution"]["method"]) == ("closed", "merged")
    assert caller.ana.get(f"/items/{ticket.reference}").json()["merged_into"] == target.reference
    assert caller.ana.get(f"/items/{target.reference}").json()["new_information"] is True


def test_several_are_merged_from_the_other_side_and_undone(caller: Callers, desk: Desk) -> None:
    """X-1, Z-3."""
    target, one, two = desk.case(), desk.ticket(), desk.ticket()
    before = caller.ana.get(f"/items/{one.reference}").json()

    merged = caller.ana.post(f"/items/{target.reference}/merge", {"tickets": [one.reference, two.reference]})
    undone = caller.ana.post(f"/items/{one.reference}/undo")

    assert (merged.status_code, undone.status_code) == (200, 200)
    changed = {name for name, value in undone.json().items() if before[name] != value}
    assert changed <= {"version", "updated_at"}


def test_what_is_written_to_an_old_reference_goes_to_where_it_lives_on(caller: Callers, desk: Desk) -> None:
    """Z-4: over the API as well."""
    ticket, target = desk.ticket(), desk.ticket()
    caller.ana.post(f"/items/{ticket.reference}/merge", {"into": target.reference})

    written = caller.ana.post(f"/items/{ticket.reference}/notes", {"body": "Still about this"})

    assert (written.status_code, written.json()["reference"]) == (201, target.reference)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "into"),
        ({"into": "99999-T"}, 422, "into"),
        ({"tickets": ["99999-T"]}, 422, "tickets"),
        ({"into": "itself"}, 422, "into"),
    ],
)
def test_what_is_wrong_is_named(caller: Callers, desk: Desk, body: dict, status: int, field: str) -> None:
    """X-1, X-2: a wrong body is 422 and names its field."""
    ticket = desk.ticket()
    given = {"into": ticket.reference} if body == {"into": "itself"} else body

    told = problem(caller.ana.post(f"/items/{ticket.reference}/merge", given), status, "validation_failed")

    assert told["errors"][0]["field"] == field


def test_a_target_that_has_ended_is_refused_and_so_is_an_undo_of_nothing(caller: Callers, desk: Desk) -> None:
    """X-2, Z-3: 409, as `If-Match` of an older version is 412."""
    ticket, draft = desk.ticket(), desk.ticket(draft=True)

    problem(
        caller.ana.post(f"/items/{ticket.reference}/merge", {"into": draft.reference}), 409, "transition_not_allowed"
    )
    problem(caller.ana.post(f"/items/{ticket.reference}/undo"), 409, "nothing_to_undo")


def test_a_ticket_is_split_and_its_parts_are_named(caller: Callers, desk: Desk) -> None:
    """X-10, W-4, Z-3: and what is wrong with one of them is 422."""
    ticket = desk.ticket()
    parts = [{"title": "One", "description": "First"}, {"title": "Two", "description": "Second", "keep": True}]

    told = problem(
        caller.ana.post(f"/items/{ticket.reference}/split", {"children": parts[:1]}), 422, "validation_failed"
    )
    answer = caller.ana.post(f"/items/{ticket.reference}/split", {"children": parts}).json()

    assert told["errors"][0]["field"] == "children"
    assert (answer["wait"]["type"], len(answer["children"])) == ("split", 2)
    child = caller.ana.get(f"/items/{answer['children'][1]}").json()
    assert (child["parent"], child["assignee"]["name"]) == (ticket.reference, "Ana Lima")
    assert caller.ana.post(f"/items/{ticket.reference}/undo").json()["children"] == []


def test_a_ticket_becomes_a_case_of_its_number(caller: Callers, desk: Desk) -> None:
    """X-20 to X-22, Z-3."""
    ticket = desk.ticket()
    sent = {"case_type": "acme/main/finance/onboarding", "short_description": "Bodegas"}

    told = problem(caller.ana.post(f"/items/{ticket.reference}/convert", {}), 422, "validation_failed")
    answer = caller.ana.post(f"/items/{ticket.reference}/convert", sent).json()

    assert told["errors"][0]["field"] == "case_type"
    assert (answer["wait"]["type"], answer["children"]) == ("case_launched", [f"{ticket.number}-C"])
    assert caller.ana.get(f"/items/{ticket.number}-C").json()["title"] == "Bodegas"
    assert caller.ana.post(f"/items/{ticket.reference}/undo").json()["state"] == "to_do"
