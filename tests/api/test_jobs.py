"""Many items at once over HTTP."""

import pytest

from tests import factories as make
from tests.api.callers import Callers, ask, fields, problem
from tests.desk import MONDAY, Desk
from tramita.models import Item, Job
from tramita.services import bulk_work, working

pytestmark = pytest.mark.django_db(transaction=True)


def worked() -> None:
    while bulk_work.work(at=MONDAY.replace(year=2100)).total():
        pass


def test_many_items_are_changed_by_one_call_and_brought_back_by_another(caller: Callers, desk: Desk) -> None:
    """Z-7, BK-2: the job, its items with what came of them, the way back."""
    free, held = desk.ticket(), desk.ticket()
    working.start(held, by=desk.ana, at=MONDAY)
    wanted = {"change": "to-do", "items": [free.reference, f"[{held.reference.lower()}]"]}

    answer = caller.leo.post("/jobs", wanted)
    assert (answer.status_code, answer["Location"]) == (202, f"/api/v1/jobs/{answer.json()['id']}")
    assert (answer.json()["running"], answer.json()["counts"]["waiting"]) == (True, 2)
    worked()
    path = f"/jobs/{answer.json()['id']}"
    told = caller.leo.get(path).json()
    assert (told["running"], told["counts"]["unchanged"], told["counts"]["refused"]) == (False, 1, 1)
    (refused,) = caller.leo.get(f"{path}/items", outcome="refused").json()["results"]
    assert (refused["item"], refused["code"], refused["reason"]) == (
        held.reference,
        "not_permitted",
        "Only the one who has it may do this.",
    )

    given = caller.leo.post("/jobs", {"change": "assign", "items": [free.reference], "to": desk.ana.email}).json()
    worked()
    back = caller.leo.post(f"/jobs/{given['id']}/undo")
    worked()
    assert (back.status_code, back.json()["undoes"]) == (202, given["id"])
    assert Item.objects.get(pk=free.pk).assignee_id is None
    assert [one["id"] for one in caller.leo.get("/jobs", limit=2).json()["results"]] == [back.json()["id"], given["id"]]


def test_tags_are_read_and_set_as_a_whole_and_among_many(caller: Callers, desk: Desk) -> None:
    """Z-7, INTERFACES 5: PATCH takes the shape that a read gives; who asked sees none of them."""
    item = desk.ticket()
    caller.leo.post("/jobs", {"change": "tag", "items": [item.reference], "tags": ["Month end", "audit"]})
    worked()

    path = f"/items/{item.reference}"
    assert caller.leo.get(path).json()["tags"] == ["audit", "month end"]
    assert caller.leo.patch(path, {"tags": ["late"]}).json()["tags"] == ["late"]
    assert caller.rui.get(path).json()["tags"] == []  # words of the house
    assert "tags_changed" not in {one["type"] for one in caller.rui.get(f"{path}/timeline").json()["results"]}
    assert fields(problem(caller.leo.patch(path, {"tags": ["x" * 41]}), 422, "validation_failed")) == {
        "tags": "too_long"
    }


def test_what_cannot_be_begun_is_refused_naming_the_field(caller: Callers, desk: Desk) -> None:
    """Z-7, SEC-2: what is invisible and what is missing look the same, and nothing is begun."""
    item, hidden = desk.ticket(), make.ticket(process=make.definition(key="other/main/it/printer"))
    narrow = ask(make.person("Ivo", role="team_leader", grants={"acme": ["view", "work", "assign", "bulk"]}))

    def body(change: str = "start", *references: str, **more: object) -> dict[str, object]:
        return {"change": change, "items": list(references or (item.reference,)), **more}

    for one in (hidden.reference, "999999-T", "nonsense"):
        told = problem(narrow.post("/jobs", body("start", item.reference, one)), 422, "validation_failed")
        assert fields(told) == {"items": "unknown"}
    assert fields(problem(caller.leo.post("/jobs", body("close")), 422, "validation_failed")) == {"change": "unknown"}
    assert fields(problem(caller.leo.post("/jobs", body("assign")), 422, "validation_failed")) == {"to": "unknown"}
    for one in (caller.ana, caller.robot, caller.rui):
        problem(one.post("/jobs", body()), 403, "not_permitted")
    assert not Job.objects.exists()


def test_a_job_is_stopped_and_is_not_there_for_others(caller: Callers, desk: Desk) -> None:
    """Z-7."""
    number = caller.leo.post("/jobs", {"change": "start", "items": [desk.ticket().reference]}).json()["id"]

    problem(caller.ana.get(f"/jobs/{number}"), 404, "not_found")
    problem(caller.rui.get(f"/jobs/{number}/items"), 404, "not_found")
    problem(ask(make.person("Other", role="team_leader")).post(f"/jobs/{number}/stop"), 404, "not_found")
    assert caller.leo.post(f"/jobs/{number}/stop").json()["counts"]["stopped"] == 1
    problem(caller.leo.post(f"/jobs/{number}/undo"), 409, "nothing_to_undo")
