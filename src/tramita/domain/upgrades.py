"""Running Cases move to a newer version of their type: where what vanished goes, what becomes of a Case (decision 48).

Steps and Actions go by their names. For those that the newer version does not have, a person says what they are there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tramita.domain.errors import FieldError, Invalid
from tramita.domain.process_definitions import CaseTypeDefinition, StepDefinition


class Fate(StrEnum):
    """What the move does to a Case."""

    MOVES = "moves"  # and goes on where it stands
    GOES_ON = "goes_on"  # its step is complete by the move; what comes then no undo takes back
    STAYS = "stays"  # where it stands has no counterpart: it keeps its version


@dataclass(frozen=True, slots=True)
class Chosen:
    """Where what vanished goes, by the old names. What is named nowhere goes on as it is, or is history.

    A step without a counterpart keeps its Cases; an Action that is None is closed.
    """

    steps: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def closed(self) -> frozenset[str]:
        """The Actions that the move ends."""
        return frozenset(name for name, new in self.actions.items() if new is None)

    @property
    def renamed(self) -> Mapping[str, str]:
        """The Actions that are another one from now on."""
        return {name: new for name, new in self.actions.items() if new is not None}


@dataclass(frozen=True, slots=True)
class Stand:
    """Where one Case stands in the old version."""

    step: str | None  # empty at the end; None without a flow
    held: bool = False  # in Pause, with a problem, or a person was asked to move it on
    open: Sequence[str] = ()  # the running Actions of its step, by name


def fate(case: Stand, new: CaseTypeDefinition, chosen: Chosen) -> Fate:
    """What becomes of a Case."""
    if stands_at(case.step, new, chosen) is None and case.step is not None:
        return Fate.STAYS
    ends = case.step and case.open and chosen.closed.issuperset(case.open)
    return Fate.GOES_ON if ends and not case.held else Fate.MOVES


def stands_at(step: str | None, new: CaseTypeDefinition, chosen: Chosen) -> str | None:
    """The step of the newer version where a Case of this step goes on; None: it has none."""
    if not step:
        return step
    at = chosen.steps.get(step, step)
    return at if any(one.name == at for one in new.steps) else None


def check(old: CaseTypeDefinition, new: CaseTypeDefinition, chosen: Chosen) -> None:
    """Raises: Invalid, naming every step and Action whose counterpart makes no sense."""
    faults = [*_steps(old, new, chosen), *_actions(old, new, chosen)]
    if faults:
        raise Invalid(faults)


def _steps(old: CaseTypeDefinition, new: CaseTypeDefinition, chosen: Chosen) -> Iterator[FieldError]:
    before, after = {one.name for one in old.steps}, {one.name for one in new.steps}
    for name, to in chosen.steps.items():
        if name not in before - after:
            yield FieldError(f"steps.{name}", "not_vanished", "Only steps that the newer version lacks are chosen for.")
        elif to not in after:
            yield FieldError(f"steps.{name}", "unknown", "The newer version has no step “%(name)s”.", {"name": to})


def _actions(old: CaseTypeDefinition, new: CaseTypeDefinition, chosen: Chosen) -> Iterator[FieldError]:
    """Two Actions that were apart cannot become one: a pass has each once (decision 42)."""
    taken: set[str | None] = set(old.actions)
    for name, to in chosen.actions.items():
        if name not in old.actions or name in new.actions:
            yield FieldError(
                f"actions.{name}", "not_vanished", "Only Actions that the newer version lacks are chosen for."
            )
        elif to is not None and to not in new.actions:
            yield FieldError(f"actions.{name}", "unknown", "The newer version has no Action “%(name)s”.", {"name": to})
        elif to is not None and to in taken:
            yield FieldError(f"actions.{name}", "taken", "“%(name)s” stands for another Action already.", {"name": to})
        taken.add(to)


def vanished(old: CaseTypeDefinition, new: CaseTypeDefinition) -> tuple[Sequence[StepDefinition], Sequence[str]]:
    """The steps, and the names of the Actions, that the newer version does not have."""
    kept = {one.name for one in new.steps}
    return [one for one in old.steps if one.name not in kept], [one for one in old.actions if one not in new.actions]


def comes_again(old: CaseTypeDefinition, new: CaseTypeDefinition, step: str, chosen: Chosen) -> Sequence[str]:
    """The Actions that a Case at this step has had and that the newer version has in a step to come."""
    at = stands_at(step, new, chosen)
    if not at:
        return ()
    names = [one.name for one in old.steps]
    had = {name for one in old.steps[: names.index(step) + 1] for name in one.actions}
    places = [one.name for one in new.steps]
    ahead = [name for one in new.steps[places.index(at) + 1 :] for name in one.actions]
    return [name for name in ahead if name in {chosen.renamed.get(one, one) for one in had}]
