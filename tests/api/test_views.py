"""Saved views, and what is in them, over HTTP (H-7)."""

from typing import Any

import pytest

from tests import factories
from tests.api.callers import Callers, ask, fields, problem
from tests.api.in_process import desk_of
from tests.desk import MONDAY, Desk
from tramita.domain.codes import Role
from tramita.models import View
from tramita.services import working

pytestmark = pytest.mark.django_db
LATE: dict[str, Any] = {"title": "Late here", "narrowing": {"queue": ["invoices"], "kind": ["ticket"]}}


def test_a_view_is_made_changed_and_taken_away(caller: Callers, desk: Desk) -> None:
    """H-7: as the page does, by its owner."""
    made = caller.ana.post("/views", {**LATE, "columns": ["state", "fields.amount"], "group": "state"})
    path = f"/views/{made.json()['id']}"

    changed = caller.ana.patch(path, {"title": "Late", "sort": "-updated", "group": None})

    assert made.status_code == 201
    view = changed.json()
    assert (view["title"], view["sort"], view["group"], view["version"]) == ("Late", "-updated", None, 2)
    assert (view["narrowing"], view["columns"]) == (LATE["narrowing"], ["state", "fields.amount"])
    assert (view["owner"]["name"], view["shared"], view["may_change"]) == ("Ana Lima", "nobody", True)
    assert caller.ana.get("/views").json()["results"] == [view]
    assert caller.ana.delete(path).status_code == 204
    problem(caller.ana.get(path), 404, "not_found")


def test_a_view_is_for_those_it_is_shared_with(caller: Callers, desk: Desk) -> None:
    """H-7: a team's members and leaders share with it, with everybody who leads; the rest do not see it."""
    own = caller.ana.post("/views", LATE).json()
    teams = caller.ana.post("/views", {**LATE, "shared": "team", "team": "invoices"}).json()
    everybodys = caller.leo.post("/views", {**LATE, "shared": "all"}).json()

    refused = caller.ana.post("/views", {**LATE, "shared": "all"})

    assert fields(problem(refused, 422, "validation_failed")) == {"shared": "invalid"}
    seen = {one["id"] for one in caller.ana.get("/views").json()["results"]}
    assert seen == {own["id"], teams["id"], everybodys["id"]}
    assert [one["id"] for one in caller.eve.get("/views").json()["results"]] == [everybodys["id"]]
    problem(caller.eve.get(f"/views/{own['id']}"), 404, "not_found")
    problem(caller.ana.patch(f"/views/{everybodys['id']}", {"title": "Mine"}), 403, "not_permitted")
    problem(caller.ana.delete(f"/views/{everybodys['id']}"), 403, "not_permitted")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"narrowing": {"moon": ["full"]}}, "narrowing.moon"),
        ({"narrowing": {"state": ["to_do", "asleep"]}}, "narrowing.state"),
        ({"columns": ["moon"]}, "columns"),
        ({"sort": "moon"}, "sort"),
        ({"group": "moon"}, "group"),
        ({"shared": "team", "team": "nobodys"}, "shared"),
    ],
)
def test_a_word_that_no_list_knows_is_refused(caller: Callers, desk: Desk, wrong: Any, field: str) -> None:
    """H-7: a page would leave it out, a program is told."""
    told = problem(caller.ana.post("/views", {**LATE, **wrong}), 422, "validation_failed")

    assert list(fields(told)) == [field]
    assert not View.objects.exists()


def test_a_view_that_was_changed_since_is_not_changed(caller: Callers, desk: Desk) -> None:
    """Z-2: with the version that was read; without one what is there now is changed."""
    path = f"/views/{caller.ana.post('/views', LATE).json()['id']}"
    caller.ana.patch(path, {"title": "First", "version": 1})

    problem(caller.ana.patch(path, {"title": "Second", "version": 1}), 409, "conflict")
    caller.ana.patch(path, {"title": "Third"})

    assert caller.ana.get(path).json()["title"] == "Third"


def test_what_is_in_a_view_is_what_its_reader_sees(caller: Callers, desk: Desk) -> None:
    """H-7, SEC-2: “me” is who reads; page by page, in its order."""
    mine, other = desk.ticket(title="Mine"), desk.ticket(title="Other")
    working.assign(mine, to=desk.ana.id, by=desk.leo, at=MONDAY)
    every = caller.leo.post("/views", {"title": "All", "sort": "created", "shared": "all"}).json()["id"]
    own = caller.leo.post("/views", {"title": "Me", "narrowing": {"assignee": ["me"]}, "shared": "all"}).json()["id"]

    first = caller.ana.get(f"/views/{every}/items", limit=1).json()
    second = caller.ana.get(f"/views/{every}/items", limit=1, cursor=first["next"]).json()
    me = caller.ana.get(f"/views/{own}/items").json()["results"]

    assert [one["reference"] for page in (first, second) for one in page["results"]] == [
        mine.reference,
        other.reference,
    ]
    assert second["next"] is None
    assert [one["reference"] for one in me] == [mine.reference]
    assert caller.eve.get(f"/views/{every}/items").json()["results"] == []
    problem(caller.ana.get(f"/views/{every}/items", cursor="x"), 422, "validation_failed")
    problem(caller.ana.get(f"/views/{own}/items", cursor=first["next"]), 422, "validation_failed")


def test_views_are_for_those_who_work_on_requests(caller: Callers, desk: Desk) -> None:
    """B-8, H-7: neither a robot nor who asks has lists."""
    marta = ask(factories.person("Marta Boss", role=Role.MANAGER))

    for one in (caller.robot, caller.rui, marta):
        problem(one.get("/views"), 403, "not_permitted")
        problem(one.post("/views", LATE), 403, "not_permitted")


def test_a_program_keeps_its_views(desk: Desk) -> None:
    """INTERFACES 5: by the client."""
    here = desk_of(desk.ana.id or 0)
    item = desk.ticket()

    view = here.make_view(title="Tickets", narrowing={"kind": ["ticket"]})
    renamed = here.change_view(view["id"], title="All Tickets", version=view["version"])
    found = [one["reference"] for one in here.view_items(view["id"])]
    here.delete_view(view["id"])

    assert (renamed["title"], found, list(here.views())) == ("All Tickets", [item.reference], [])
