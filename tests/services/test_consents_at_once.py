"""Two at once over an approval Action: each is heard once, and the Case goes on once or not at all."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import factories
from tests.desk import MONDAY, Desk, build
from tests.flows import begun, names
from tests.services.test_races import at_once, sound
from tramita.domain.codes import ApprovalState, State
from tramita.domain.errors import Conflict, StaleVersion
from tramita.domain.process_definitions import ApprovalLevel
from tramita.models import Approval, CaseAction, Entry, Item, Person
from tramita.queries import people
from tramita.services import approvals, consents, resolving, reworking

pytestmark = pytest.mark.django_db(transaction=True)
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def office(transactional_db: None, data_dir: object) -> Desk:
    """The small desk, committed."""
    return build()


def asking(office: Desk, *, every: bool = False) -> tuple[Item, Item, Person, Person]:
    """A Case, its Action that asks, and two approvers."""
    lee, kim = factories.requester("Lee Ames"), factories.requester("Kim Roe")
    level = ApprovalLevel((str(lee.email), str(kim.email)), every=every)
    agree = {"kind": "approval", "levels": (level,)}
    case = begun(office, {"one": ["look"], "two": ["agree"], "three": ["pay"]}, actions={"agree": agree})
    resolving.resolve(Item.objects.get(parent=case), method="complete", by=office.ana, at=MONDAY)
    return case, Item.objects.get(parent=case, action_name="agree"), lee, kim


def says(action: Item, verb: Callable[..., Any], who: Person) -> Callable[[], Any]:
    number, actor = Approval.objects.get(item=action).pk, people.actor_by_id(who.pk)
    return lambda: verb(number, by=actor, at=LATER)


@pytest.mark.parametrize("every", [True, False])
def test_the_last_two_approve_at_once_and_the_case_goes_on_once(office: Desk, every: bool) -> None:
    """EA-2, EA-4, AP-24: of two who need not both say, the later is told."""
    case, action, lee, kim = asking(office, every=every)

    results = at_once(says(action, approvals.approve, lee), says(action, approvals.approve, kim))

    refused = [one for one in results if isinstance(one, Conflict)]
    assert [one.code for one in refused] == ([] if every else ["already_decided"])
    assert Entry.objects.filter(item=action, type="approval_approved").count() == 2 - len(refused)
    assert (names(case), sound(action).state) == (["pay"], State.CLOSED)
    assert CaseAction.objects.count() == 3


def test_one_approves_while_another_refuses(office: Desk) -> None:
    """EA-2: where one decides the first counts; the other is told, and nothing happens twice."""
    case, action, lee, kim = asking(office)

    results = at_once(says(action, approvals.approve, lee), says(action, approvals.reject, kim))

    won = [one for one in results if isinstance(one, Approval)]
    assert len(won) == 1
    approved = won[0].state == ApprovalState.APPROVED
    assert (names(case), sound(action).state) == ((["pay"], State.CLOSED) if approved else (["agree"], State.TO_DO))


@pytest.mark.parametrize("other", ["abort", "rework", "time out"])
def test_somebody_decides_while_it_is_taken_away(office: Desk, other: str) -> None:
    """EA-5, C-60, C-35, A-43: whoever is first, what was taken away does not go on."""
    case, action, lee, _kim = asking(office)
    copy = Item.objects.get(pk=case.pk)
    rivals: dict[str, Callable[[], Any]] = {
        "abort": lambda: resolving.abort(copy, by=office.ana, at=LATER),
        "rework": lambda: reworking.rework(copy, step="one", by=office.ana, at=LATER),
        "time out": lambda: consents.time_out(Item.objects.get(pk=action.pk), at=LATER),
    }

    approved, ended = at_once(says(action, approvals.approve, lee), rivals[other])

    decided = isinstance(approved, Approval)
    assert decided or (isinstance(approved, Conflict) and approved.code == "already_decided")
    assert decided or not isinstance(ended, Exception)
    assert not isinstance(ended, Exception) or isinstance(ended, Conflict | StaleVersion)
    held, asked = sound(action), Approval.objects.get(item=action)
    assert (held.approval_id, asked.state == ApprovalState.APPROVED) == (None, decided)
    if not isinstance(ended, Exception):
        after = {"abort": [], "rework": ["look"], "time out": ["agree"]}
        assert names(case) == after[other] or (decided and other != "abort" and "look" in names(case))
    sound(case)
