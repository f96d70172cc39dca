"""Actions launched by hand, so many copies at a time (C-11, A-10)."""

from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, Reason
from tramita.domain.due_rules import check_due
from tramita.domain.errors import Conflict, Invalid
from tramita.domain.process_definitions import ActionDefinition
from tramita.models import Item
from tramita.queries import definitions
from tramita.services import flowing, sql
from tramita.services.flowing import RUNNING
from tramita.services.ledger import Change
from tramita.services.moving import NO_PROBLEM, require
from tramita.services.new_actions import new_action
from tramita.services.transactions import one_transaction


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
    flowing.hold(item)
    above = item.parent_id if item.kind is Kind.ACTION else None
    held = Item.objects.select_for_update().get(pk=above or item.pk)  # the running numbers hang on it
    case = item if item.pk == held.pk else held
    definition = _definition(case, action)
    _check(case, copies, due, definition, at=at)
    change = Change(case, by, at)
    first = sql.next_ordinal(case.pk)
    launched = [
        new_action(
            case,
            definition,
            ordinal,
            reason=Reason.BY_RESOURCE,
            due=due,
            instructions=instructions,
            by=by,
            at=at,
        )
        for ordinal in range(first, first + copies)
    ]
    if case.problem:
        flowing.repaired_by(case, launched)
    settled = NO_PROBLEM if case.problem else {}
    data = {"action": action, "items": [one.reference for one in launched]}
    change.record("action_launched", data=data, **settled)
    change.write()
    flowing.repeat(case, launched, at=at)
    flowing.go_on(case, at=at)
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
    if due is not None:
        check_due(due, at=at)
