"""The Focus list over HTTP (Z-6)."""

import pytest

from tests.api.callers import Callers, fields, problem
from tests.api.in_process import desk_of
from tests.desk import MONDAY, Desk
from tramita.services import working

pytestmark = pytest.mark.django_db


def mine(desk: Desk, count: int) -> list[str]:
    """The references of so many Tickets in Ana's Inbox."""
    made = [desk.ticket() for _ in range(count)]
    for one in made:
        working.assign(one, to=desk.ana.id, by=desk.leo, at=MONDAY)
    return [one.reference for one in made]


def focus_of(caller: Callers) -> list[str]:
    return [one["reference"] for one in caller.ana.get("/focus").json()["results"]]


def test_items_are_put_into_focus_and_taken_out(caller: Callers, desk: Desk) -> None:
    """Z-6: at the end; doing it again changes nothing."""
    first, second = mine(desk, 2)

    for one in (first, second, first):
        assert caller.ana.post(f"/items/{one}/focus").status_code == 200
    assert focus_of(caller) == [first, second]
    for _ in range(2):
        assert caller.ana.delete(f"/items/{first}/focus").status_code == 200

    assert focus_of(caller) == [second]
    assert caller.leo.get("/focus").json() == {"results": [], "next": None}


def test_the_whole_list_is_put_in_its_order(caller: Callers, desk: Desk) -> None:
    """Z-6: an order of their own; nothing else stays in it."""
    first, second, third = mine(desk, 3)
    caller.ana.put("/focus", {"items": [first, second]})

    answer = caller.ana.put("/focus", {"items": [third, first, third]})

    assert [one["reference"] for one in answer.json()["results"]] == [third, first] == focus_of(caller)


def test_what_is_in_nobodys_inbox_is_not_in_focus(caller: Callers, desk: Desk) -> None:
    """Z-6: only of one's own Inbox, ten at most; what is refused changes nothing."""
    items, others = mine(desk, 11), desk.ticket().reference
    caller.ana.put("/focus", {"items": items[:2]})

    problem(caller.ana.put("/focus", {"items": [others]}), 409, "conflict")
    problem(caller.ana.post(f"/items/{others}/focus"), 409, "conflict")
    problem(caller.ana.put("/focus", {"items": items}), 409, "conflict")
    told = problem(caller.ana.put("/focus", {"items": [items[0], "99999-T"]}), 422, "validation_failed")

    assert fields(told) == {"items": "unknown"}
    assert focus_of(caller) == items[:2]
    problem(caller.rui.post(f"/items/{items[0]}/focus"), 409, "conflict")


def test_a_program_orders_its_day(desk: Desk) -> None:
    """INTERFACES 5: by the client."""
    first, second = mine(desk, 2)
    here = desk_of(desk.ana.id or 0)

    put = here.put_focus([second, first])

    assert [one["reference"] for one in put] == [second, first] == [one["reference"] for one in here.focus()]
