"""The schedule of a Case: one of its type's structure, chosen by whoever starts it, or later (BU-3, BU-6, C-30, X-20).

A Case keeps the dates as they were when it was chosen, and its Actions keep them too: a due date can be recounted from
what the item says of itself, whatever becomes of the schedule (SLA-17, Z-15). Choosing it again takes the dates anew.
"""

from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, State
from tramita.domain.errors import Invalid
from tramita.models import Item
from tramita.queries import definitions
from tramita.services import clockwork, lending
from tramita.services.ledger import Change


def chosen(case: Item, name: str | None, *, field: str = "schedule") -> dict[str, Any] | None:
    """The schedule of that name, `2026-12` or `payroll/2026-12`, as the Case keeps it; None for no name.

    Raises: Invalid, naming the field: its type has no schedules, or none of that name.
    """
    if not name:
        return None
    structure = structure_of(case)
    if structure is None:
        raise Invalid.one(field, "not_for_this_type", "Cases of this type have no schedule.")
    known = definitions.schedules(structure)
    key = name.removeprefix(f"{structure}/")
    if known is None or key not in known.schedules:
        raise Invalid.one(field, "unknown", "There is no schedule “%(name)s”.", name=name)
    return {"name": f"{structure}/{key}", "dates": dict(known.schedules[key])}


def structure_of(case: Item) -> str | None:
    """The structure of dates of a Case's type."""
    if case.kind is not Kind.CASE or case.process_version_id is None:
        return None
    return definitions.case_type(case.process_version_id).schedule


def inherited(case: Item, parent: Item) -> dict[str, Any] | None:
    """What a Sub-Case takes over: the schedule of the Case above, where both are of one structure (G-11)."""
    structure = structure_of(case)
    kept = parent.schedule
    return kept if structure and kept and kept["name"].startswith(f"{structure}/") else None


def follow(case: Item, *, by: Actor, at: datetime) -> None:
    """The Actions that have not ended take the schedule of their Case, and the due dates that follow from it."""
    for action in Item.objects.filter(parent=case, kind=Kind.ACTION.number).exclude(state=State.CLOSED.number):
        if action.schedule != case.schedule:
            change = Change(action, by, at)
            change.record("schedule_changed", data=told(case.schedule), by_system=True, schedule=case.schedule)
            clockwork.recount(change)
            lending.moved(change)
            change.write()


def told(schedule: dict[str, Any] | None) -> dict[str, Any]:
    """What an entry says of it."""
    return {"to": schedule["name"] if schedule else None}
