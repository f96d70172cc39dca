"""The flow of a Case as people read it: every step of its type, its Actions, and where it stands (C-7)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, State
from tramita.domain.process_definitions import CaseTypeDefinition, StepDefinition
from tramita.domain.references import Reference
from tramita.models import Item, Version
from tramita.queries import definitions
from tramita.queries.names import Who, who
from tramita.queries.rows import fetch
from tramita.queries.visibility import visible_sql

STATES = {state.number: state for state in State}


class Passage(StrEnum):
    """How far a Case is with a step."""

    DONE = "done"
    RUNNING = "running"
    ASKED = "asked"  # done, and a person moves the Case on (C-47)
    TO_COME = "to_come"
    LEFT_OUT = "left_out"  # its conditions did not hold (C-8)


@dataclass(frozen=True, slots=True)
class FlowAction:
    """An Action of a step; without a reference it was not begun, or is not visible. Left out, it has no state.

    `approvers` are those on whose decision it waits (EA-3).
    """

    name: str
    title: str
    reference: str | None = None
    state: State | None = None
    assignee: Who | None = None
    approvers: Sequence[Who] = ()


@dataclass(frozen=True, slots=True)
class FlowStep:
    """A step, with the Actions of its newest pass, else those it would have."""

    name: str
    title: str
    state: Passage
    actions: Sequence[FlowAction]


@dataclass(frozen=True, slots=True)
class _Pass:
    """The newest time that a step began."""

    number: int
    actions: Sequence[FlowAction]


def flow_of(case: Item, actor: Actor) -> list[FlowStep]:
    """Every step in order; none for a Case whose flow did not begin, or whose type has none. Cost: one statement."""
    if case.kind is not Kind.CASE or case.process_version_id is None:
        return []
    case_type = definitions.case_type(case.process_version_id)
    if not case_type.steps:
        return []
    passes, newest = _passes(case, actor, case_type)
    at, steps, latest = _position(case_type, newest), [], 0
    for place, step in enumerate(case_type.steps):
        passed = passes.get(step.name)
        if passed is not None and passed.number < latest:
            passed = None  # of the time before a rework: this time it was left out
        latest = passed.number if passed else latest
        steps.append(_step(case, case_type, step, passed, place - at))
    return steps


def _position(case_type: CaseTypeDefinition, newest: str | None) -> int:
    """The place of the step where the Case stands; before the first where nothing began, after the last at the end."""
    names = [step.name for step in case_type.steps]
    return -1 if newest is None else names.index(newest) if newest else len(names)


def _step(case: Item, case_type: CaseTypeDefinition, step: StepDefinition, passed: _Pass | None, away: int) -> FlowStep:
    if away > 0 or (passed is None and away == 0):
        planned = [FlowAction(name, case_type.actions[name].title) for name in step.actions]
        return FlowStep(step.name, step.title, Passage.TO_COME, planned)
    if passed is None:
        return FlowStep(step.name, step.title, Passage.LEFT_OUT, ())
    here = Passage.ASKED if case.finished_step == step.name else Passage.RUNNING
    return FlowStep(step.name, step.title, here if away == 0 else Passage.DONE, passed.actions)


def _passes(case: Item, actor: Actor, case_type: CaseTypeDefinition) -> tuple[dict[str, _Pass], str | None]:
    """The newest pass of each step, by name; and the step that began last, empty at the end of the flow."""
    seen = visible_sql(actor)
    rows = fetch(
        "SELECT s.number, s.step, a.name, i.process_version_id, i.number, i.ordinal, i.state, p.id, p.name, "
        "COALESCE(p.email, ''), p.role, w.id, w.name, COALESCE(w.email, ''), w.role "
        "FROM case_steps s LEFT JOIN case_actions a ON a.step_id = s.id "
        "LEFT JOIN (SELECT id, number, ordinal, state, assignee_id, approval_id, process_version_id FROM items "
        f"WHERE parent_id = %s AND {seen.sql}) i "
        "ON i.id = a.item_id LEFT JOIN people p ON p.id = i.assignee_id "
        "LEFT JOIN consents c ON c.approval_id = i.approval_id AND c.state = 'awaiting' AND NOT EXISTS (SELECT 1 "
        "FROM consents b WHERE b.approval_id = c.approval_id AND b.state = 'awaiting' AND b.level < c.level) "
        "LEFT JOIN people w ON w.id = c.person_id "
        "WHERE s.case_id = %s AND s.number IN (SELECT MAX(number) FROM case_steps WHERE case_id = %s GROUP BY step) "
        "ORDER BY s.number, a.id, w.name",
        [case.pk, *seen.params, case.pk, case.pk],
    )
    actions: defaultdict[int, list[FlowAction]] = defaultdict(list)
    numbers: dict[str, int] = {}
    for number, step, name, *row in rows:
        numbers[step] = number
        for action in _action(case, case_type, name, row):
            _add(actions[number], action)
    newest = max(numbers, key=lambda step: numbers[step]) if numbers else None
    return {step: _Pass(number, actions[number]) for step, number in numbers.items()}, newest


def _title(name: str, case: Item, case_type: CaseTypeDefinition, version: int | None) -> str:
    """Of an Action of an older version, which the Case left, as that version says (decision 48).

    One that was not begun does not tell its version: then the newest that knows it. Cost of that alone: one statement.
    """
    known_as = case_type.actions.get(name)
    if known_as is None:
        tried = (definitions.case_type(one) for one in ([version] if version is not None else _versions(case)))
        known_as = next((one.actions[name] for one in tried if name in one.actions), None)
    return known_as.title if known_as else name


def _versions(case: Item) -> Iterator[int]:
    """Of its type, the newest first."""
    newest_first = Version.objects.filter(definition=case.process_id).order_by("-number")
    yield from newest_first.values_list("pk", flat=True)


def _add(actions: list[FlowAction], one: FlowAction) -> None:
    """A row more, be it of an Action with another approver."""
    last = actions[-1] if actions else None
    if last is not None and one.approvers and last.reference == one.reference:
        actions[-1] = replace(last, approvers=(*last.approvers, *one.approvers))
    else:
        actions.append(one)


def _action(case: Item, case_type: CaseTypeDefinition, name: str | None, row: Sequence[Any]) -> Iterator[FlowAction]:
    if name is None:
        return
    version, number, ordinal, state, person, *known, asked, its_name, address, role = row
    title = _title(name, case, case_type, version)
    if number is None:
        yield FlowAction(name, title)
        return
    reference = str(Reference(Kind.ACTION, number, ordinal))
    approvers = (who(asked, its_name, address, role),) if asked else ()
    yield FlowAction(name, title, reference, STATES[state], who(person, *known) if person else None, approvers)
