"""Robots that another system keeps: taken over, shown, never edited here; whole lists or nothing."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests import factories
from tests.desk import MONDAY, Desk, build
from tests.services.robots.test_leasing import sound
from tramita.config import doctor
from tramita.domain.codes import Role, State
from tramita.gateways.calling import Answer, CallFault
from tramita.models import Alert, Lease, Membership, Person
from tramita.queries import definitions, people, robots
from tramita.services import desk_settings, leasing, synchronising
from tramita.services.definitions import export
from tramita.worker import loop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]
NORTH = {"name": "North 1", "kinds": ["ticket", "action"], "farms": ["north"], "capacity": "8 hours"}


@pytest.fixture
def desk(db: None, settings: Any) -> Desk:
    settings.TRAMITA_ROBOTS_URL = "https://orchestrator.example/robots"
    definitions.forget()
    return build()


def told(*, status: int = 200, **named: Any) -> int:
    answer = Answer(status, json.dumps({"robots": {name.replace("_", "-"): one for name, one in named.items()}}))
    return synchronising.synchronise(at=MONDAY, ask=lambda: answer)


def external() -> dict[str, bool]:
    return dict(Person.objects.filter(robot__external=True).values_list("key", "is_active"))


def test_robots_of_a_source_are_there_and_told_again_nothing_changes(desk: Desk) -> None:
    """B-2, B-1: what it says of them is theirs; what it does not say is as usual."""
    assert told(north_1=NORTH, north_2={"name": "North 2"}) == 2
    assert told(north_1=NORTH, north_2={"name": "North 2"}) == 0

    shown = {one.key: one for one in robots.listed(desk.leo, MONDAY)}
    assert (shown["north-1"].farms, shown["north-1"].external, shown["north-2"].kinds) == (["north"], True, ["action"])
    assert not shown[str(Person.objects.get(pk=desk.robot.id).key)].external


def test_what_they_can_do_is_taken_over(desk: Desk) -> None:
    """Q-1, B-2: a skill is no right."""
    told(north_1=NORTH | {"skills": ["French", "vat"]})
    assert told(north_1=NORTH | {"skills": ["vat", "ocr"]}) == 1

    assert {one.skill for one in Person.objects.get(key="north-1").skills.all()} == {"vat", "ocr"}
    assert told(north_1=NORTH | {"skills": ["vat", "ocr"]}) == 0


def test_they_are_shown_and_not_edited_nor_exported(desk: Desk) -> None:
    """B-2: the Builder does not have them, and a file applied again does not take them over."""
    told(north_1=NORTH)
    Membership.objects.create(queue=desk.invoices, person=Person.objects.get(key="north-1"))

    assert "north-1" not in desk_settings.entries("robots")
    assert "north-1" not in export().partition("robots:")[2]
    assert "north-1" in desk_settings.current("queues", "invoices")["members"]


def test_who_is_gone_gets_no_work_and_what_they_had_is_free(desk: Desk) -> None:
    """B-2, Z-17: at once, not when the lease runs out; back in its queue, and late results are refused."""
    told(north_1=NORTH, north_2=NORTH)
    first = Person.objects.get(key="north-1")
    Membership.objects.create(queue=desk.invoices, person=first)
    ticket = desk.ticket()
    leasing.next_lease(by=people.actor_for(first), at=MONDAY)

    assert told(north_2=NORTH) == 1

    held = sound(ticket)
    assert (held.state, held.assignee_id, held.queue_id) == (State.TO_DO, None, desk.invoices.pk)
    assert Lease.objects.get(item=ticket.pk).ending == "stopped"
    assert external() == {"north-1": False, "north-2": True}
    assert Membership.objects.filter(person=first).exists()
    assert told(north_1=NORTH, north_2=NORTH) == 1
    assert external() == {"north-1": True, "north-2": True}


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ({"north_1": NORTH | {"grants": {"acme": ["mail"]}}}, "grants cannot be taken from a source"),
        ({"north_1": NORTH | {"modes": {"mail": "act"}}}, "modes cannot be taken from a source"),
        ({"north_1": NORTH | {"kinds": ["letter"]}}, "robots/north-1/kinds"),
        ({"north_1": NORTH, "north_2": {}}, "robots/north-2"),
        ({"north_1": NORTH, "reader": NORTH}, "reader: configured here already"),
        ({"north_1": NORTH, "status": 500}, "answers 500"),
    ],
)
def test_a_list_with_a_fault_changes_nothing_and_is_told_of(named: dict[str, Any], why: str, desk: Desk) -> None:
    """B-2: rights are not taken from outside; the alert is gone with the next good list."""
    told(south={"name": "South"})
    factories.robot(key="reader")

    assert told(**named) == 0

    assert external() == {"south": True}
    assert why in Alert.objects.get(kind="robots").about["error"]
    assert any(why in one.cause for one in doctor._alerts())
    told(south={"name": "South"})
    assert not Alert.objects.exists()


def test_a_source_that_does_not_answer_leaves_the_robots_at_work(desk: Desk) -> None:
    """B-2."""
    told(south={"name": "South"})

    def silent() -> Answer:
        raise CallFault("orchestrator.example does not answer")

    assert synchronising.synchronise(at=MONDAY, ask=silent) == 0
    assert external() == {"south": True}
    assert Alert.objects.get().about == {"error": "orchestrator.example does not answer"}


@pytest.mark.parametrize(
    ("url", "why"),
    [("https://127.0.0.1/robots", "inside of the own network"), ("http://orchestrator.example/robots", "https only")],
)
def test_a_source_inside_or_in_the_clear_is_not_asked(url: str, why: str, desk: Desk, settings: Any) -> None:
    """B-2, A-55: unless TRAMITA_CALLS_INSIDE names it."""
    settings.TRAMITA_ROBOTS_URL = url

    synchronising.synchronise(at=MONDAY)

    assert why in Alert.objects.get().about["error"]


def test_the_worker_looks_every_five_minutes_where_a_source_is_named(
    desk: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B-2: off unless configured."""
    asked = []
    monkeypatch.setattr(synchronising, "_ask", lambda: asked.append(1) or Answer(200, '{"robots": {}}'))
    monkeypatch.setitem(loop._looked, "robots", MONDAY - timedelta(days=1))

    for minutes in (0, 4, 5):
        loop.robots(at=MONDAY + timedelta(minutes=minutes))
    assert len(asked) == 2

    settings.TRAMITA_ROBOTS_URL = ""
    loop.robots(at=MONDAY + timedelta(hours=1))
    assert len(asked) == 2
    assert Person.objects.filter(role=Role.ROBOT, is_active=True).count() == 1
