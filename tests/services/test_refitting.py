"""Somebody leaves, loses a right, or a queue is used no more: what they have is nobody's, and nothing is set aside."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.desk import MONDAY
from tests.services.test_edges import fresh
from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Listed, Reason, State
from tramita.models import Entry, Item, Timer
from tramita.queries import definitions, people, worklists
from tramita.queries.list_rows import Row
from tramita.services import (
    desk_settings,
    editing,
    firing,
    leasing,
    ledger,
    resolving,
    starting,
    trashing,
    waiting,
    working,
)
from tramita.services.definitions import apply

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]
LATER, HOUR = MONDAY + timedelta(hours=2), timedelta(hours=1)
FINANCE = "acme/main/finance"

Configuration = dict[str, Any]
Apply = Callable[[Configuration], None]


def configuration() -> Configuration:
    categories = {
        "query": {"queue": "invoices", "feedback_window": "5 days"},
        "to-ana": {"queue": "invoices", "assign": {"user": "ana@desk.example", "secondary": "bea@desk.example"}},
        "payroll": {"queue": "payroll"},
    }
    others = {"any": {"queue": "other"}}
    services = {"finance": {"ticket_categories": categories}, "other": {"ticket_categories": others}}
    everybody = ["ana@desk.example", "bea@desk.example", "leo@desk.example"]
    return {
        "roles": {"senior": {"title": "Senior", "based_on": "agent", "options": {"work": True}}},
        "users": {
            "ana@desk.example": {"name": "Ana Lima", "role": "agent"},
            "bea@desk.example": {"name": "Bea", "role": "agent"},
            "leo@desk.example": {"name": "Leo Roy", "role": "team_leader"},
        },
        "robots": {"robo-1": {"name": "Reader", "kinds": ["ticket"], "lease": "5 minutes"}},
        "contacts": {"rui@acme.es": {"name": "Rui", "organisation": "acme"}},
        "organisations": {"acme": {"name": "Acme"}},
        "queues": {
            "invoices": {"title": "Invoices", "members": [*everybody, "robo-1"]},
            "payroll": {"title": "Payroll", "members": [*everybody]},
            "other": {"title": "Other", "members": [*everybody]},
        },
        "customers": {"acme": {"organisation": "acme", "contracts": {"main": {"services": services}}}},
    }


@pytest.fixture
def tree(tmp_path: Path) -> Configuration:
    """The configuration, applied."""
    whole = configuration()
    put(whole, tmp_path)
    return whole


def put(tree: Configuration, folder: Path, at=MONDAY) -> None:
    path = folder / "desk.yaml"
    path.write_text(yaml.safe_dump(tree))
    apply([path], by=SYSTEM, at=at)
    definitions.forget()


def named(name: str) -> Actor:
    found = people.person_by_name(name if "@" in name or "-" in name else f"{name}@desk.example")
    assert found is not None
    return people.actor_for(found)


def ticket(category: str = "query", by: str = "leo") -> Item:
    return starting.start_ticket(
        title="An invoice",
        description="It came twice.",
        category=f"{FINANCE}/{category}",
        requester="rui@acme.es",
        by=named(by),
        at=MONDAY,
    )


def anas(state: State, category: str = "query") -> Item:
    """One that Ana has and answers for, in this state."""
    item, ana = ticket(category, by="ana"), named("ana")
    if item.assignee_id is None:
        working.assign(item, to=ana.id, by=named("leo"), at=MONDAY)
    if state is not State.TO_DO:
        working.start(fresh(item), by=ana, at=MONDAY)
    if state is State.WAITING:
        waiting.wait(fresh(item), type="more_information", by=ana, at=MONDAY)
    if state is State.RESOLVED:
        resolving.resolve(fresh(item), method="replied", by=ana, at=MONDAY)
    return fresh(item)


def worker(at=LATER) -> None:
    for timer in firing.claim(at=at):
        firing.fire(timer, at=at)


def out_of(tree: Configuration, folder: Path) -> None:
    """No file names her any more."""
    del tree["users"]["ana@desk.example"]
    for queue in tree["queues"].values():
        queue["members"].remove("ana@desk.example")
    tree["customers"]["acme"]["contracts"]["main"]["services"]["finance"]["ticket_categories"].pop("to-ana")
    put(tree, folder, at=LATER)


def not_active(tree: Configuration, folder: Path) -> None:
    tree["users"]["ana@desk.example"]["active"] = False
    put(tree, folder, at=LATER)


def in_the_builder(tree: Configuration, folder: Path) -> None:
    now = desk_settings.current("users", "ana@desk.example")
    desk_settings.put("users", {"ana@desk.example": {**now, "active": False}}, by=SYSTEM, at=LATER)


def without_the_right(tree: Configuration, folder: Path) -> None:
    tree["users"]["ana@desk.example"]["grants"] = {"acme/main/other": ["view", "work"]}
    put(tree, folder, at=LATER)


def by_a_role_that_may_not(tree: Configuration, folder: Path) -> None:
    tree["users"]["ana@desk.example"]["role"] = "senior"
    put(tree, folder)
    tree["roles"]["senior"]["options"]["work"] = False
    put(tree, folder, at=LATER)


LEAVING = [out_of, not_active, in_the_builder, without_the_right, by_a_role_that_may_not]


def seen(place: worklists.Place, actor: Actor) -> list[str]:
    rows: list[Row] = worklists.page(place, actor, now=LATER, tonight=LATER + 9 * HOUR).rows
    return [row.reference for row in rows]


@pytest.mark.parametrize("leave", LEAVING)
@pytest.mark.parametrize("state", [State.TO_DO, State.IN_PROGRESS])
def test_what_they_had_to_do_is_nobodys_in_its_queue(
    tree: Configuration, tmp_path: Path, state: State, leave: Callable[[Configuration, Path], None]
) -> None:
    """Q-6, Q-7, Q-12, S-6: told with who had it, by the system; whoever pulls next gets it and answers for it."""
    item = anas(state)
    leave(tree, tmp_path)

    worker()

    held, told = fresh(item), Entry.objects.get(item=item, type="reallocated")
    assert (held.state, held.listed, held.assignee_id, held.owner_id) == (State.TO_DO, Listed.QUEUE, None, None)
    assert held.allocation == told.data["why"] == "queue"
    assert (told.actor_id, told.reason, told.data["assignee"]) == (None, Reason.BY_SYSTEM, "Ana Lima")
    assert ledger.differences(held) == {}
    working.start(held, by=named("bea"), at=LATER)
    assert fresh(item).owner_id == named("bea").id


@pytest.mark.parametrize("leave", LEAVING)
@pytest.mark.parametrize("state", [State.WAITING, State.RESOLVED])
def test_what_waits_or_is_resolved_is_its_teams(
    tree: Configuration, tmp_path: Path, state: State, leave: Callable[[Configuration, Path], None]
) -> None:
    """L-10, L-2, H-1: in the Owned Work of whoever works its queue, and of its leader; its wait and window go on."""
    item = anas(state)
    timers = set(Timer.objects.filter(item=item).values_list("purpose", "due_at"))
    leave(tree, tmp_path)

    worker()

    held = fresh(item)
    assert (held.state, held.listed, held.assignee_id, held.owner_id) == (state, Listed.OWNED, None, None)
    assert set(Timer.objects.filter(item=item).values_list("purpose", "due_at")) == timers
    for one in (named("bea"), named("leo")):
        assert seen(worklists.owned(one), one) == [item.reference]


def test_a_rule_that_names_somebody_else_too_gives_it_to_them(tree: Configuration, tmp_path: Path) -> None:
    """Q-7, Z-9."""
    item = anas(State.IN_PROGRESS, "to-ana")
    not_active(tree, tmp_path)

    worker()

    held = fresh(item)
    assert (held.state, held.assignee_id, held.owner_id) == (State.TO_DO, named("bea").id, named("bea").id)
    assert held.allocation == "rule_secondary"


def test_who_only_answers_for_it_hands_that_to_whoever_has_it(tree: Configuration, tmp_path: Path) -> None:
    """G-10: its state and its assignee stay."""
    item = anas(State.IN_PROGRESS)
    working.assign(item, to="bea@desk.example", by=named("leo"), at=MONDAY)
    working.start(fresh(item), by=named("bea"), at=MONDAY)
    not_active(tree, tmp_path)

    worker()

    held = fresh(item)
    assert (held.state, held.assignee_id, held.owner_id) == (State.IN_PROGRESS, named("bea").id, named("bea").id)
    assert Entry.objects.get(item=item, type="reallocated").data["owner"] == "Ana Lima"


def test_who_may_still_work_it_keeps_it(tree: Configuration, tmp_path: Path) -> None:
    """Q-12, Q-14: another name or language, or a queue less, takes nothing away."""
    items = [anas(state) for state in (State.TO_DO, State.IN_PROGRESS, State.WAITING, State.RESOLVED)]
    versions = [item.version for item in items]
    tree["users"]["ana@desk.example"] |= {"language": "pl", "own_queues_only": True}
    put(tree, tmp_path, at=LATER)
    worker()
    tree["queues"]["invoices"]["members"].remove("ana@desk.example")
    put(tree, tmp_path, at=LATER)

    worker()

    assert [fresh(item).version for item in items] == versions


def test_what_a_robot_was_given_and_what_it_works_on_is_free_when_it_is_switched_off(
    tree: Configuration, tmp_path: Path
) -> None:
    """B-1, Z-17: its lease ends with it."""
    given, taken = ticket(), ticket()
    working.assign(given, to="robo-1", by=named("leo"), at=MONDAY)
    working.start(taken, by=named("robo-1"), at=MONDAY)
    tree["robots"]["robo-1"]["active"] = False
    put(tree, tmp_path, at=MONDAY)

    worker(MONDAY)

    for item in (given, taken):
        held = fresh(item)
        assert (held.state, held.listed, held.assignee_id, held.fence) == (State.TO_DO, Listed.QUEUE, None, None)
    assert not Timer.objects.filter(purpose="lease").exists()
    assert leasing.run_out(fresh(taken), at=LATER) is None


def test_a_queue_that_is_used_no_more_leaves_its_work_to_that_of_its_process(
    tree: Configuration, tmp_path: Path
) -> None:
    """Q-1, Q-6: the version that an item began with names the old queue; the process names another by now."""
    free, held, waits = ticket("payroll"), ticket("payroll"), ticket("payroll")
    working.start(held, by=named("ana"), at=MONDAY)
    waiting.wait(waits, type="more_information", by=named("bea"), at=MONDAY)
    services = tree["customers"]["acme"]["contracts"]["main"]["services"]
    services["finance"]["ticket_categories"]["payroll"]["queue"] = "invoices"
    del tree["queues"]["payroll"]
    put(tree, tmp_path, at=LATER)

    worker()

    invoices = fresh(ticket()).queue_id
    assert [fresh(item).queue_id for item in (free, held, waits)] == [invoices] * 3
    assert (fresh(free).assignee_id, fresh(held).assignee_id) == (None, named("ana").id)
    assert fresh(held).state is State.IN_PROGRESS
    assert Entry.objects.get(item=free, type="reallocated").data["queue"] == "Payroll"


def test_without_any_queue_left_leaders_see_it_as_nobodys(tree: Configuration, tmp_path: Path) -> None:
    """Q-1, Z-9: nowhere, and that is said."""
    item = ticket("payroll")
    services = tree["customers"]["acme"]["contracts"]["main"]["services"]
    del services["finance"]["ticket_categories"]["payroll"]
    del tree["queues"]["payroll"]
    put(tree, tmp_path, at=LATER)

    worker()

    held = fresh(item)
    assert (held.queue_id, held.assignee_id, held.allocation) == (None, None, "none")
    assert seen(worklists.of_teams(named("leo")), named("leo")) == [item.reference]


def test_another_category_takes_it_from_who_has_no_right_to_that(tree: Configuration, tmp_path: Path) -> None:
    """T-10, T-12, Q-12, SEC-2."""
    tree["users"]["ana@desk.example"]["grants"] = {f"{FINANCE}/query": ["view", "work", "create"]}
    put(tree, tmp_path)
    item = anas(State.IN_PROGRESS)

    editing.recategorise(item, category=f"{FINANCE}/payroll", by=named("leo"), at=LATER)

    assert (fresh(item).assignee_id, fresh(item).state) == (None, State.TO_DO)


def test_what_comes_out_of_the_trash_is_not_theirs_any_more(tree: Configuration, tmp_path: Path) -> None:
    """Q-6."""
    item, leo = anas(State.IN_PROGRESS), named("leo")
    gone = trashing.delete_item(item, reason="A double", by=SYSTEM, at=MONDAY)
    not_active(tree, tmp_path)
    worker()

    trashing.restore(gone.pk, by=SYSTEM, at=LATER)

    assert (fresh(item).assignee_id, fresh(item).listed) == (None, Listed.QUEUE)
    assert seen(worklists.of_teams(leo), leo) == [item.reference]


def test_a_draft_that_nobody_could_have_and_what_is_closed_stay_as_they_were(
    tree: Configuration, tmp_path: Path
) -> None:
    """L-9, S-12: nobody is above its writer, and there is no administrator; leaders see it all the same."""
    draft = starting.start_ticket(draft=True, by=named("ana"), at=MONDAY)
    closed = anas(State.IN_PROGRESS)
    resolving.resolve(closed, method="rejected_spam", by=named("ana"), at=MONDAY)
    not_active(tree, tmp_path)

    worker()

    assert fresh(draft).creator_id == fresh(closed).assignee_id == Item.objects.get(pk=draft.pk).assignee_id
    assert not Entry.objects.filter(type="reallocated").exists()


def test_nothing_is_marked_where_nobody_changed(tree: Configuration, tmp_path: Path) -> None:
    """Q-6: applying the same again looks at no item."""
    anas(State.TO_DO)

    put(tree, tmp_path, at=LATER)

    assert not Timer.objects.filter(purpose="refit").exists()
