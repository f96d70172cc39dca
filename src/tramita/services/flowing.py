"""The engine that makes Cases flow: called wherever something moved that a Case may go on from (C-7 to C-10).

What is to be done is decided in `domain.flow` from the newest step alone, so a Case with ten thousand finished
Actions costs what one with ten does. Who moves a Case or an Action of it holds the whole related group (`hold`),
so of two Actions that end at once the later sees the earlier; that no Action runs twice in a pass the database
keeps besides. See decision 42.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from tramita.domain import flow
from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Kind, Method, Problem, Reason, State, WaitType
from tramita.domain.flow import Move, Planned, Standing
from tramita.domain.permissions import Permission
from tramita.domain.process_definitions import CaseTypeDefinition
from tramita.models import Item
from tramita.queries import definitions
from tramita.queries import flow as flows
from tramita.queries.flow import Place
from tramita.services import automatic_actions, returning, sql
from tramita.services.finishing import finish
from tramita.services.holding import hold as hold
from tramita.services.ledger import Change
from tramita.services.moving import NO_PROBLEM, decide, follow, require, settle
from tramita.services.new_actions import new_action
from tramita.services.problems import raise_problem, to_its_owner
from tramita.services.sub_cases import start_sub_case
from tramita.services.transactions import one_transaction

RUNNING = (State.TO_DO, State.IN_PROGRESS, State.WAITING)


def hold_group(item_id: int) -> None:
    """As above, of an item that was not read yet."""
    if connection.vendor == "postgresql":
        sql.execute(
            "SELECT 1 FROM items WHERE id = (SELECT COALESCE(related_to_id, id) FROM items WHERE id = %s) FOR UPDATE",
            [item_id],
        )


def begin(case: Item, *, at: datetime, number: int = 1) -> None:
    """The first step of a Case that was submitted starts at once, as this pass of its flow. Rules: C-41, C-42."""
    planned = _plan(case, None)
    if planned is not None:
        begin_step(case, planned, number, at=at)
        go_on(case, at=at)


def go_on(case: Item, *, at: datetime, child_ended: bool = False) -> None:
    """Bring a Case as far as it goes by itself; nothing where it has no flow, or somebody has to decide first.

    Rules: C-7, C-10, C-47.
    """
    if case.process_version_id is None or case.state not in RUNNING:
        return
    while (place := flows.place(case)) is not None:
        todo = flow.move(_standing(case, place, child_ended=child_ended))
        if todo is Move.STAY:
            return
        _MOVES[todo](case, place, at=at)
        if todo is not Move.NEXT:
            return


def ended(item: Item, *, at: datetime) -> None:
    """An Action or a Sub-Case has ended: what it hangs on may go on.

    A cancelled Sub-Case is a problem of its Case (C-24); the last one that ends ends what waits for it (A-44).
    """
    if item.parent_id is None:
        return
    case = Item.objects.select_for_update().get(pk=item.parent_id)
    if case.kind is Kind.TICKET:
        return  # it waits for the end of the window too
    if item.kind is Kind.CASE:
        cancelled = item.method is Method.ABORTED
        if not flows.open_sub_case(case.pk):
            automatic_actions.awaited(case, cancelled=cancelled, at=at)
        if cancelled and case.state in RUNNING:
            raise_problem(case, Problem.SUB_CASE_CANCELLED, source=item, reason="", by=SYSTEM, at=at)
    go_on(case, at=at, child_ended=True)


def repeat(case: Item, actions: Sequence[Item], *, at: datetime) -> None:
    """What a person launched and the system does: as in a step."""
    known = type_of(case).actions
    subs = [_start_sub_case(case, one, at=at) for one in actions if known[one.action_name or ""].kind == "start_case"]
    if _run(case, actions, at=at) or subs:
        _settle_starts(case, subs, at=at)
        case.refresh_from_db()


@one_transaction
def next_step(case: Item, *, by: Actor, at: datetime) -> None:
    """A person moves a Case on whose step is over. Rule: C-7."""
    require(by, Permission.WORK, case)
    hold(case)
    row = decide(case, "next-step", by=by, at=at)
    change = Change(case, by, at)
    settle(change)
    settled = NO_PROBLEM if case.problem else {}
    follow(change, row, "moved_on", **returning.taken_up(case, by), **settled, finished_step=None)
    change.write()
    go_on(case, at=at)


def repaired_by(case: Item, actions: list[Item]) -> None:
    """What was launched to settle a problem belongs to the step, which waits for it (C-22, A-23)."""
    place = flows.place(case)
    if place is not None and not place.over and not place.at_end:
        rows = [_row(place.id, one.action_name or "", one.pk, copy=one.ordinal) for one in actions]
        sql.insert("case_actions", rows)


def _standing(case: Item, place: Place, *, child_ended: bool) -> Standing:
    case_type = type_of(case)
    manual = case_type.progression == "manual"
    return Standing(
        held=case.state not in RUNNING or case.problem is not None or case.wait_type is WaitType.PAUSE,
        manual=manual,
        over=place.over and not place.at_end,
        asked=case.finished_step is not None,
        at_end=place.at_end,
        completed=place.at_end and place.over,
        child_ended=child_ended,
        open=int(flows.open_below(case)) if place.at_end else place.open,
        more=manual and not place.at_end and not place.open and _plan(case, place.step) is not None,
    )


def _next(case: Item, place: Place, *, at: datetime) -> None:
    """The next step begins, or the end is reached."""
    if not place.over:
        end_step(place, at=at)
    planned = _plan(case, place.step)
    if planned is not None:
        begin_step(case, planned, place.number + 1, at=at)
    else:
        reach_end(case, place.number + 1, at=at)


def reach_end(case: Item, number: int, *, at: datetime) -> None:
    """No step is left."""
    _insert_step(case, number, "", at=at)


def _ask(case: Item, place: Place, *, at: datetime) -> None:
    """A person moves it on: it is To Do in its owner's Inbox, or stays where it is, highlighted. Rule: C-47."""
    end_step(place, at=at)
    title = next(step.title for step in type_of(case).steps if step.name == place.step)
    told = {"step": place.step, "title": title}
    _bring(case, "step_completed", Reason.STEP_COMPLETED, told, at=at, finished_step=place.step)


def _complete(case: Item, place: Place, *, at: datetime) -> None:
    """All is done: Resolved; where people move Cases on, one of them looks first. Rules: C-10, CG-14."""
    if not place.over:
        end_step(place, at=at)
    if type_of(case).progression == "manual":
        _bring(case, "children_completed", Reason.CHILDREN_COMPLETED, {}, at=at)
        return
    change = Change(case, SYSTEM, at)
    finish(change, decide(case, "complete_children", by=SYSTEM, at=at), Method.FULLY_RESOLVED, "", {})
    change.write()
    ended(case, at=at)


_MOVES = {Move.NEXT: _next, Move.ASK: _ask, Move.COMPLETE: _complete}


def _bring(case: Item, entry: str, reason: Reason, told: Mapping[str, Any], *, at: datetime, **columns: Any) -> None:
    change, data = Change(case, SYSTEM, at), {**told, "reason": int(reason)}
    if case.state is State.IN_PROGRESS:
        row = decide(case, "complete_step", by=SYSTEM, at=at)
        follow(change, row, entry, data=data, **to_its_owner(case), **columns)
        change.lines[-1].reason = reason
    else:
        change.record(entry, reason=reason, data=data, highlighted=True, **columns)
    change.write()


def begin_step(case: Item, planned: Planned, number: int, *, at: datetime) -> int:
    """The Actions of a step, beside each other; the database refuses a second time (decision 42). The pass."""
    step_id = _insert_step(case, number, planned.step.name, at=at)
    known = type_of(case).actions
    awaiting = [name for name in planned.actions if known[name].kind == "wait_for_sub_case"]
    actions = _create(case, [name for name in planned.actions if name not in awaiting], at=at)
    subs = [_start_sub_case(case, one, at=at) for one in actions if known[one.action_name or ""].kind == "start_case"]
    actions += _create(case, awaiting, at=at)  # what it is there to await runs by now
    rows = [_row(step_id, one.action_name or "", one.pk) for one in actions]
    sql.insert("case_actions", rows + [_row(step_id, name, None) for name in planned.left_out])
    change = Change(case, SYSTEM, at)
    data = {
        "step": planned.step.name,
        "title": planned.step.title,
        "items": [one.reference for one in actions],
        "left_out": [*planned.left_out],
    }
    change.record("step_started", data=data, finished_step=None)
    change.write()
    if _run(case, actions, at=at) or subs:
        _settle_starts(case, subs, at=at)
        case.refresh_from_db()  # a Sub-Case may have ended at once, and moved its Case on
    return step_id


Started = tuple[Item, Item | None]  # the Action, and the Case that it started


def _create(case: Item, names: Sequence[str], *, at: datetime) -> list[Item]:
    known, first = type_of(case).actions, sql.next_ordinal(case.pk)
    return [
        new_action(case, known[name], ordinal, reason=Reason.NEW, by=SYSTEM, at=at)
        for ordinal, name in enumerate(names, start=first)
    ]


def _run(case: Item, actions: Sequence[Item], *, at: datetime) -> bool:
    """Do what the system does itself; whether there was any."""
    known = type_of(case).actions
    automatic = [one for one in actions if known[one.action_name or ""].kind in automatic_actions.AUTOMATIC]
    for one in automatic:
        automatic_actions.run(one, case, known[one.action_name or ""], at=at)
    return bool(automatic)


def _start_sub_case(case: Item, action: Item, *, at: datetime) -> Started:
    return action, start_sub_case(case, type_of(case).actions[action.action_name or ""], at=at)


def _settle_starts(case: Item, started: Sequence[Started], *, at: datetime) -> None:
    """Sub-Cases flow, and the Actions that started them are done; a type that is gone is a problem (A-53, C-24)."""
    for action, sub in started:
        if sub is not None:
            begin(sub, at=at)
            automatic_actions.complete(action, at=at)
    for action, sub in started:
        if sub is None:
            case.refresh_from_db()
            raise_problem(case, Problem.RULE_BLOCKED, source=action, reason="", by=SYSTEM, at=at)


def _row(step_id: int, name: str, item_id: int | None, *, copy: int = 0) -> dict[str, object]:
    return {"step_id": step_id, "name": name, "copy": copy, "item_id": item_id}


def _insert_step(case: Item, number: int, name: str, *, at: datetime) -> int:
    row = {"case_id": case.pk, "number": number, "step": name, "begun_at": at, "ended_at": None}
    return sql.insert("case_steps", [row], returning=True)[0]


def end_step(place: Place, *, at: datetime) -> None:
    sql.execute("UPDATE case_steps SET ended_at = %s WHERE id = %s", [sql.stored(at), place.id])


def _plan(case: Item, after: str | None) -> Planned | None:
    case_type = type_of(case)
    return flow.plan(case_type, after, flows.values(case, case_type)) if case_type.steps else None


def type_of(case: Item) -> CaseTypeDefinition:
    if case.process_version_id is None:
        raise ValueError("a Case that flows has a type")
    return definitions.case_type(case.process_version_id)
