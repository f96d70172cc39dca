"""People work while Cases move to a newer version: nothing is lost, doubled or stuck (decisions 42 and 48).

`make soak` moves five thousand Cases and brings them back (TRAMITA_SOAK=1); here a few dozen.
"""

import os
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from tests.desk import MONDAY, Desk, build
from tests.flows import begun, names, passed, publish_flow, republish, running
from tests.services.test_bulk import worked
from tests.services.test_races import at_once
from tests.services.test_walk import consistent
from tramita.domain.errors import TramitaError
from tramita.domain.upgrades import Chosen
from tramita.models import CaseAction, Item, JobItem, Person
from tramita.queries.people import actor_for
from tramita.services import bulk, bulk_work, resolving, upgrading_many

pytestmark = pytest.mark.django_db(transaction=True)
LATER = MONDAY + timedelta(hours=1)
MANY = 5_000 if os.environ.get("TRAMITA_SOAK") else 24
Outcome = JobItem.Outcome


@pytest.fixture
def office(transactional_db: None) -> Desk:
    """The small desk, committed."""
    return build()


def chief(desk: Desk) -> Any:
    Person.objects.filter(pk=desk.ana.id).update(role="administrator")
    return actor_for(Person.objects.get(pk=desk.ana.id))


def outcomes(job: Any) -> list[int]:
    return sorted(set(job.items.values_list("outcome", flat=True)))


def sound(case: Item) -> None:
    consistent(Item.objects.get(pk=case.pk))
    names_of = CaseAction.objects.filter(step__case=case, copy=0).values_list("step", "name")
    assert len(names_of) == len(set(names_of))


def test_who_completes_the_last_action_while_the_case_moves_finds_the_next_step_once(office: Desk) -> None:
    """C-7, Z-2, decision 42: first the one or first the other, on both databases."""
    by, path = chief(office), publish_flow("race", {"one": ["old"], "two": ["next"]})
    cases = [begun(office, path=path) for _ in range(6)]
    republish(path, {"one": ["new"], "second": ["other"]})
    mapped = Chosen(steps={"two": "second"}, actions={"old": None, "next": "other"})
    upgrading_many.begin(path, old=1, new=2, chosen=mapped, by=by, at=MONDAY)

    def complete() -> None:
        for case in reversed(cases):
            for action in running(case):
                with suppress(TramitaError):  # the move was first, and closed it
                    resolving.resolve(action, method="complete", by=office.ana, at=LATER)

    at_once(lambda: bulk_work.work(at=LATER), complete)
    worked(LATER)

    for case in cases:
        now = Item.objects.get(pk=case.pk)
        assert now.process_version.number == 2
        assert [step for step, _ in passed(case)][:2] == ["one", "second"]
        assert names(case) in (["other"], ["next"], [])
        sound(case)


@pytest.mark.soak
def test_thousands_move_and_come_back(office: Desk) -> None:
    """Z-7, DESIGN section 5: every Case once there and once back, standing where it stood."""
    by, path = chief(office), publish_flow("many", {"one": ["papers", "old"], "two": ["next"]})
    cases = [begun(office, path=path) for _ in range(MANY)]
    before = {case.pk: (passed(case), names(case)) for case in cases}
    republish(path, {"first": ["documents", "more"], "two": ["next"]})

    chosen = Chosen(steps={"one": "first"}, actions={"papers": "documents", "old": None})
    job = upgrading_many.begin(path, old=1, new=2, chosen=chosen, by=by, at=MONDAY)
    worked()
    there = outcomes(job)
    assert passed(cases[0]) == [("first", ["documents", "old"])]
    undone = bulk.undo(job, by=by, at=LATER)
    worked(LATER)

    assert (there, outcomes(undone)) == ([Outcome.DONE], [Outcome.DONE])
    for case in cases:
        now = Item.objects.get(pk=case.pk)
        assert now.process_version.number == 1
        assert (passed(case), sorted(names(case))) == (before[case.pk][0], sorted(before[case.pk][1]))
        sound(case)
