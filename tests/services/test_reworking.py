"""Rework: from a step, from an Action, again and again."""

from datetime import timedelta

import pytest

from tests import factories
from tests.desk import MONDAY, Desk
from tests.flows import begun, names, passed, publish_flow, running
from tests.services.test_first_ticket import fresh, in_order
from tests.services.test_flowing import complete, unable
from tramita.domain.codes import Listed, Reason, State
from tramita.domain.errors import Conflict, Invalid
from tramita.models import Definition, Entry, Item
from tramita.queries.timeline import timeline
from tramita.services import editing, launching, reworking, waiting

HOUR = timedelta(hours=1)
STEPS = {"collect": ["papers", "form"], "check": ["bank", "credit?fields.amount > 10"], "finish": ["create"]}


def rework(item: Item, desk: Desk, **given: object) -> Item:
    return reworking.rework(fresh(item), by=desk.ana, at=MONDAY + HOUR, **given)


def test_a_rework_closes_what_runs_and_begins_an_earlier_step_anew(desk: Desk) -> None:
    """C-30, C-34, C-54, A-43: In Progress with reason 21, told on the Case and on its Actions."""
    case = begun(desk, STEPS)
    complete(case, "papers", "form", desk=desk)
    [bank] = running(case)

    rework(case, desk, step="collect")

    held, closed = fresh(case), fresh(bank)
    assert (held.state, held.listed, held.assignee_id) == (State.IN_PROGRESS, Listed.INBOX, desk.ana.id)
    assert (closed.state, closed.method) == (State.CLOSED, None)
    assert closed.entries.latest("seq").reason == Reason.REWORK
    assert [(one.action_name, one.state) for one in running(case)] == [("papers", State.TO_DO), ("form", State.TO_DO)]
    told = Entry.objects.get(item=case, type="reworked")
    assert (told.reason, told.data["step"], told.actor_id) == (Reason.REWORK, "collect", desk.ana.id)
    assert "reworked" in [one.type for one in timeline(closed, desk.ana)]
    complete(case, "papers", "form", desk=desk)
    assert names(case) == ["bank"]
    for item in (case, bank, *running(case)):
        in_order(item)


def test_conditions_are_asked_again_from_a_step_and_not_from_an_action(desk: Desk) -> None:
    """C-9, CG-5."""
    case = begun(desk, STEPS, fields={"amount": 5})
    complete(case, "papers", "form", desk=desk)
    complete(case, "bank", desk=desk)
    editing.edit(fresh(case), changes={"fields": {"amount": 50}}, by=desk.ana, at=MONDAY)

    rework(case, desk, action="bank")
    from_action = names(case)
    complete(case, "bank", desk=desk)
    rework(case, desk, step="check")

    assert (from_action, names(case)) == (["bank"], ["bank", "credit"])


def test_an_ended_action_of_the_present_step_starts_again_with_those_after_it(desk: Desk) -> None:
    """C-32, CG-5: also one that could not be completed; what had not ended is copied, nothing is lost."""
    case = begun(desk, {"one": ["a", "b", "c", "d"]})
    complete(case, "b", desk=desk)
    unable(case, "c", desk=desk)

    rework(case, desk, action="c")

    assert names(case) == ["a", "c", "d"]
    assert fresh(case).problem is None
    complete(case, "a", "c", "d", desk=desk)
    assert fresh(case).state is State.RESOLVED
    in_order(case)


def test_rework_again_and_again_goes_the_whole_way_each_time(desk: Desk) -> None:
    """C-33: later steps of an earlier pass may not be chosen; they begin anew when it is their turn."""
    case = begun(desk, STEPS)
    complete(case, "papers", "form", desk=desk)
    complete(case, "bank", desk=desk)
    rework(case, desk, step="collect")

    with pytest.raises(Invalid, match="not before"):
        rework(case, desk, step="check")
    with pytest.raises(Invalid, match="to come"):
        rework(case, desk, action="bank")

    complete(case, "papers", "form", desk=desk)
    rework(case, desk, step="collect")
    complete(case, "papers", "form", desk=desk)
    complete(case, "bank", desk=desk)
    complete(case, "create", desk=desk)
    went = [step for step, _ in passed(case)]
    assert went == ["collect", "check", "finish", "collect", "check", "collect", "check", "finish", ""]
    assert fresh(case).state is State.RESOLVED
    in_order(case)


def test_what_was_launched_by_hand_is_no_place_to_start_from_and_ends_only_if_asked(desk: Desk) -> None:
    """C-30, C-31."""
    case = begun(desk, STEPS, actions={"more": {"startable": True}})
    complete(case, "papers", "form", desk=desk)
    [more] = launching.launch(fresh(case), action="more", by=desk.ana, at=MONDAY)

    for named in ("more", more.reference):
        with pytest.raises(Invalid, match="launched by hand"):
            rework(case, desk, action=named)
    rework(case, desk, step="collect", terminate=False)
    kept = names(case)
    complete(case, "papers", "form", desk=desk)
    rework(case, desk, step="collect")

    assert kept == ["more", "papers", "form"]
    assert names(case) == ["papers", "form"]


def test_a_rework_is_asked_of_an_action_by_its_reference_and_ends_a_pause(desk: Desk) -> None:
    """C-30, C-54."""
    case = begun(desk, STEPS)
    papers, _ = running(case)
    complete(case, "papers", "form", desk=desk)
    waiting.wait(fresh(case), type="pause", by=desk.ana, at=MONDAY)
    [bank] = running(case)

    answered = rework(bank, desk, action=papers.reference)

    assert (answered.pk, fresh(case).state, names(case)) == (case.pk, State.IN_PROGRESS, ["papers", "form"])


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "step"),
        ({"step": "collect", "action": "papers"}, "step"),
        ({"step": "collect"}, "step"),
        ({"step": "nowhere"}, "step"),
        ({"action": "nothing"}, "action"),
        ({"action": "papers"}, "action"),
    ],
)
def test_what_cannot_start_again_is_named(desk: Desk, given: dict[str, str], field: str) -> None:
    """C-32: the present step is not before itself, and what has not ended does not start again."""
    with pytest.raises(Invalid) as refused:
        rework(begun(desk, STEPS), desk, **given)

    assert refused.value.errors[0].field == field


def test_a_case_without_steps_is_not_reworked(desk: Desk) -> None:
    """C-30."""
    with pytest.raises(Conflict):
        rework(desk.case(), desk, step="collect")


def test_a_case_that_began_before_there_were_steps_is_brought_into_its_flow(desk: Desk) -> None:
    """C-7: by a rework from its first step."""
    path = publish_flow("old", STEPS)
    process = Definition.objects.get(key=path)
    case = factories.case(process=process, process_version=process.current, queue=desk.invoices)

    rework(case, desk, step="collect")

    assert names(case) == ["papers", "form"]
