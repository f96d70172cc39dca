"""What a Case does next: the steps of its type, where it stands, and what its conditions say (C-7 to C-10).

Conditions are asked when a step begins, and not again while it runs (C-9).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tramita.domain.conditions import holds
from tramita.domain.errors import Invalid
from tramita.domain.process_definitions import CaseTypeDefinition, StepDefinition


class Move(StrEnum):
    """What the engine does with a Case now."""

    STAY = "stay"  # something runs, or a person has to decide first
    ASK = "ask"  # a person moves it on (C-47)
    NEXT = "next"  # the next step begins, or the end
    COMPLETE = "complete"  # everything is done (C-10)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a Case stands. The defaults are those of a Case whose step is just over."""

    held: bool = False  # it does not run, is in Pause (CG-49) or has a problem (C-25)
    manual: bool = False  # the mode of progression
    over: bool = False  # the step was ended before
    asked: bool = False  # a person was asked to move it on and has not yet
    at_end: bool = False  # there is no step any more
    completed: bool = False  # it was completed once, and came back (C-57)
    child_ended: bool = False  # something of it has just ended
    open: int = 0  # of the step's Actions; at the end, of all that hangs on the Case
    more: bool = True  # another step follows


def move(case: Standing) -> Move:
    """The one thing to do now. A Case that was reopened is a person's, until something of it ends."""
    if case.held or case.open:
        return Move.STAY
    if case.at_end:
        return Move.STAY if case.completed and not case.child_ended else Move.COMPLETE
    if case.over:
        return Move.STAY if case.asked else Move.NEXT
    return Move.ASK if case.manual and case.more else Move.NEXT


@dataclass(frozen=True, slots=True)
class Planned:
    """A step that begins: what runs beside each other, and what its conditions leave out."""

    step: StepDefinition
    actions: tuple[str, ...]
    left_out: tuple[str, ...]


def plan(case_type: CaseTypeDefinition, after: str | None, values: Mapping[str, object]) -> Planned | None:
    """The step after this one (None: the first) that has something to do; None: there is no more.

    A step is passed over if its condition does not hold, or those of all its Actions do not.
    """
    for step in following(case_type, after):
        planned = planned_step(case_type, step, values)
        if planned.actions and (step.when is None or holds(step.when, values)):
            return planned
    return None


def planned_step(case_type: CaseTypeDefinition, step: StepDefinition, values: Mapping[str, object]) -> Planned:
    """One step, whatever its own condition says."""
    conditions = {name: case_type.actions[name].when for name in step.actions}
    wanted = {name for name, when in conditions.items() if when is None or holds(when, values)}
    return Planned(
        step,
        tuple(name for name in step.actions if name in wanted),
        tuple(name for name in step.actions if name not in wanted),
    )


def following(case_type: CaseTypeDefinition, after: str | None) -> Iterator[StepDefinition]:
    """The steps after this one, in order."""
    names = [step.name for step in case_type.steps]
    return iter(case_type.steps[names.index(after) + 1 if after is not None else 0 :])


@dataclass(frozen=True, slots=True)
class Restart:
    """Where a rework starts: at the beginning of a step, or at one of its Actions."""

    step: StepDefinition
    after: str | None  # the step before it
    action: str | None = None


def restart_from_step(case_type: CaseTypeDefinition, here: str, step: str) -> Restart:
    """A step before the one where the Case stands; `here` is empty behind the last (C-32, C-33). Raises: Invalid."""
    names = [one.name for one in case_type.steps]
    if step not in names:
        raise Invalid.one("step", "unknown", "This Case type has no step “%(name)s”.", name=step)
    place = names.index(step)
    if place >= _place(case_type, here):
        raise Invalid.one("step", "not_before", "“%(name)s” is not before the present step.", name=step)
    return Restart(case_type.steps[place], names[place - 1] if place else None)


def restart_from_action(case_type: CaseTypeDefinition, here: str, action: str) -> Restart:
    """An Action of the present step or one before (C-31 to C-33, CG-5). Raises: Invalid."""
    for place, step in enumerate(case_type.steps):
        if action in step.actions:
            if place > _place(case_type, here):
                raise Invalid.one("action", "not_before", "“%(name)s” is in a step to come.", name=action)
            return Restart(step, None, action)
    if action in case_type.actions:
        raise Invalid.one("action", "ad_hoc", "An Action that was launched by hand is no place to start again from.")
    raise Invalid.one("action", "unknown", "This Case type has no Action “%(name)s”.", name=action)


def _place(case_type: CaseTypeDefinition, here: str) -> int:
    names = [step.name for step in case_type.steps]
    return names.index(here) if here else len(names)
