"""Work goes to who can do it, by rule and by pulling; by hand to anybody (SPEC section 11)."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desk import MONDAY
from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import State
from tramita.models import Item, Person, SkillDemand
from tramita.queries import definitions
from tramita.queries.people import actor_for
from tramita.queries.pull import candidates
from tramita.services import leasing, ledger, pulling, starting, working
from tramita.services.definitions.apply import publish
from tramita.services.definitions.source import Problems, as_placed

pytestmark = pytest.mark.django_db

PEOPLE: dict[str, Any] = {
    "queues": {"invoices": {"members": ["ana@desk.example", "iva@desk.example", "reader", "writer"]}},
    "positions": {"accounts": {"holders": ["ana@desk.example", "iva@desk.example"]}},
    "users": {
        "ana@desk.example": {"name": "Ana Lima", "role": "agent"},
        "iva@desk.example": {"name": "Iva Novak", "role": "agent", "skills": ["French", "vat"]},
        "leo@desk.example": {"name": "Leo Roy", "role": "team_leader", "skills": ["vat"]},
    },
    "robots": {
        "reader": {"name": "Reader", "kinds": ["ticket"]},
        "writer": {"name": "Writer", "kinds": ["ticket"], "skills": ["french"]},
    },
}


def desk(case_type: dict[str, Any] | None = None, **category: Any) -> None:
    """A desk whose categories `query` and `query/late` say this besides the queue, and whose Case type says that."""
    categories = {"query": {"queue": "invoices"} | category, "query/late": {}}
    service = {"ticket_categories": categories, "case_types": {"order": {"queue": "invoices"} | (case_type or {})}}
    customers = {"acme": {"contracts": {"main": {"services": {"finance": service}}}}}
    publish(as_placed(PEOPLE | {"customers": customers}, ""), Problems(), by=SYSTEM, at=MONDAY)
    definitions.forget()


def who(name: str) -> Actor:
    return actor_for(Person.objects.get(name=name))


def ticket(category: str = "query") -> Item:
    made = starting.start_ticket(
        title="Facture", description="Deux fois", category=f"acme/main/finance/{category}", by=SYSTEM, at=MONDAY
    )
    return fresh(made)


def fresh(item: Item) -> Item:
    held = Item.objects.get(pk=item.pk)
    assert ledger.differences(held) == {}
    return held


def test_a_rule_passes_over_who_cannot_do_what_it_asks_for() -> None:
    """Q-1, Q-7: of a position the first holder who can."""
    desk(skills=["french"], assign={"position": "accounts"})

    item = ticket()

    assert (item.assignee_id, item.allocation) == (who("Iva Novak").id, "rule_position")


def test_where_nobody_of_the_rule_can_the_queue_keeps_it_and_says_so() -> None:
    """Q-7, Z-9."""
    desk(skills=["greek"], assign={"user": "ana@desk.example", "secondary_position": "accounts"})

    item = ticket()

    assert (item.assignee_id, item.allocation) == (None, "no_skill")


def test_a_lower_category_asks_for_what_the_upper_one_does() -> None:
    """Q-1, Z-8."""
    desk(skills=["french"], assign={"position": "accounts"})

    assert ticket("query/late").assignee_id == who("Iva Novak").id


def test_pull_offers_nothing_that_asks_for_more_than_one_can() -> None:
    """Q-2: people; what they can do comes in its order."""
    desk(skills=["french"])
    item = ticket()

    nothing, taken = pulling.pull(by=who("Ana Lima"), at=MONDAY), pulling.pull(by=who("Iva Novak"), at=MONDAY)

    assert (nothing, taken) == (None, item)


def test_a_robot_gets_no_lease_on_what_it_cannot_do() -> None:
    """Q-15, B-4."""
    desk(skills=["french"])
    item = ticket()

    nothing = leasing.next_lease(by=who("Reader"), at=MONDAY)
    taken = leasing.next_lease(by=who("Writer"), at=MONDAY)

    assert nothing is None
    assert taken is not None
    assert taken[0] == item


def test_by_hand_anybody_may_be_given_it_and_whoever_opens_it_may_take_it() -> None:
    """Q-12, T-25: a skill is no right. A robot pulls what a person gave it."""
    desk(skills=["french"])
    given, taken, to_robot = ticket(), ticket(), ticket()

    working.assign(given, to="ana@desk.example", by=who("Leo Roy"), at=MONDAY)
    working.start(taken, by=who("Ana Lima"), at=MONDAY)
    working.assign(to_robot, to="reader", by=who("Leo Roy"), at=MONDAY)

    assert fresh(given).assignee_id == fresh(taken).assignee_id == who("Ana Lima").id
    found = leasing.next_lease(by=who("Reader"), at=MONDAY)
    assert found is not None
    assert found[0] == to_robot


def test_an_action_asks_for_what_its_case_does_unless_it_has_its_own() -> None:
    """Q-1, C-11."""
    actions = {"call": {}, "file": {"skills": []}, "check": {"skills": ["vat"]}}
    desk({"skills": ["french"], "action_types": actions})

    asked = {(one.action, one.skill) for one in SkillDemand.objects.all()}

    assert asked == {("", "french"), ("call", "french"), ("check", "vat")}


def test_what_runs_asks_for_what_its_version_does() -> None:
    """SLA-17: an item keeps the version that it started under."""
    desk(skills=["french"])
    before = ticket()
    desk()

    assert [one.id for one in candidates(who("Ana Lima"), at=MONDAY)] == []
    after = ticket()
    assert [one.id for one in candidates(who("Ana Lima"), at=MONDAY)] == [after.pk]
    assert {one.id for one in candidates(who("Iva Novak"), at=MONDAY)} == {before.pk, after.pk}


def test_pull_asks_the_same_where_nobody_asks_for_skills() -> None:
    """Q-2: a desk without them pays nothing."""
    desk()
    ticket()
    plain = statements("Ana Lima")
    desk(skills=["french"])

    assert len(plain) == len(statements("Ana Lima")) == 2
    assert "skill_demands" not in plain[1]
    assert "skill_demands" in statements("Ana Lima")[1]


def statements(name: str) -> list[str]:
    actor = who(name)
    with CaptureQueriesContext(connection) as caught:
        candidates(actor, at=MONDAY)
    return [one["sql"] for one in caught.captured_queries]


def test_skills_are_taken_away_as_the_configuration_says() -> None:
    """Q-1, BU-1."""
    desk(skills=["french"])
    item = ticket()
    less = PEOPLE["users"] | {"iva@desk.example": {"name": "Iva Novak", "role": "agent", "skills": ["vat"]}}

    publish(as_placed({"users": less}, ""), Problems(), by=SYSTEM, at=MONDAY)

    assert pulling.pull(by=who("Iva Novak"), at=MONDAY) is None
    assert fresh(item).state is State.TO_DO
