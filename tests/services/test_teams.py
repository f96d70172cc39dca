"""Queues by their names within teams, and teams whose managers manage all their queues (SPEC section 11)."""

from typing import Any

import pytest
import yaml

from tests.desk import MONDAY
from tramita.domain.actors import SYSTEM, Actor
from tramita.models import Membership, Person, Queue
from tramita.queries import definitions
from tramita.queries.desk_choices import choices
from tramita.queries.people import actor_for
from tramita.queries.teams import members
from tramita.services import leading_queues, starting
from tramita.services.definitions import export
from tramita.services.definitions.apply import publish
from tramita.services.definitions.source import Problems, as_placed
from tramita.services.leading_queues import Changed

pytestmark = pytest.mark.django_db

Tree = dict[str, Any]
DESK: Tree = {
    "teams": {
        "madrid": {"title": "Madrid", "managers": ["leo@desk.example"]},
        "porto": {"title": "Porto", "managers": ["ana@desk.example", "leo@desk.example"]},
    },
    "queues": {
        "inv-es": {"title": "Invoices", "team": "madrid", "name": "invoices", "members": ["ana@desk.example"]},
        "inv-pt": {"title": "Invoices", "team": "porto", "name": "invoices", "members": ["ana@desk.example"]},
        "bills": {"title": "Bills", "team": "porto", "managers": ["leo@desk.example"]},
        "plain": {"title": "Plain"},
    },
    "users": {
        "ana@desk.example": {"name": "Ana Lima", "role": "agent"},
        "leo@desk.example": {"name": "Leo Roy", "role": "team_leader"},
    },
}


def apply(**more: Tree) -> None:
    publish(as_placed(DESK | more, ""), Problems(), by=SYSTEM, at=MONDAY)
    definitions.forget()


def customers(service: Tree, **contract: Any) -> Tree:
    return {"acme": {"contracts": {"main": contract | {"services": {"finance": service}}}}}


def queue_of(name: str) -> str | None:
    found = definitions.current_category(f"acme/main/finance/{name}")
    assert found is not None
    return found.process.queue


def ana() -> Actor:
    return actor_for(Person.objects.get(name="Ana Lima"))


def test_a_rule_names_a_queue_by_its_key_and_within_a_team_by_its_name() -> None:
    """Q-4: by queue name, or by queue name within a specific team."""
    categories = {"query": {"queue": "inv-es"}, "late": {"queue": "invoices", "team": "porto"}}

    apply(customers=customers({"ticket_categories": categories}))

    assert (queue_of("query"), queue_of("late")) == ("inv-es", "inv-pt")
    item = starting.start_ticket(
        title="Factura", description="Dos", category="acme/main/finance/late", by=SYSTEM, at=MONDAY
    )
    assert item.queue is not None
    assert item.queue.key == "inv-pt"


def test_a_contract_or_service_says_the_team_of_all_below_it() -> None:
    """Q-4, Z-8: and what is below says another, or none, for itself."""
    categories = {
        "query": {"queue": "invoices"},
        "query/late": {"team": "porto"},
        "query/late/paid": {},
        "query/odd": {"team": None, "queue": "plain"},
    }

    apply(customers=customers({"ticket_categories": categories}, team="madrid"))

    names = ("query", "query/late", "query/late/paid", "query/odd")
    assert [queue_of(name) for name in names] == ["inv-es", "inv-pt", "inv-pt", "plain"]


def test_actions_name_queues_of_the_team_of_their_case() -> None:
    """Q-4, C-11: the second half of a review too."""
    actions = {
        "check": {"queue": "bills", "review": "four_eyes", "review_queue": "invoices"},
        "call": {"queue": "invoices", "team": "madrid"},
        "wait": {"kind": "call_api", "url": "https://api.example", "queue": "invoices"},
    }

    apply(customers=customers({"case_types": {"order": {"team": "porto", "action_types": actions}}}))

    found = definitions.current_case_type("acme/main/finance/order")
    assert found is not None
    made = found.process.actions
    assert (made["check"].queue, made["check"].review_queue) == ("bills", "inv-pt")
    assert (made["call"].queue, made["wait"].queue) == ("inv-es", "inv-pt")


def test_an_export_writes_what_was_written() -> None:
    """Q-4, BU-1: names within teams, a team once where it was said, managers where they were named."""
    categories = {"query": {"title": "Query", "queue": "invoices"}, "query/late": {"title": "Late", "team": "porto"}}
    actions = {"check": {"title": "Check", "queue": "invoices", "team": "madrid"}}
    orders = {"order": {"title": "Order", "progression": "automatic", "queue": "bills", "action_types": actions}}
    service = {"team": "porto", "ticket_categories": categories | {}, "case_types": orders}
    written = customers(service, team="madrid")
    written["acme"]["contracts"]["main"]["services"]["finance"]["ticket_categories"]["query"]["team"] = "madrid"

    apply(customers=written)

    found = yaml.safe_load(export())
    assert found["teams"] == DESK["teams"]
    bills = DESK["queues"]["bills"] | {"members": ["leo@desk.example"]}  # who manages a queue is a member
    assert found["queues"] == DESK["queues"] | {"bills": bills}
    assert found["customers"] == written


def test_whoever_manages_a_team_manages_all_its_queues() -> None:
    """Q-10, Q-11: as if each of them named them."""
    apply()

    def managing(name: str) -> set[str]:
        rows = Membership.objects.filter(person__name=name, manager=True)
        return set(rows.values_list("queue__key", flat=True))

    assert managing("Leo Roy") == {"inv-es", "inv-pt", "bills"}
    assert managing("Ana Lima") == {"inv-pt", "bills"}
    assert [one.name for one in members("inv-pt") if one.manager] == ["Ana Lima", "Leo Roy"]


def test_who_leaves_the_lead_of_a_team_keeps_what_the_queues_say_of_them() -> None:
    """Q-10: member where a queue names them, manager where it does, else nothing."""
    apply()

    apply(teams={"madrid": {"title": "Madrid"}, "porto": {"title": "Porto"}})

    rows = Membership.objects.order_by("queue__key", "person__name")
    assert [(one.queue.key, one.person.name, one.manager) for one in rows.select_related("queue", "person")] == [
        ("bills", "Leo Roy", True),
        ("inv-es", "Ana Lima", False),
        ("inv-pt", "Ana Lima", False),
    ]


def test_a_change_of_a_queue_by_its_leader_leaves_its_team_as_it_is() -> None:
    """Q-10: the page of a queue writes what the queue says, not what its team does."""
    apply()
    leo = actor_for(Person.objects.get(name="Leo Roy"))

    leading_queues.change("inv-es", Changed(strict=True), by=leo, at=MONDAY)

    found = yaml.safe_load(export())["queues"]["inv-es"]
    assert found == DESK["queues"]["inv-es"] | {"strict": True}


def test_queues_of_the_same_title_are_shown_with_their_teams() -> None:
    """Q-4: wherever queues are listed; and no longer once nothing else is called so."""
    apply()
    both = dict(choices("queue"))

    apply(queues={key: one for key, one in DESK["queues"].items() if key != "inv-pt"})

    assert (both["inv-es"], both["inv-pt"]) == ("Invoices · Madrid", "Invoices · Porto")
    assert (both["bills"], both["plain"]) == ("Bills", "Plain")
    assert Queue.objects.get(key="inv-es").title == "Invoices"


def test_the_key_of_a_queue_of_the_team_is_taken_too() -> None:
    """Q-4: the Builder offers keys; a name goes before."""
    apply(customers=customers({"ticket_categories": {"query": {"queue": "inv-pt", "team": "porto"}}}))

    assert queue_of("query") == "inv-pt"
