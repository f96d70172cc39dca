"""Processes over HTTP: drafts of those who write them, checked in two grades, set live by those who may."""

from pathlib import Path
from typing import Any

import pytest

from tests import factories
from tests.api.callers import Caller, ask, fields, problem
from tests.desk import Desk
from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Role
from tramita.models import Definition, Person, ProcessDraft, Version
from tramita.services.definitions import apply

pytestmark = [pytest.mark.django_db, pytest.mark.database]
EXAMPLE = Path(__file__).parents[1] / "samples" / "configuration.yaml"
CASE_TYPE = {"case_type": "acme/main/finance/onboarding"}
NEW = {"kind": "category", "service": "acme/main/finance", "key": "payments", "title": "Payments"}
HERE = "/configuration/process"


@pytest.fixture
def ines(db: None) -> Caller:
    """Inês writes processes, which others set live."""
    apply([EXAMPLE], by=SYSTEM, at=factories.NOW)
    return ask(factories.person("Inês Pinto", role=Role.DESIGNER))


@pytest.fixture
def root(ines: Caller) -> Caller:
    return ask(factories.person("Vera Root", role=Role.ADMINISTRATOR))


def seen(caller: Caller, which: dict[str, str] = CASE_TYPE) -> dict[str, Any]:
    """What is sent when nothing is changed."""
    read = caller.get(HERE, **which).json()
    draft = read["draft"] or {"text": read["text"], "read": read["read"], "number": 0}
    return which | {"text": draft["text"], "read": draft["read"], "draft": draft["number"]}


def changed(caller: Caller, old: str, new: str) -> dict[str, Any]:
    wanted = seen(caller)
    assert old in wanted["text"]
    return wanted | {"text": wanted["text"].replace(old, new)}


def version() -> int:
    return Version.objects.filter(definition__key=CASE_TYPE["case_type"]).count()


def test_who_writes_processes_keeps_a_draft_and_others_set_it_live(ines: Caller, root: Caller) -> None:
    """BU-4: setting live is a permission of its own; items that run keep their version."""
    kept = ines.put(f"{HERE}/draft", changed(ines, "Supplier onboarding", "New suppliers"))
    problem(ines.post(f"{HERE}/publish", seen(ines)), 403, "not_permitted")

    live = root.post(f"{HERE}/publish", seen(root))

    assert kept.json()["draft"] | {"text": "", "saved_at": ""} == {
        "text": "",
        "read": kept.json()["read"],
        "number": 1,
        "saved_by": "Inês Pinto",
        "saved_at": "",
    }
    assert live.json() == {"new": True}
    read = root.get(HERE, **CASE_TYPE).json()
    assert (read["version"], read["title"], read["draft"]) == (2, "New suppliers", None)
    assert version() == 2


def test_ordinary_faults_are_kept_and_fundamental_ones_are_not(ines: Caller) -> None:
    """BU-4: each is named with its line; checking keeps nothing."""
    wrong = changed(ines, "progression: automatic", "progress: automatic")

    checked = ines.post(f"{HERE}/check", {name: wrong[name] for name in ("case_type", "text", "read")})
    kept = ines.put(f"{HERE}/draft", wrong)
    broken = ines.put(f"{HERE}/draft", {**wrong, "draft": 1, "text": "title: ["})

    told = problem(checked, 422, "wrong_configuration")
    line = wrong["text"][: wrong["text"].index("progress:")].count("\n") + 1
    assert list(fields(told)) == [f"line:{line}"]
    assert kept.status_code == 200
    assert list(fields(problem(broken, 422, "wrong_configuration"))) == ["line:1"]
    assert ProcessDraft.objects.get().number == 1


def test_what_would_be_new_is_told_and_not_kept(ines: Caller) -> None:
    """BU-4."""
    same = {name: one for name, one in seen(ines).items() if name != "draft"}

    plain = ines.post(f"{HERE}/check", same)
    new = ines.post(f"{HERE}/check", same | {"text": same["text"].replace("Supplier onboarding", "Suppliers")})

    assert (plain.json(), new.json()) == ({"new": False}, {"new": True})
    assert version() == 1


def test_nobody_overwrites_what_they_have_not_seen(ines: Caller, root: Caller) -> None:
    """Z-2, BU-4: neither a draft nor what was published."""
    before = seen(ines)
    ines.put(f"{HERE}/draft", before)

    drafts = (root.put(f"{HERE}/draft", before), root.post(f"{HERE}/publish", before))
    gone = root.delete(f"{HERE}/draft", CASE_TYPE | {"draft": 2})
    root.post(f"{HERE}/publish", changed(root, "Supplier onboarding", "Suppliers"))
    stale = root.post(f"{HERE}/publish", before)

    for answer in (*drafts, gone):
        problem(answer, 409, "draft_stale")
    problem(stale, 409, "stale")
    assert version() == 2


def test_a_new_process_is_a_draft_that_may_be_thrown_away(ines: Caller) -> None:
    """BU-4: nothing of it is left."""
    made = ines.post("/configuration/processes", NEW)
    again = ines.post("/configuration/processes", NEW)
    which = {"category": "acme/main/finance/payments"}

    assert (made.status_code, made.json()["version"], made.json()["draft"]["text"]) == (201, 0, "title: Payments\n")
    assert fields(problem(again, 422, "validation_failed")) == {"key": "already_there"}
    assert "payments" not in str(ines.get("/categories").json())
    gone = ines.delete(f"{HERE}/draft", which | {"draft": 1})
    assert gone.status_code == 204, gone.content
    problem(ines.get(HERE, **which), 404, "not_found")
    assert not Definition.objects.filter(key=which["category"]).exists()


def test_what_is_missing_is_named(ines: Caller) -> None:
    """BU-3: a Case type has a queue and a due rule; one of the two is asked for."""
    told = ines.post(
        "/configuration/processes", NEW | {"kind": "case_type", "title": "P" * 201, "queue": "q", "due": "d"}
    )
    bare = ines.post("/configuration/processes", NEW | {"kind": "case_type"})

    assert fields(problem(told, 422, "validation_failed")) == {"title": "too_long"}
    assert fields(problem(bare, 422, "validation_failed")) == {"queue": "required", "due": "required"}
    for query in ({}, {"category": "a", "case_type": "b"}):
        assert fields(problem(ines.get(HERE, **query), 422, "validation_failed")) == {"category": "required"}


@pytest.mark.parametrize("role", [Role.TEAM_LEADER, Role.AGENT, Role.REQUESTER, Role.MANAGER, Role.ROBOT])
def test_who_writes_no_processes_reads_and_writes_none(role: Role, desk: Desk) -> None:
    """SEC-1, BU-4, B-3: a robot never, whatever it is given."""
    person = Person.objects.get(pk=desk.robot.id) if role is Role.ROBOT else factories.person("Odd Norn", role=role)
    if role is Role.ROBOT:
        Person.objects.filter(pk=person.pk).update(builder="administrator")
    caller, wanted = ask(person), {"text": "title: X", "read": "", "category": "acme/main/finance/plain"}

    for answer in (
        caller.post("/configuration/processes", NEW),
        caller.get(HERE, category="acme/main/finance/plain"),
        caller.post(f"{HERE}/check", wanted),
        caller.put(f"{HERE}/draft", wanted),
        caller.post(f"{HERE}/publish", wanted),
        caller.delete(f"{HERE}/draft", {"category": "acme/main/finance/plain", "draft": 0}),
    ):
        problem(answer, 403, "not_permitted")
    assert not ProcessDraft.objects.exists()
