"""Who and what there is, over HTTP."""

import pytest

from tests import factories
from tests.api.callers import ask, problem
from tramita.models import Mailbox, Route

pytestmark = pytest.mark.django_db
LISTS = [
    "users",
    "roles",
    "contacts",
    "queues",
    "organisations",
    "categories",
    "case-types",
    "approval-types",
    "mailboxes",
]


def walk(caller, path: str, limit: int) -> list[dict]:
    """Every row of a list, page by page."""
    rows, query = [], {"limit": limit}
    while True:
        page = caller.get(path, **query).json()
        rows += page["results"]
        if page["next"] is None:
            return rows
        query["cursor"] = page["next"]


@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_read_by_who_works_items_and_by_nobody_else(name: str) -> None:
    """INTERFACES 5, SEC-1."""
    agent, eve = ask(factories.person()), ask(factories.requester("Eve Dark"))

    assert set(agent.get(f"/{name}").json()) == {"results", "next"}
    problem(eve.get(f"/{name}"), 403, "not_permitted")


def test_pages_continue_where_the_last_one_ended() -> None:
    """INTERFACES 5."""
    queues = [factories.queue() for _ in range(7)]
    caller = ask(factories.person())

    rows = walk(caller, "/queues", 3)

    assert [row["id"] for row in rows] == [queue.pk for queue in queues]
    assert len(caller.get("/queues", limit=7).json()["results"]) == 7
    assert caller.get("/queues", limit=7).json()["next"] is None


def test_a_user_is_told_with_their_queues_and_a_robot_with_its_name() -> None:
    """INTERFACES 5."""
    ana = factories.person(queues=[factories.queue("invoices")], email="ana@desk.example")
    factories.robot(key="reader")
    factories.requester()

    human, robot = ask(ana).get("/users").json()["results"]

    assert (human["address"], human["kind"], human["queues"]) == ("ana@desk.example", "human", ["invoices"])
    assert (robot["key"], robot["kind"], robot["address"]) == ("reader", "robot", None)


def test_a_user_says_when_they_are_away() -> None:
    """Q-7: and who gets their new work then."""
    absent = {"from": "2026-08-01", "to": "2026-08-15", "substitute": "leo@desk.example"}
    ana = factories.person(absent=absent)

    (told,) = ask(ana).get("/users").json()["results"]

    assert told["absent"] == absent


def test_robots_read_nothing_of_how_people_are_managed() -> None:
    """B-8: neither who works here, nor with which rights, nor in which team."""
    queue = factories.queue("invoices")
    factories.person("Ana Lima", queues=[queue])
    robot = ask(factories.robot(queues=[queue]))

    for name in ("users", "roles"):
        problem(robot.get(f"/{name}"), 403, "not_permitted")
    (told,) = robot.get("/queues").json()["results"]
    assert (told["name"], told["members"]) == ("invoices", [])


def test_contacts_are_who_asks() -> None:
    """CT-1."""
    acme = factories.organisation("acme")
    factories.requester(organisation=acme, email="rui@acme.example")

    (rui,) = ask(factories.person()).get("/contacts").json()["results"]

    assert (rui["address"], rui["organisation"], rui["role"]) == ("rui@acme.example", "acme", "requester")


def test_what_is_configured_is_told_by_its_path() -> None:
    """INTERFACES 4 and 5."""
    category = factories.definition("category", "acme/main/finance/invoice-query", queue="invoices")
    actions = {"check": {"name": "check", "startable": True}, "other": {"name": "other"}}
    factories.definition("case_type", "acme/main/finance/supplier", actions=actions)
    factories.definition("approval_type", "spend", name="Spend", description="Beyond the budget")
    box = Mailbox.objects.create(address="desk@desk.example")
    Route.objects.create(mailbox=box, address="invoices@desk.example", process=category)
    caller = ask(factories.person())

    def only(path: str) -> dict:
        (row,) = caller.get(path).json()["results"]
        return row

    assert only("/categories")["queue"] == "invoices"
    assert only("/case-types")["startable"] == ["check"]
    assert only("/approval-types")["description"] == "Beyond the budget"
    assert only("/mailboxes")["routes"] == [
        {"to": "invoices@desk.example", "start": "acme/main/finance/invoice-query", "active": True}
    ]


def test_a_granted_branch_narrows_what_is_configured() -> None:
    """SEC-2."""
    factories.definition("category", "acme/main/finance/invoice-query")
    factories.definition("category", "zeta/main/finance/invoice-query")
    ana = factories.person(grants={"zeta": ["view"]})

    (row,) = ask(ana).get("/categories").json()["results"]

    assert row["path"] == "zeta/main/finance/invoice-query"


def test_a_list_costs_the_same_however_long_it_is(django_assert_num_queries) -> None:
    """DESIGN 4: no query a row."""
    queues = [factories.queue() for _ in range(3)]
    caller = ask(factories.person(queues=queues))
    for _ in range(20):
        factories.person(queues=queues)
    caller.get("/users")  # which takes a portion of what the token may ask

    with django_assert_num_queries(3):  # the caller, the users, their queues
        caller.get("/users")
