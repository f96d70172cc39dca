"""Who is held to their own queues: what they may take, what they keep, and who may give them what, by every way."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests import factories
from tests.api.callers import ask
from tests.desk import MONDAY, Desk, publish
from tests.mcp.talking import Talker, said
from tests.services.test_bulk import done
from tests.services.test_edges import fresh
from tests.services.test_returning import written
from tramita.domain.actors import Actor
from tramita.domain.codes import Listed, State
from tramita.domain.errors import Invalid, NotPermitted
from tramita.models import Definition, Item, JobItem, Membership, Person, Queue
from tramita.queries import facts
from tramita.queries.people import actor_for
from tramita.services import (
    editing,
    notes,
    pulling,
    resolving,
    splitting,
    starting,
    waiting,
    working,
)
from tramita.services.splitting import Child

LATER = MONDAY + timedelta(hours=1)
THEIRS = "acme/main/finance/theirs"
TO_IVA = "acme/main/finance/to-iva"


@pytest.fixture
def other() -> Queue:
    """The only queue of Iva."""
    return factories.queue("other")


@pytest.fixture
def person(other: Queue) -> Person:
    return factories.person("Iva Novak", own_queues_only=True, queues=[other])


@pytest.fixture
def iva(desk: Desk, person: Person) -> Actor:
    """Held to her own queue; categories of it, of no queue, and one whose rule gives her what is not in it."""
    above = Definition.objects.get(key="acme/main/finance")
    publish("category", THEIRS, above, title="Theirs", queue="other", due="plain", feedback_window=5)
    publish("category", "acme/main/finance/nowhere", above, title="Nowhere", due="plain")
    publish("category", TO_IVA, above, title="To Iva", queue="invoices", assign_user=person.email)
    publish("category", "acme/main/finance/hers", above, title="Hers", queue="other", assign_user=person.email)
    return actor_for(person)


def left(person: Person) -> Actor:
    """She is in no queue any more."""
    Membership.objects.filter(person=person).delete()
    return actor_for(person)


def test_she_pulls_from_her_queue_and_gets_nothing_of_another(desk: Desk, iva: Actor) -> None:
    """Q-14, Q-2."""
    desk.ticket()
    hers = desk.ticket(category=THEIRS)

    assert pulling.pull(by=iva, at=MONDAY) == hers
    assert pulling.pull(by=iva, at=MONDAY) is None


def test_she_works_on_what_is_in_no_queue(desk: Desk, iva: Actor) -> None:
    """Q-14: taken, or given."""
    taken, given = (desk.ticket(category="acme/main/finance/nowhere") for _ in range(2))

    working.start(taken, by=iva, at=MONDAY)
    working.assign(given, to=iva.id, by=desk.leo, at=MONDAY)

    assert fresh(taken).assignee_id == fresh(given).assignee_id == iva.id


def test_she_keeps_what_she_has_when_her_queue_is_another(desk: Desk, iva: Actor, person: Person) -> None:
    """Q-14: set back, begun again, noted and resolved; In Progress or given to her and not begun."""
    begun, given = (desk.ticket(category=THEIRS) for _ in range(2))
    working.start(begun, by=iva, at=MONDAY)
    working.assign(given, to=iva.id, by=desk.leo, at=MONDAY)
    now = left(person)

    working.to_do(fresh(begun), by=now, at=LATER)
    working.start(fresh(begun), by=now, at=LATER)
    notes.add_note(fresh(given), body="I look.", by=now, at=LATER)

    for item in (begun, given):
        assert (fresh(item).assignee_id, fresh(item).state) == (iva.id, State.IN_PROGRESS)


def test_what_moves_to_another_queue_while_she_has_it_stays_hers_until_it_waits(desk: Desk, iva: Actor) -> None:
    """Q-14, T-12, L-10: then it is that team's, also when a leader has it wait; and it wakes by their rule."""
    by_her, by_leo = (desk.ticket(category=THEIRS) for _ in range(2))
    for item in (by_her, by_leo):
        working.start(item, by=iva, at=MONDAY)
        editing.recategorise(fresh(item), category="acme/main/finance/pushed", by=desk.leo, at=MONDAY)
        held = fresh(item)
        assert (held.assignee_id, held.queue_id, held.state) == (iva.id, desk.invoices.pk, State.IN_PROGRESS)

    waiting.wait(fresh(by_her), type="until", until=LATER, by=iva, at=MONDAY)
    waiting.wait(fresh(by_leo), type="until", until=LATER, by=desk.leo, at=MONDAY)
    for item in (by_her, by_leo):
        held = fresh(item)
        assert (held.assignee_id, held.owner_id, held.listed) == (None, None, Listed.OWNED)
        assert held.allocation == "left_team"
        waiting.date_reached(held, at=LATER)
        assert (fresh(item).assignee_id, fresh(item).allocation) == (desk.ana.id, "rule_user")


def test_what_she_resolves_for_a_team_that_she_left_is_theirs_whoever_resolves_it(
    desk: Desk, iva: Actor, person: Person
) -> None:
    """L-10."""
    for by in (None, desk.leo):
        Membership.objects.get_or_create(person=person, queue=Queue.objects.get(key="other"))
        item = desk.ticket(category=THEIRS)
        working.start(item, by=iva, at=MONDAY)
        now = left(person)

        resolving.resolve(fresh(item), method="replied", by=by or now, at=LATER)

        assert (fresh(item).assignee_id, fresh(item).owner_id, fresh(item).listed) == (None, None, Listed.OWNED)


def test_who_is_still_in_the_team_keeps_what_a_leader_has_wait(desk: Desk, iva: Actor) -> None:
    """L-2, L-10."""
    item = desk.ticket(category=THEIRS)
    working.start(item, by=iva, at=MONDAY)

    waiting.wait(fresh(item), type="more_information", by=desk.leo, at=LATER)

    assert fresh(item).assignee_id == iva.id


def by_hand(desk: Desk, item: Item, iva: Actor) -> None:
    working.assign(item, to=iva.id, by=desk.leo, at=MONDAY)


def by_herself(desk: Desk, item: Item, iva: Actor) -> None:
    working.assign(item, to=iva.id, by=iva, at=MONDAY)


def by_starting(desk: Desk, item: Item, iva: Actor) -> None:
    working.start(item, by=iva, at=MONDAY)


def by_a_note(desk: Desk, item: Item, iva: Actor) -> None:
    notes.add_note(item, body="Mine.", by=iva, at=MONDAY)


def by_waiting(desk: Desk, item: Item, iva: Actor) -> None:
    waiting.wait(item, type="more_information", by=iva, at=MONDAY)


def by_resolving(desk: Desk, item: Item, iva: Actor) -> None:
    resolving.resolve(item, method="replied", by=iva, at=MONDAY)


def by_a_change(desk: Desk, item: Item, iva: Actor) -> None:
    editing.edit(item, changes={"title": "Mine"}, by=iva, at=MONDAY)


WAYS = [by_hand, by_herself, by_starting, by_a_note, by_waiting, by_resolving, by_a_change]


@pytest.mark.parametrize("way", WAYS)
def test_nobody_makes_an_item_of_another_queue_hers(
    desk: Desk, iva: Actor, way: Callable[[Desk, Item, Actor], None]
) -> None:
    """Q-14, Q-12, T-25."""
    item = desk.ticket()

    with pytest.raises((Invalid, NotPermitted)):
        way(desk, item, iva)

    assert (fresh(item).assignee_id, fresh(item).state) == (None, State.TO_DO)


@pytest.mark.parametrize("wait", ["wait", "resolution"])
def test_what_nobody_has_she_does_not_take_up_again(desk: Desk, iva: Actor, wait: str) -> None:
    """Q-14, S-10, T-34, T-46: not offered, and refused."""
    item = desk.ticket()
    working.start(item, by=desk.ana, at=MONDAY)
    if wait == "wait":
        waiting.wait(fresh(item), type="more_information", by=desk.ana, at=MONDAY)
    else:
        resolving.resolve(fresh(item), method="replied", by=desk.ana, at=MONDAY)
    written(fresh(item), assignee_id=None)
    verb: Callable[..., Any] = waiting.resume if wait == "wait" else resolving.reopen

    assert not {"resume", "reopen"}.intersection(facts.allowed(fresh(item), iva, MONDAY))
    with pytest.raises(NotPermitted):
        verb(fresh(item), by=iva, at=LATER)


def test_a_rule_that_names_her_for_another_queue_leaves_it_there(desk: Desk, iva: Actor) -> None:
    """Q-14, Q-7, Z-9; for her own queue it is hers."""
    foreign, own = desk.ticket(category=TO_IVA), desk.ticket(category="acme/main/finance/hers")

    assert (foreign.assignee_id, foreign.allocation) == (None, "queue")
    assert (own.assignee_id, own.allocation) == (iva.id, "rule_user")


def test_what_she_splits_off_for_another_queue_does_not_stay_with_her(desk: Desk, iva: Actor) -> None:
    """Q-14, X-16: “keep with me” holds for her own queue."""
    item = desk.ticket(category=THEIRS)
    working.start(item, by=iva, at=MONDAY)
    parts = [Child("A", "A", "acme/main/finance/plain", keep=True), Child("B", "B", THEIRS, keep=True)]

    foreign, own = splitting.split(fresh(item), children=parts, by=iva, at=MONDAY)

    assert (fresh(foreign).assignee_id, fresh(foreign).allocation) == (None, "queue")
    assert (fresh(own).assignee_id, fresh(own).allocation) == (iva.id, "kept_with_user")


def test_what_she_resolves_at_first_contact_for_another_queue_is_its_teams(desk: Desk, iva: Actor) -> None:
    """T-24, L-10."""
    draft = starting.start_ticket(
        draft=True,
        title="A",
        description="B",
        category="acme/main/finance/invoice-query",
        requester=desk.rui.email,
        by=iva,
        at=MONDAY,
    )

    resolving.resolve(draft, method="replied", by=iva, at=MONDAY)

    assert (fresh(draft).assignee_id, fresh(draft).listed) == (None, Listed.OWNED)


def test_a_page_refuses_to_give_it_to_her_beside_the_field(desk: Desk, iva: Actor) -> None:
    """Q-14, H-8."""
    item, leo = desk.ticket(), Client()
    leo.force_login(Person.objects.get(pk=desk.leo.id))

    refused = leo.post(f"/items/{item.reference}/assign", {"version": item.version, "to": str(iva.id)})

    assert refused.status_code == 422
    assert fresh(item).assignee_id is None


def test_the_api_and_the_tools_refuse_to_give_it_to_her(desk: Desk, iva: Actor, person: Person) -> None:
    """Q-14, INTERFACES 5."""
    item, leo = desk.ticket(), Person.objects.get(pk=desk.leo.id)

    given = ask(leo).post(f"/items/{item.reference}/assign", {"to": person.email})
    taken = ask(person).post(f"/items/{item.reference}/start")
    by_tool = Talker(leo).call("assign_item", item=item.reference, to=person.email)

    assert (given.status_code, taken.status_code) == (422, 403)
    assert by_tool["isError"]
    assert said(by_tool)["refused"] == "validation_failed"
    assert fresh(item).assignee_id is None


def test_many_at_once_are_refused_one_by_one(desk: Desk, iva: Actor) -> None:
    """Q-14, Z-7: those of her queue are hers."""
    foreign, own = desk.ticket(), desk.ticket(category=THEIRS)

    job = done("assign", foreign, own, by=desk.leo, to=iva.id)

    outcomes = dict(JobItem.objects.filter(job=job).values_list("item", "outcome"))
    assert outcomes == {foreign.pk: JobItem.Outcome.REFUSED, own.pk: JobItem.Outcome.DONE}
    assert (fresh(foreign).assignee_id, fresh(own).assignee_id) == (None, iva.id)
