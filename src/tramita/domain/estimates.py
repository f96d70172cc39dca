"""How much effort a Case is expected to cost: so long for each record, and so many records (C-13)."""

from collections.abc import Mapping
from typing import Any

from tramita.domain.conditions import holds
from tramita.domain.durations import parse_span
from tramita.domain.flow import following, planned_step
from tramita.domain.process_definitions import CaseTypeDefinition

MOST = 2_000_000_000  # seconds: what the column holds


def is_estimated(case_type: CaseTypeDefinition) -> bool:
    """Whether its Actions say how long they take."""
    return any(action.estimate for action in case_type.actions.values())


def initial(case_type: CaseTypeDefinition, name: str, fields: Mapping[str, Any]) -> int | None:
    """The seconds that an Action of this name begins with; None without an estimate."""
    action = case_type.actions.get(name)
    if action is None or action.estimate is None:
        return None
    return min(round(parse_span(action.estimate).seconds * records(case_type, fields)), MOST)


def records(case_type: CaseTypeDefinition, fields: Mapping[str, Any]) -> float:
    """How many the Case is about: what its field says, else one."""
    said = fields.get((case_type.records or "").removeprefix("fields."))
    return max(said, 0) if isinstance(said, (int, float)) and not isinstance(said, bool) else 1


def to_come(case_type: CaseTypeDefinition, after: str | None, values: Mapping[str, Any]) -> int:
    """The seconds of the steps after this one (None: of all), as their conditions stand now."""
    fields, total = values.get("fields", {}), 0
    for step in following(case_type, after):
        if step.when is None or holds(step.when, values):
            planned = planned_step(case_type, step, values)
            total += sum(initial(case_type, name, fields) or 0 for name in planned.actions)
    return total
