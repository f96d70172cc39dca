"""Rework: a Case starts again from an earlier step, or from an Action that has ended (SPEC section 4.4)."""

from datetime import datetime

from tramita.domain import flow, references
from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, Method, Reason
from tramita.domain.errors import Conflict, Invalid
from tramita.domain.flow import Planned, Restart
from tramita.domain.process_definitions import CaseTypeDefinition
from tramita.models import CaseAction, Item
from tramita.queries import flow as flows
from tramita.queries.flow import Place
from tramita.services import clockwork, flowing, lending, returning, scheduling, sql
from tramita.services.finishing import end_with_case, running_actions
from tramita.services.ledger import Change
from tramita.services.moving import NO_PROBLEM, decide, follow, settle
from tramita.services.sub_cases import end_sub_cases
from tramita.services.transactions import one_transaction


@one_transaction
def rework(
    item: Item,
    *,
    step: str | None = None,
    action: str | None = None,
    terminate: bool = True,
    schedule: str | None = None,
    by: Actor,
    at: datetime,
) -> Item:
    """Start the Case again from a step, or from an Action, by its name or its reference; gives the Case.

    It is asked of the Case or of one of its Actions. What runs of its steps ends; with `terminate` so does what was
    launched besides. With a `schedule` the Case goes on by that one, or by its dates as they are now.

    Raises: Invalid, naming `step`, `action` or `schedule`. Rules: C-30 to C-35, C-54, C-9, A-43.
    """
    flowing.hold(item)
    case = Item.objects.select_for_update().get(pk=item.parent_id or item.pk) if item.kind is Kind.ACTION else item
    row = decide(case, "rework", by=by, at=at)
    case_type = flowing.type_of(case)
    place, last = flows.place(case), flows.last_passes(case)
    restart = _restart(case, case_type, place, last, step, action)
    number = place.number + 1 if place else 1
    if place and not place.over:
        flowing.end_step(place, at=at)
    _end_what_runs(case, terminate=terminate, by=by, at=at)
    change = Change(case, by, at)
    settle(change)
    mine = returning.taken_up(case, by)
    data = {"step": restart.step.name, "title": restart.step.title, "action": restart.action}
    settled = NO_PROBLEM if case.problem else {}
    follow(change, row, "reworked", data=data, **mine, **settled, finished_step=None)
    if schedule:
        _reschedule(change, schedule)
        lending.moved(change)
    change.write()
    if schedule:
        scheduling.follow(case, by=by, at=at)
    planned, carried = _planned(case, case_type, restart, last)
    if planned is None:
        flowing.reach_end(case, number, at=at)
    else:
        step_id = flowing.begin_step(case, planned, number, at=at)
        _carry(step_id, carried)
    flowing.go_on(case, at=at)
    return case


def _reschedule(change: Change, name: str) -> None:
    kept = scheduling.chosen(change.item, name)
    if kept != change.item.schedule:
        change.record("schedule_changed", data=scheduling.told(kept), schedule=kept)
        clockwork.recount(change)


def _restart(
    case: Item,
    case_type: CaseTypeDefinition,
    place: Place | None,
    last: dict[str, int],
    step: str | None,
    action: str | None,
) -> Restart:
    """Where it starts again. A Case without a place stands behind its steps: it may be brought into its flow."""
    if not case_type.steps:
        raise Conflict("This Case has no steps.", code="no_steps")
    if (step is None) == (action is None):
        raise Invalid.one("step", "required", "Name either a step or an Action to start again from.")
    here = place.step if place else ""
    if step is not None:
        return flow.restart_from_step(case_type, here, step)
    name = _name_of(case, action or "")
    found = flow.restart_from_action(case_type, here, name)
    passed = last.get(found.step.name)
    ran = CaseAction.objects.filter(step=passed, name=name, copy=0).exclude(item=None) if passed else None
    ended = ran.select_related("item").first() if ran is not None else None
    if ended is None or ended.item is None:
        raise Invalid.one("action", "never_ran", "“%(name)s” did not run in this Case.", name=name)
    if found.step.name == here and ended.item.closed_at is None:
        raise Invalid.one("action", "not_completed", "“%(name)s” has not ended.", name=name)
    return found


def _name_of(case: Item, action: str) -> str:
    """By name or by reference; of one that was launched by hand no flow knows (C-31)."""
    named = references.parse(action)
    if named is None or named.kind is not Kind.ACTION or named.number != case.number:
        return action
    row = CaseAction.objects.filter(step__case=case, item__ordinal=named.ordinal, copy=0).first()
    if row is None:
        raise Invalid.one("action", "ad_hoc", "An Action that was launched by hand is no place to start again from.")
    return row.name


def _planned(
    case: Item, case_type: CaseTypeDefinition, restart: Restart, last: dict[str, int]
) -> tuple[Planned | None, list[CaseAction]]:
    """What begins, and the rows of what is kept. Conditions are asked anew only for a whole step (C-9).

    From an Action on, and what of the step was not completed before it: nothing that ended with the rework is lost.
    """
    if restart.action is None:
        return flow.plan(case_type, restart.after, flows.values(case, case_type)), []
    rows = list(CaseAction.objects.filter(step=last[restart.step.name]).select_related("item"))
    ran = {row.name for row in rows if row.item is not None}
    complete = {row.name for row in rows if row.item is not None and row.item.method == Method.COMPLETE}
    names = restart.step.actions
    first = names.index(restart.action)
    again = tuple(name for place, name in enumerate(names) if name in ran and (place >= first or name not in complete))
    return Planned(restart.step, again, ()), [row for row in rows if row.copy == 0 and row.name not in again]


def _carry(step_id: int, kept: list[CaseAction]) -> None:
    rows = [{"step_id": step_id, "name": row.name, "copy": 0, "item_id": row.item_id} for row in kept]
    if rows:
        sql.insert("case_actions", rows)


def _end_what_runs(case: Item, *, terminate: bool, by: Actor, at: datetime) -> None:
    """The Actions of the steps; what was launched by hand and Sub-Cases only if asked for (C-30, C-34)."""
    of_flow = set(CaseAction.objects.filter(step__case=case).values_list("item_id", flat=True))
    for action in running_actions(case):
        if terminate or action.pk in of_flow:
            end_with_case(action, because="case_reworked", reason=Reason.REWORK, by=by, at=at)
    if terminate:
        end_sub_cases(case, at=at)
