"""Cases that a Case starts, and Actions that wait for them."""

from datetime import timedelta

import pytest

from tests.desk import MONDAY, Desk
from tests.flows import begun, names, passed, publish_flow, running
from tests.services.test_first_ticket import fresh, in_order
from tests.services.test_flowing import complete
from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, Method, Problem, Reason, State, WaitType
from tramita.domain.errors import Conflict, Invalid, NotPermitted
from tramita.models import Definition, Entry, Item, Link
from tramita.queries import people
from tramita.services import resolving, reworking, starting, waiting, working

HOUR = timedelta(hours=1)


def parent(desk: Desk, steps: dict, *, sub_steps: dict | None = None, independent: bool = False, **more) -> Item:
    """A Case whose Action “launch” starts another; an Action called “await” waits for it."""
    path = publish_flow(f"inner-{Definition.objects.count()}", {"only": ["work"]} if sub_steps is None else sub_steps)
    actions = {
        "launch": {"kind": "start_case", "case_type": path, "independent": independent},
        "await": {"kind": "wait_for_sub_case"} | more.pop("awaits", {}),
    }
    return begun(desk, steps, actions=actions, fields={"amount": 3}, **more)


def sub_of(case: Item) -> Item:
    return Link.objects.get(source=case, type="sub_case").target


def test_an_action_starts_another_case_and_is_done(desk: Desk) -> None:
    """A-53, G-4, G-9, C-41, G-11: of the same customer and people, with its own first step; the flow goes on."""
    case = parent(desk, {"one": ["launch"], "two": ["after"]})

    sub, launched = sub_of(case), Item.objects.get(parent=case, action_name="launch")
    assert (sub.kind, sub.state, sub.parent_id, sub.related_to_id) == (Kind.CASE, State.TO_DO, case.pk, case.pk)
    assert (sub.title, sub.requester_id, sub.queue_id) == (case.title, case.requester_id, desk.invoices.pk)
    assert (launched.state, launched.method, launched.resolver) == (State.CLOSED, Method.COMPLETE, None)
    assert (names(case), names(sub)) == (["after"], ["work"])
    for item in (case, sub, launched):
        in_order(item)


@pytest.mark.parametrize(("independent", "state"), [(False, State.TO_DO), (True, State.RESOLVED)])
def test_a_case_ends_after_its_sub_cases_unless_they_are_independent(
    desk: Desk, independent: bool, state: State
) -> None:
    """G-5, C-10, C-12."""
    case = parent(desk, {"one": ["launch"], "two": ["after"]}, independent=independent)
    complete(case, "after", desk=desk)
    before = fresh(case).state

    complete(sub_of(case), "work", desk=desk)

    assert (before, fresh(case).state) == (state, State.RESOLVED)
    in_order(case)


def test_an_action_waits_for_the_sub_case_and_ends_with_it(desk: Desk) -> None:
    """A-44, W-6, A-54: beside the Action that starts it, or in a later step."""
    case = parent(desk, {"one": ["await", "launch"], "two": ["after"]})
    [awaiting] = running(case)
    seen = (awaiting.state, awaiting.wait_type)

    complete(sub_of(case), "work", desk=desk)

    held = fresh(awaiting)
    assert seen == (State.WAITING, WaitType.SUB_CASE)
    assert (held.state, held.method) == (State.CLOSED, Method.COMPLETE)
    assert held.entries.latest("seq").reason == Reason.SUB_CASE_COMPLETED
    assert names(case) == ["after"]
    in_order(awaiting)
    in_order(case)


def test_what_waits_for_a_sub_case_may_be_completed_by_hand(desk: Desk) -> None:
    """A-54: it completes although the Sub-Case has not ended."""
    case = parent(desk, {"one": ["launch", "await"], "two": ["after"]})

    complete(case, "await", desk=desk)

    assert names(case) == ["after"]


@pytest.mark.parametrize(("option", "waits"), [(False, ["await"]), (True, ["after"])])
def test_with_nothing_to_wait_for_a_person_decides_or_it_closes_by_itself(
    desk: Desk, option: bool, waits: list[str]
) -> None:
    """A-45, A-46."""
    case = parent(desk, {"one": ["await"], "two": ["after"]}, awaits={"close_if_none": option})

    assert names(case) == waits
    for action in Item.objects.filter(parent=case):
        in_order(action)


def test_set_to_waiting_with_nothing_to_wait_for_it_closes(desk: Desk) -> None:
    """A-45."""
    case = parent(desk, {"one": ["await"], "two": ["after"]})
    [idle] = running(case)

    waiting.wait(idle, type="more_information", by=desk.ana, at=MONDAY)

    assert (fresh(idle).state, fresh(idle).method, names(case)) == (State.CLOSED, Method.COMPLETE, ["after"])
    in_order(idle)


def test_a_cancelled_sub_case_is_a_problem_of_its_case(desk: Desk) -> None:
    """C-20, C-24, C-46: reason 10; what waited for it is To Do for a person."""
    case = parent(desk, {"one": ["launch", "await"], "two": ["after"]})
    [awaiting] = running(case)

    resolving.abort(sub_of(case), by=desk.ana, at=MONDAY)

    held, idle = fresh(case), fresh(awaiting)
    assert (held.problem, held.problem_source_id) == (Problem.SUB_CASE_CANCELLED, sub_of(case).pk)
    assert Entry.objects.get(item=case, type="problem_raised").reason == Reason.SUB_CASE_CANCELLED
    assert (idle.state, idle.highlighted) == (State.TO_DO, True)
    working.start(held, by=desk.ana, at=MONDAY)
    complete(case, "await", desk=desk)
    assert names(case) == ["after"]
    for item in (case, awaiting, sub_of(case)):
        in_order(item)


def test_an_aborted_case_takes_its_sub_cases_with_it_unless_told_otherwise(desk: Desk) -> None:
    """C-60, CG-15, A-43."""
    ended, kept = (parent(desk, {"one": ["launch"], "two": ["after"]}) for _ in range(2))

    resolving.abort(fresh(ended), by=desk.ana, at=MONDAY)
    resolving.abort(fresh(kept), sub_cases=False, by=desk.ana, at=MONDAY)

    assert (sub_of(ended).method, names(sub_of(ended))) == (Method.ABORTED, [])
    assert (sub_of(kept).state, names(sub_of(kept))) == (State.TO_DO, ["work"])
    in_order(sub_of(ended))


def test_a_rework_ends_sub_cases_and_starts_them_anew(desk: Desk) -> None:
    """C-30, C-34."""
    case = parent(desk, {"one": ["launch"], "two": ["after"]})
    first = sub_of(case)

    reworking.rework(fresh(case), step="one", by=desk.ana, at=MONDAY + HOUR)

    second = Link.objects.filter(source=case, type="sub_case").latest("pk").target
    assert (fresh(first).method, fresh(second).state, fresh(case).problem) == (Method.ABORTED, State.TO_DO, None)
    assert names(case) == ["after"]
    in_order(case)


def test_a_sub_case_that_is_over_at_once_moves_its_case_on_once(desk: Desk) -> None:
    """A-44, C-10: nothing in its steps is wanted, or it waits for nothing itself."""
    case = parent(desk, {"one": ["launch"], "two": ["after"]}, sub_steps={"only?fields.never == 1": ["work"]})
    nested = parent(desk, {"one": ["launch", "await"]}, sub_steps={"only": ["idle"]})
    sub = sub_of(nested)
    complete(sub, "idle", desk=desk)

    assert (passed(case)[-1][0], names(case)) == ("two", ["after"])
    assert fresh(nested).state is State.RESOLVED
    in_order(nested)


def test_a_case_type_that_is_gone_is_a_problem_and_not_a_standstill(desk: Desk) -> None:
    """C-24: reason 11, with the Action left To Do for a person."""
    path = publish_flow("gone", {"only": ["work"]})
    Definition.objects.filter(key=path).update(active=False)

    case = begun(
        desk, {"one": ["launch"], "two": ["after"]}, actions={"launch": {"kind": "start_case", "case_type": path}}
    )

    held = fresh(case)
    assert (held.problem, held.problem_source.action_name, names(case)) == (Problem.RULE_BLOCKED, "launch", ["launch"])
    working.start(held, by=desk.ana, at=MONDAY)
    complete(case, "launch", desk=desk)
    assert names(case) == ["after"]
    in_order(case)


def test_a_person_starts_a_sub_case_which_its_case_waits_for(desk: Desk) -> None:
    """C-12, G-5, G-9: of a type of the same customer, submitted at once; an independent one is not waited for."""
    inner = publish_flow("inner-by-hand", {"only": ["work"]})
    case = begun(desk, {"one": ["papers"]})

    def start(**more: object) -> Item:
        return starting.start_case(
            case_type=inner,
            short_description="Bank details",
            requester=desk.rui.email,
            parent=case,
            by=desk.ana,
            at=MONDAY,
            **more,  # type: ignore[arg-type]  # flags alone
        )

    sub, beside = start(), start(independent=True)
    complete(case, "papers", desk=desk)
    held = fresh(case).state
    complete(sub, "work", desk=desk)

    assert (sub.parent_id, beside.parent_id) == (case.pk, None)
    assert {sub.related_to_id, beside.related_to_id} == {case.pk}
    assert list(Link.objects.filter(source=case, type="sub_case").values_list("target_id", flat=True)) == [
        sub.pk,
        beside.pk,
    ]
    assert (held, fresh(case).state, fresh(beside).state) == (State.TO_DO, State.RESOLVED, State.TO_DO)
    for item in (case, sub, beside):
        in_order(item)


def test_a_sub_case_is_not_started_where_it_cannot_be(desk: Desk) -> None:
    """C-12: as a Draft, of another customer, on what is over or is no Case, or by who may not work the Case."""
    inner = publish_flow("inner-refused", {"only": ["work"]})
    case, over, foreign = (begun(desk, {"one": ["papers"]}) for _ in range(3))
    resolving.abort(over, confirmed=True, by=desk.ana, at=MONDAY)
    Item.objects.filter(pk=foreign.pk).update(customer=None)

    def refused(below: Item, error: type[Exception], *, by: Actor = desk.ana, draft: bool = False) -> object:
        with pytest.raises(error) as told:
            starting.start_case(
                case_type=inner,
                short_description="x",
                parent=below,
                draft=draft,
                requester=desk.rui.email,
                by=by,
                at=MONDAY,
            )
        return told.value.errors[0].code if isinstance(told.value, Invalid) else getattr(told.value, "code", None)

    assert refused(case, Invalid, draft=True) == "sub_case"
    assert refused(foreign, Invalid) == "other_customer"
    assert refused(fresh(over), Conflict) == "case_not_running"
    assert refused(desk.ticket(), Conflict) == "not_a_case"
    assert refused(case, NotPermitted, by=people.actor_for(desk.rui)) == "not_permitted"
    assert not Item.objects.filter(title="x").exists()
