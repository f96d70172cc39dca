"""The flow of a Case over HTTP."""

from django.utils import timezone

from tests.api.callers import Callers, fields, problem
from tests.desk import Desk, publish
from tests.flows import begun, publish_flow, republish
from tramita.models import Person
from tramita.services import bulk_work


def test_the_flow_of_a_case_says_where_it_stands(caller: Callers, desk: Desk) -> None:
    """C-7, C-8, INTERFACES 5: every step in order, with what it needs and what it leaves out."""
    case = begun(desk, {"collect": ["papers", "credit?fields.amount > 10000"], "finish": ["create"]})
    action = f"{case.reference}-A1"
    caller.ana.post(f"/items/{action}/start")

    steps = caller.ana.get(f"/items/{case.reference}/flow").json()["steps"]

    assert [(step["name"], step["title"], step["state"]) for step in steps] == [
        ("collect", "Collect", "running"),
        ("finish", "Finish", "to_come"),
    ]
    ana = {"id": desk.ana.id, "name": "Ana Lima", "kind": "human"}
    assert [action.pop("approvers") for action in steps[0]["actions"]] == [[], []]
    assert steps[0]["actions"] == [
        {"name": "papers", "reference": action, "title": "Papers", "state": "in_progress", "assignee": ana},
        {"name": "credit", "reference": None, "title": "Credit", "state": None, "assignee": None},
    ]


def test_a_person_moves_a_case_on(caller: Callers, desk: Desk) -> None:
    """C-7, C-47: `next-step` is allowed when the step is done, and 409 before and after."""
    case = begun(desk, {"one": ["a"], "two": ["b"]}, progression="manual")
    path = f"/items/{case.reference}"
    early = caller.ana.post(f"{path}/next-step")
    caller.ana.post(f"{path}-A1/resolve", {"method": "complete"})
    allowed = caller.ana.get(path).json()["allowed"]
    asked = [step["state"] for step in caller.ana.get(f"{path}/flow").json()["steps"]]

    moved = caller.ana.post(f"{path}/next-step")

    problem(early, 409, "transition_not_allowed")
    assert ("next-step" in allowed, asked) == (True, ["asked", "to_come"])
    assert (moved.status_code, moved.json()["state"]) == (200, "in_progress")
    assert [step["state"] for step in caller.ana.get(f"{path}/flow").json()["steps"]] == ["done", "running"]


def test_only_a_case_has_a_flow(caller: Callers, desk: Desk) -> None:
    """G-1; that of a Case type without steps is empty too."""
    for item in (desk.ticket(), desk.case()):
        assert caller.ana.get(f"/items/{item.reference}/flow").json() == {"steps": [], "estimate": None}


def test_a_case_is_reworked_and_its_work_reviewed(caller: Callers, desk: Desk) -> None:
    """C-30, C-34, A-40 to A-42: by anybody who may work there, with what is missing named."""
    case = begun(desk, {"one": ["a"], "two": ["b"]}, actions={"b": {"four_eyes": True}})
    path = f"/items/{case.reference}"
    caller.ana.post(f"{path}-A1/resolve", {"method": "complete"})
    caller.ana.post(f"{path}-A2/resolve", {"method": "complete"})
    no_verdict = caller.leo.post(f"{path}-A2/review")
    failed = caller.leo.post(f"{path}-A2/review", {"pass": False, "reason": "Another bank"})
    nowhere = caller.ana.post(f"{path}/rework")

    again = caller.ana.post(f"{path}-A2/rework", {"step": "one"})

    assert [error["field"] for error in problem(no_verdict, 422, "validation_failed")["errors"]] == ["pass"]
    assert (failed.json()["state"], failed.json()["assignee"]["name"]) == ("to_do", "Ana Lima")
    assert [error["field"] for error in problem(nowhere, 422, "validation_failed")["errors"]] == ["step"]
    assert (again.json()["reference"], again.json()["state"]) == (case.reference, "in_progress")
    assert caller.ana.get(f"{path}-A2").json()["state"] == "closed"
    assert [step["state"] for step in caller.ana.get(f"{path}/flow").json()["steps"]] == ["running", "to_come"]


def test_running_cases_are_moved_to_the_newest_version(caller: Callers, desk: Desk) -> None:
    """SLA-17, Z-7, decision 48: counted first, then begun as a job, by who configures the desk alone."""
    case = begun(desk, {"one": ["old"], "two": ["next"]})
    path = case.process.key
    republish(path, {"one": ["new"], "two": ["next"]})
    wanted = {"case_type": path, "old": 1, "actions": {"old": "new"}}
    refused = caller.ana.post("/case-types/upgrades/preview", wanted)
    Person.objects.filter(pk=desk.ana.id).update(role="administrator")

    seen = caller.ana.post("/case-types/upgrades/preview", wanted).json()
    stale = caller.ana.post("/case-types/upgrades", {**wanted, "new": 3})
    begun_job = caller.ana.post("/case-types/upgrades", {**wanted, "new": 2})

    problem(refused, 403, "not_permitted")
    assert (seen["old"], seen["new"], seen["cases"], seen["move"], seen["closed"]) == (1, 2, 1, 1, 0)
    assert seen["actions"] == [{"name": "old", "title": "Old", "running": 1, "ended": 0}]
    problem(stale, 409, "stale")
    assert (begun_job.status_code, begun_job.json()["change"]) == (202, "upgrade")
    while bulk_work.work(at=timezone.now()).total():
        pass
    assert caller.ana.get(f"/items/{case.reference}/flow").json()["steps"][0]["actions"][0]["title"] == "New"


def test_the_effort_of_a_case_is_told_and_that_of_an_action_changed(caller: Callers, desk: Desk) -> None:
    """C-13, INTERFACES 5: in seconds; what is no time is named."""
    steps = {"one": ["a"], "two": ["b"]}
    actions = {name: {"estimate": "10 minutes"} for name in ("a", "b")}
    case = begun(desk, steps, actions=actions, fields={"invoices": 2}, records="fields.invoices")
    path = f"/items/{case.reference}-A1"
    before = caller.ana.get(path).json()["estimate"]

    changed = caller.ana.patch(path, {"estimate": 60}).json()["estimate"]
    wrong = caller.ana.patch(path, {"estimate": -1})
    other = caller.ana.patch(f"/items/{case.reference}", {"estimate": 60})

    assert (before, changed) == (1200, 60)
    assert [fields(problem(one, 422, "validation_failed")).keys() for one in (wrong, other)] == [{"estimate"}] * 2
    told = caller.ana.get(f"/items/{case.reference}/flow").json()["estimate"]
    assert told == {"total": 1260, "created": 60, "to_come": 1200, "locked": False}


def test_a_case_goes_by_a_schedule(caller: Callers, desk: Desk) -> None:
    """BU-3, BU-6, C-30, X-20: chosen at its start, later, or where it starts again; what is none is named."""
    publish("schedule", "payroll", schedules={"2026-04": {"payday": "2026-04-30"}, "2026-05": {"payday": "2026-05-29"}})
    publish("due_rule", "paid", within="0 days", base="schedule.payday")
    path = publish_flow("payroll", {"one": ["a"], "two": ["b"]}, due="paid", schedule="payroll")
    asks = {"case_type": path, "short_description": "April", "requester": desk.rui.email}

    made = caller.ana.post("/cases", asks | {"schedule": "2026-04"}).json()
    wrong = caller.ana.post("/cases", asks | {"schedule": "2027"})
    here = f"/items/{made['reference']}"
    changed = caller.ana.patch(here, {"schedule": "payroll/2026-05"}).json()
    caller.ana.post(f"{here}-A1/resolve", {"method": "complete"})
    again = caller.ana.post(f"{here}/rework", {"step": "one", "schedule": "2026-04"}).json()

    assert made["schedule"] == {"name": "payroll/2026-04", "dates": {"payday": "2026-04-30"}}
    assert made["due"]["at"] == "2026-04-30T23:59:00+00:00"
    assert fields(wrong.json()) == {"schedule": "unknown"}
    assert changed["due"]["at"] == "2026-05-29T23:59:00+00:00"
    assert again["schedule"]["name"] == "payroll/2026-04"
    assert caller.ana.get(f"{here}-A1").json()["schedule"]["name"] == "payroll/2026-05"
