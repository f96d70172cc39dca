"""Leaders and their queues: people, robots, whole farms, managers, strict mode; on a page and in the API."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client

from tests import factories
from tests.api.callers import ask, problem
from tests.desk import MONDAY
from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Role
from tramita.domain.errors import Invalid, NotPermitted
from tramita.gateways.calling import Answer
from tramita.models import Grant, Membership, Person, Queue
from tramita.queries import definitions, people, teams
from tramita.services import desk_settings, leading_queues, synchronising
from tramita.services.definitions import apply, export
from tramita.services.leading_queues import Changed

pytestmark = pytest.mark.django_db
EXAMPLE = Path(__file__).parents[1] / "samples" / "configuration.yaml"


@dataclass(frozen=True)
class Cast:
    """Who is at the desk of INTERFACES section 4."""

    ana: Actor
    leo: Actor
    robot: Actor


@pytest.fixture
def desk(db: None) -> Cast:
    apply([EXAMPLE], by=SYSTEM, at=MONDAY)
    definitions.forget()
    return Cast(*(named(one) for one in ("ana@desk.example", "leo@desk.example", "robo-1")))


def named(name: str) -> Actor:
    found = people.person_by_name(name)
    assert found is not None
    return people.actor_for(found)


def members() -> set[str]:
    return {one.called for one in teams.members("invoices")}


def managers() -> set[str]:
    return {one.called for one in teams.members("invoices") if one.manager}


def test_a_leader_manages_a_queue_beside_others(desk: Cast) -> None:
    """Q-10: several managers; one who adds themselves is a member too, and the other stays."""
    vera = people.actor_for(factories.person("Vera", role=Role.TEAM_LEADER))
    leading_queues.join("invoices", by=desk.leo, at=MONDAY)

    assert leading_queues.join("invoices", by=vera, at=MONDAY)
    assert not leading_queues.join("invoices", by=vera, at=MONDAY)

    assert managers() == {desk.leo.email, vera.email}
    assert desk.ana.email in members()


def of_farm(name: str, *farms: str) -> str:
    """A robot in these farms; how it is called."""
    terms = {"kinds": ["action"], "lease": 300, "farms": list(farms)}
    return str(factories.robot(name, key=f"farmed-{name.lower()}", robot=terms).key)


def moves(robot: str, *farms: str) -> None:
    """As a designer says it on the page of the robot."""
    desk_settings.put(
        "robots", {robot: {**desk_settings.current("robots", robot), "farms": [*farms]}}, by=SYSTEM, at=MONDAY
    )


def test_a_leader_adds_and_takes_out_people_robots_and_whole_farms(desk: Cast) -> None:
    """Q-10, B-1."""
    bo, single = factories.person("Bo"), factories.robot("Alone")
    first, second = of_farm("One", "north"), of_farm("Two", "north")

    leading_queues.change(
        "invoices", Changed(add=[str(bo.email).upper(), str(single.key)], add_farms=["north"]), by=desk.leo, at=MONDAY
    )
    assert {bo.email, single.key, first, second} < members()

    leading_queues.change("invoices", Changed(remove=[str(bo.email)], remove_farms=["north"]), by=desk.leo, at=MONDAY)
    assert not {bo.email, first, second} & members()
    assert {single.key, desk.ana.email} < members()


def test_who_joins_a_farm_works_its_queues_and_who_leaves_it_does_not(desk: Cast) -> None:
    """Q-10, B-1: whatever robots the farm has; who is a member by itself stays."""
    first, second, later = of_farm("One", "north"), of_farm("Two", "north"), of_farm("Three")
    leading_queues.change("invoices", Changed(add=[second], add_farms=["north"]), by=desk.leo, at=MONDAY)
    assert {one.called for one in teams.members("invoices") if one.by_farm} == {first}

    moves(later, "south", "north")
    assert later in members()
    assert named(later).queue_ids == {Queue.objects.get(key="invoices").pk}

    for one in (first, second, later):
        moves(one)
    assert second in members()
    assert not {first, later} & members()
    assert named(later).queue_ids == frozenset()


def test_an_orchestrator_moves_its_robots_between_farms(desk: Cast, settings) -> None:
    """Q-10, B-2."""
    settings.TRAMITA_ROBOTS_URL = "https://orchestrator.example/robots"
    of_farm("One", "north")
    leading_queues.change("invoices", Changed(add_farms=["north"]), by=desk.leo, at=MONDAY)

    for farms, works in (({"farms": ["north"]}, True), ({}, False)):
        answer = Answer(200, json.dumps({"robots": {"theirs": {"name": "Theirs", **farms}}}))
        synchronising.synchronise(at=MONDAY, ask=lambda answer=answer: answer)
        assert ("theirs" in members()) == works


def test_who_works_a_queue_by_its_farm_is_not_taken_out_alone(desk: Cast) -> None:
    """Q-10: the refusal names the farm; with the farm, or once named, it goes."""
    one = of_farm("One", "north")
    leading_queues.change("invoices", Changed(add_farms=["north"]), by=desk.leo, at=MONDAY)

    with pytest.raises(Invalid) as refused:
        leading_queues.change("invoices", Changed(remove=[one]), by=desk.leo, at=MONDAY)

    assert [(it.field, it.code) for it in refused.value.errors] == [("remove", "by_farm")]
    leading_queues.change("invoices", Changed(remove=[one], remove_farms=["north"]), by=desk.leo, at=MONDAY)
    assert one not in members()


def test_farms_of_a_queue_are_configuration(desk: Cast, tmp_path) -> None:
    """Q-10, BU-1: exported as the farm, not as its robots; applied again nothing changes."""
    one = of_farm("One", "north")
    leading_queues.change("invoices", Changed(add_farms=["north"]), by=desk.leo, at=MONDAY)

    file = tmp_path / "desk.yaml"
    file.write_text(export(), encoding="utf-8")

    queue = desk_settings.current("queues", "invoices")
    assert (queue["farms"], one in queue["members"]) == (["north"], False)
    assert not apply([file], by=SYSTEM, at=MONDAY).changed
    assert one in members()


def test_strict_mode_is_a_leaders(desk: Cast) -> None:
    """Q-3, Q-10."""
    leading_queues.change("invoices", Changed(strict=True), by=desk.leo, at=MONDAY)
    assert Queue.objects.get(key="invoices").strict

    leading_queues.change("invoices", Changed(add=[desk.leo.email]), by=desk.leo, at=MONDAY)
    assert Queue.objects.get(key="invoices").strict


def test_who_does_not_lead_changes_nothing(desk: Cast) -> None:
    """Q-10, SEC-2: whom grants narrow leads the queues that they manage."""
    narrow = factories.person("Nia", role=Role.TEAM_LEADER)
    Grant.objects.create(person=narrow, path="acme", permissions=["view", "manage_queue"])
    for who in (desk.ana, people.actor_for(narrow), desk.robot):
        with pytest.raises(NotPermitted):
            leading_queues.change("invoices", Changed(strict=True), by=who, at=MONDAY)

    Membership.objects.create(queue=Queue.objects.get(key="invoices"), person=narrow, manager=True)
    leading_queues.change("invoices", Changed(strict=True), by=people.actor_for(narrow), at=MONDAY)


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("add", Changed(add=["nobody@desk.example"])),
        ("add_farms", Changed(add_farms=["south"])),
        ("add_managers", Changed(add_managers=["reader"])),
    ],
)
def test_who_does_not_work_here_is_named(field: str, wanted: Changed, desk: Cast) -> None:
    """Q-10: robots manage nothing."""
    factories.robot(key="reader")

    with pytest.raises(Invalid) as refused:
        leading_queues.change("invoices", wanted, by=desk.leo, at=MONDAY)

    assert [one.field for one in refused.value.errors] == [field]


def test_what_a_leader_changed_is_configuration_like_any_other(desk: Cast, tmp_path) -> None:
    """Q-10, BU-1: exported, and applied again without a change."""
    leading_queues.join("invoices", by=desk.leo, at=MONDAY)
    file = tmp_path / "desk.yaml"
    file.write_text(export(), encoding="utf-8")

    assert desk.leo.email in file.read_text(encoding="utf-8").split("managers:")[1]
    assert not apply([file], by=SYSTEM, at=MONDAY).changed


def test_the_page_and_the_api_do_the_same(desk: Cast) -> None:
    """Q-10: a browser without scripts, and a call; refused for who does not lead."""
    bo, leo, ana = factories.person("Bo"), Person.objects.get(pk=desk.leo.id), Person.objects.get(pk=desk.ana.id)
    browser = Client()
    browser.force_login(leo)
    path = "/queues/invoices/people"

    assert browser.post(path, {"join": "on"}).status_code == 302
    assert browser.post(path, {"add": bo.email}).status_code == 302
    page = browser.get(path).content.decode()
    assert "Bo" in page
    assert "Manager" in page
    assert browser.post(path, {"add": "nobody@desk.example"}).status_code == 422
    robot = of_farm("One", "north")
    assert browser.post(path, {"add_farms": "north"}).status_code == 302
    assert "by its farm" in browser.get(path).content.decode()
    assert browser.post(path, {"remove": robot}).status_code == 422

    told = ask(leo).patch("/queues/invoices", {"strict": True, "remove": [bo.email]}).json()
    assert (told["strict"], told["managers"]) == (True, [leo.email])
    assert bo.email not in told["members"]
    assert (told["farms"], robot in told["members"]) == (["north"], True)

    browser.force_login(ana)
    assert browser.get(path).status_code == 403
    problem(ask(ana).patch("/queues/invoices", {"strict": False}), 403, "not_permitted")
    problem(ask(leo).patch("/queues/none", {"strict": False}), 404, "not_found")
