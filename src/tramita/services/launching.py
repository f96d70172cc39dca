"""Actions launched by hand, so many copies at a time (C-11, A-10)."""

from datetime import datetime

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Kind, Reason, State
from tramita.domain.definitions import ActionDefinition
from tramita.domain.errors import Conflict, Invalid
from tramita.models import Item
from tramita.queries import definitions
from tramita.services import clockwork, sql
from tramita.services.ledger import Change, create
from tramita.services.moving import NO_PROBLEM, require
from tramita.services.starting import begin, place
from tramita.services.submitting import submission
from tramita.services.transactions import one_transaction

RUNNING = (State.TO_DO, State.IN_PROGRESS, State.WAITING)


@one_transaction
def launch(
    item: Item,
    *,
    action: str,
    copies: int = 1,
    due: datetime | None = None,
    instructions: str | None = None,
    by: Actor,
    at: datetime,
) -> list[Item]:
    """Start copies of an Action type from a Case or one of its Actions; neither need be the caller's.

    What may be launched: the startable Action types, and those that a problem of the Case names (C-22, A-23).
    Rules: C-11, A-1, A-30, Z-14.
    """
    require(by, "work", item)
    held = Item.objects.select_for_update().get(pk=item.parent_id or item.pk)  # the running numbers hang on it
    case = item if item.pk == held.pk else held
    definition = _definition(case, action)
    _check(case, copies, due, definition, at=at)
    change = Change(case, by, at)
    launched = [_one(case, definition, due, instructions, by=by, at=at) for _ in range(copies)]
    settled = NO_PROBLEM if case.problem else {}
    data = {"action": action, "items": [one.reference for one in launched]}
    change.record("action_launched", data=data, **settled)
    change.write()
    return launched


def _definition(case: Item, action: str) -> ActionDefinition:
    if case.kind is not Kind.CASE or case.process_version_id is None:
        raise Conflict("Only a Case has Actions.", code="not_a_case")
    definition = definitions.case_type(case.process_version_id).actions.get(action)
    if definition is None:
        raise Invalid.one("action", "unknown", "This Case type has no Action “%(name)s”.", name=action)
    relaunched = case.problem_source is not None and case.problem_source.action_name == action
    if not (definition.startable or relaunched):
        raise Invalid.one("action", "not_startable", "“%(name)s” is not launched by hand.", name=action)
    return definition


def _check(case: Item, copies: int, due: datetime | None, definition: ActionDefinition, *, at: datetime) -> None:
    if case.state not in RUNNING:
        raise Conflict("Actions are launched while the Case runs.", code="case_not_running")
    most = definitions.settings().limits.action_copies
    if not 1 <= copies <= most:
        raise Invalid.one("copies", "out_of_range", "Give a number of copies from 1 to %(most)s.", most=most)
    if due is not None and due <= at:
        raise Invalid.one("due", "in_the_past", "Choose a moment in the future.")


def _one(
    case: Item, definition: ActionDefinition, due: datetime | None, instructions: str | None, *, by: Actor, at: datetime
) -> Item:
    action = Item(
        kind=Kind.ACTION,
        number=case.number,
        ordinal=sql.next_ordinal(case.pk),
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
        primary_contact_id=case.primary_contact_id,
        requester_id=case.requester_id,
        subject_id=case.subject_id,
        original_requester_id=case.original_requester_id,
        queue_id=case.queue_id,
    )
    change = begin(action, "create", by=SYSTEM, at=at, write=False)
    submission(change)
    change.record("clock_started", **clockwork.begun(action, at=at))
    if due is not None:
        change.record("due_changed", data={"to": due.isoformat()}, **clockwork.overridden(action, due, at=at))
    place(change)
    change.lines[0].reason = Reason.BY_RESOURCE
    create(action, by=by, at=at, change=change)
    return action
