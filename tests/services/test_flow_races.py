"""Actions of one Case that end at once: the flow goes on once, and the Case never stays behind."""

import pytest

from tests.desk import MONDAY, Desk, build
from tests.flows import begun, names, passed, publish_flow, running
from tests.services.test_races import at_once, sound
from tramita.domain.codes import State
from tramita.domain.errors import StaleVersion
from tramita.models import CaseAction, Item
from tramita.services import editing, resolving
from tramita.services.sub_cases import running_sub_cases

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(transactional_db: None) -> Desk:
    """The small desk, committed."""
    return build()


def test_the_last_actions_of_a_step_end_at_once_and_the_next_begins_once(office: Desk) -> None:
    """C-7, DESIGN decision 9: whoever is later sees the other."""
    case = begun(office, {"first": ["a", "b", "c"], "second": ["d", "e"], "third": ["f"]})
    for step in (["a", "b", "c"], ["d", "e"]):
        results = at_once(
            *(
                lambda one=one: resolving.resolve(one, method="complete", by=office.ana, at=MONDAY)
                for one in running(case)
                if one.action_name in step
            )
        )
        assert set(results) == {None}

    assert names(case) == ["f"]
    assert [ran for _, ran in passed(case)] == [["a", "b", "c"], ["d", "e"], ["f"]]
    assert CaseAction.objects.count() == 6
    assert sound(case).state is State.TO_DO


def test_completing_one_action_twice_at_once_goes_on_once(office: Desk) -> None:
    """Z-2, C-10: of two who press, one is told; the Case is resolved once."""
    case = begun(office, {"only": ["a"]})
    copies = [running(case)[0] for _ in range(2)]

    results = at_once(
        *(lambda one=one: resolving.resolve(one, method="complete", by=office.ana, at=MONDAY) for one in copies)
    )

    assert sum(one is None for one in results) == 1
    assert sound(case).entries.filter(type="resolved").count() == 1


def test_an_abort_and_a_completed_action_do_not_meet_halfway(office: Desk) -> None:
    """C-60, C-7: whoever is first, nothing runs on in a Case that is Closed."""
    case = begun(office, {"first": ["a"], "second": ["b"]})
    [action], copy = running(case), Item.objects.get(pk=case.pk)

    results = at_once(
        lambda: resolving.abort(copy, by=office.ana, at=MONDAY),
        lambda: resolving.resolve(action, method="complete", by=office.ana, at=MONDAY),
        lambda: editing.edit(Item.objects.get(pk=case.pk), changes={"fields": {"a": 1}}, by=office.leo, at=MONDAY),
    )

    held = sound(case)
    assert held.state is State.CLOSED or isinstance(results[0], StaleVersion)
    assert held.state is not State.CLOSED or names(case) == []


def test_two_sub_cases_end_at_once_and_their_case_goes_on_once(office: Desk) -> None:
    """A-44, G-5: what waits for both ends with the later, once; nobody waits for nobody in a ring."""
    inner = publish_flow("inner", {"only": ["work"]})
    launch = {"kind": "start_case", "case_type": inner}
    actions = {"x": launch, "y": launch, "await": {"kind": "wait_for_sub_case"}}
    case = begun(office, {"one": ["x", "y", "await"], "two": ["after"]}, actions=actions)
    works = [running(sub)[0] for sub in running_sub_cases(case)]

    results = at_once(
        *(lambda one=one: resolving.resolve(one, method="complete", by=office.ana, at=MONDAY) for one in works)
    )

    assert results == [None, None]
    assert (names(case), sound(case).state) == (["after"], State.TO_DO)
    assert running_sub_cases(case) == []


def test_a_sub_case_ends_while_its_case_is_aborted(office: Desk) -> None:
    """C-60, A-44: whoever is first, nothing runs in a Closed Case, and both come to an end."""
    inner = publish_flow("inner", {"only": ["work"]})
    case = begun(office, {"one": ["x"], "two": ["b"]}, actions={"x": {"kind": "start_case", "case_type": inner}})
    [sub] = running_sub_cases(case)
    [work], copy = running(sub), Item.objects.get(pk=case.pk)

    at_once(
        lambda: resolving.resolve(work, method="complete", by=office.ana, at=MONDAY),
        lambda: resolving.abort(copy, by=office.ana, at=MONDAY),
    )

    assert sound(case).state is State.CLOSED
    assert (names(case), names(sub), running_sub_cases(case)) == ([], [], [])
    sound(sub)
