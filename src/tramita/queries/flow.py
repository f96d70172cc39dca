"""Where a Case stands in its flow, and what its conditions are asked about (C-7, C-8)."""

from dataclasses import dataclass
from typing import Any

from tramita.domain.conditions import fields_of
from tramita.domain.process_definitions import CaseTypeDefinition
from tramita.models import Item
from tramita.queries.rows import fetch

# constants are written out: a parameter would lose the partial index `items_open_below`
OPEN_BELOW = "SELECT 1 FROM items WHERE parent_id = %s AND state < 4"
NEWEST = (
    "SELECT s.id, s.number, s.step, CASE WHEN s.ended_at IS NULL THEN 0 ELSE 1 END, "
    "(SELECT COUNT(*) FROM case_actions a JOIN items i ON i.id = a.item_id WHERE a.step_id = s.id AND i.state < 5) "
    "FROM case_steps s WHERE s.case_id = %s ORDER BY s.number DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Place:
    """The newest step of a Case; `step` is empty at the end of the flow."""

    id: int
    number: int
    step: str
    over: bool
    open: int  # of its Actions

    @property
    def at_end(self) -> bool:
        """Whether no step is left."""
        return not self.step


def place(case: Item) -> Place | None:
    """Where it stands; None for a Case without a flow. Cost: one statement, whatever is finished."""
    rows = fetch(NEWEST, [case.pk])
    if not rows:
        return None
    number, at, step, over, still_open = rows[0]
    return Place(number, at, step, bool(over), still_open)


def last_passes(case: Item) -> dict[str, int]:
    """The id of the newest pass of each step, by the step's name. Cost: one statement."""
    rows = fetch("SELECT step, id FROM case_steps WHERE case_id = %s ORDER BY number", [case.pk])
    return dict(rows)


def open_below(case: Item) -> bool:
    """Whether an Action or Sub-Case of it still runs. Cost: one look at an index of what runs."""
    return bool(fetch(f"{OPEN_BELOW} LIMIT 1", [case.pk]))


def open_sub_case(case_id: int) -> bool:
    """Whether a dependent Sub-Case of this Case has not ended (G-5)."""
    return bool(fetch(f"{OPEN_BELOW} AND kind = 1 LIMIT 1", [case_id]))


def values(case: Item, case_type: CaseTypeDefinition) -> dict[str, Any]:
    """What the conditions of its type may ask of the Case, in the shapes a read gives. Cost: a statement for each
    person, queue or organisation that one of them names, none for fields."""
    asked = {comparison.field.partition(".")[0] for one in conditions(case_type) for comparison in fields_of(one)}
    return {"fields": case.fields, **{name: VALUES[name](case) for name in asked & VALUES.keys()}}


def conditions(case_type: CaseTypeDefinition) -> list[Any]:
    """Every condition of a Case type, of steps and of Actions."""
    above = [step.when for step in case_type.steps]
    return [one for one in (*above, *(action.when for action in case_type.actions.values())) if one is not None]


def _part(number: int) -> Any:
    return lambda case: (case.process.key.split("/")[number : number + 1] or [None])[0] if case.process else None


def _moment(name: str) -> Any:
    return lambda case: getattr(case, name) and getattr(case, name).isoformat()


def _person(name: str) -> Any:
    def read(case: Item) -> str | None:
        person = getattr(case, name)
        return (person.email or person.key) if person else None

    return read


VALUES: dict[str, Any] = {
    "kind": lambda case: case.kind.value,
    "state": lambda case: case.state.value,
    "title": lambda case: case.title,
    "description": lambda case: case.description,
    "case_type": lambda case: case.process.key if case.process else None,
    "customer": _part(0),
    "contract": _part(1),
    "service": _part(2),
    "organisation": lambda case: case.organisation.key if case.organisation else None,
    "queue": lambda case: case.queue.key if case.queue else None,
    "assignee": _person("assignee"),
    "owner": _person("owner"),
    "requester": _person("requester"),
    "primary_contact": _person("primary_contact"),
    "created_at": _moment("created_at"),
    "due_at": _moment("due_at"),
}
