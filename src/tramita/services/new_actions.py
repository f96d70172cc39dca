"""A new Action of a Case: what it takes over, its due date, its allocation (A-1, A-30)."""

from datetime import datetime

from tramita.domain import estimates
from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Kind, Method, Reason, State
from tramita.domain.process_definitions import ActionDefinition
from tramita.models import Item
from tramita.queries import definitions
from tramita.services import clockwork, lending
from tramita.services.beginning import begin, place
from tramita.services.ledger import Change, create
from tramita.services.moving import ended
from tramita.services.submitting import submission


def new_action(
    case: Item,
    definition: ActionDefinition,
    ordinal: int,
    *,
    reason: Reason,
    due: datetime | None = None,
    instructions: str | None = None,
    by: Actor,
    at: datetime,
) -> Item:
    """Write it, To Do; the Case's row must be held, for the ordinal hangs on it."""
    action = Item(
        kind=Kind.ACTION,
        number=case.number,
        ordinal=ordinal,
        title=f"{definition.title}: {case.title}" if case.title else definition.title,
        parent=case,
        related_to_id=case.related_to_id or case.pk,
        process_id=case.process_id,
        process_version_id=case.process_version_id,
        customer_id=case.customer_id,
        organisation_id=case.organisation_id,
        action_name=definition.name,
        instructions=instructions if instructions is not None else definition.instructions,
        checklist=[[text, False] for text in definition.checklist],
        estimate=_estimate(case, definition.name),
        schedule=case.schedule,
        primary_contact_id=case.primary_contact_id,
        requester_id=case.requester_id,
        subject_id=case.subject_id,
        original_requester_id=case.original_requester_id,
        queue_id=case.queue_id,
    )
    lending.mark(action)
    change = begin(action, "create", by=SYSTEM, at=at, write=False)
    if action.state is State.CLOSED:  # nothing to wait for, and nobody needs to look
        change.record("closed", **ended(action, Method.COMPLETE, by=SYSTEM, at=at), closed_at=at)
        return _written(change, by=by)
    submission(change)
    change.record("clock_started", **clockwork.begun(action, at=at))
    if due is not None:
        change.record("due_changed", data={"to": due.isoformat()}, **clockwork.overridden(action, due, at=at))
    place(change)
    change.lines[0].reason = reason
    return _written(change, by=by)


def _written(change: Change, *, by: Actor) -> Item:
    create(change.item, by=by, at=change.at, change=change)
    lending.begun(change.item, at=change.at)
    return change.item


def _estimate(case: Item, name: str) -> int | None:
    version = case.process_version_id
    return None if version is None else estimates.initial(definitions.case_type(version), name, case.fields)
