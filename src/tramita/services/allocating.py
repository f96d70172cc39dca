"""Who gets an item: the order of Z-9, with the reason for the choice kept (Q-1, Q-7)."""

from typing import Any

from tramita.domain import allocation as allocating
from tramita.domain.codes import Kind, State
from tramita.domain.definitions import CategoryDefinition
from tramita.domain.process_definitions import ActionDefinition, CaseTypeDefinition
from tramita.models import Item
from tramita.queries import definitions
from tramita.services.fitting import still_fits
from tramita.services.moving import assigned_to, listed

Rule = CategoryDefinition | CaseTypeDefinition | ActionDefinition


def rule_of(item: Item) -> Rule | None:
    """What the item was started under; an Action's own definition in its Case type."""
    if item.process_version_id is None:
        return None
    if item.kind is Kind.TICKET:
        return definitions.category(item.process_version_id)
    case_type = definitions.case_type(item.process_version_id)
    return case_type.actions[item.action_name] if item.action_name else case_type


def allocation(item: Item, rule: Rule | None, *, keep: bool = False) -> dict[str, Any]:
    """The columns of an allocation: who was last at it if that is wanted, the rule's user, the secondary, the queue.

    The queue is set also for somebody's item (Q-1).
    """
    queue_id, before = definitions.queue_id(rule.queue) if rule else None, item.queue_id
    if queue_id is not None:
        item.queue_id = queue_id  # what makes a target valid
    wanted = allocating.Rule(
        queue=item.queue_id,
        user=definitions.worker_id(rule.assign_user) if rule else None,
        secondary=definitions.worker_id(rule.assign_secondary) if rule else None,
    )
    choice = allocating.allocate(
        wanted,
        valid=lambda person_id: still_fits(item, person_id),
        keep_with_user=keep,
        last_worker=item.last_assignee_id,
    )
    item.queue_id = before  # the change writes what differs from it
    columns = assigned_to(item, choice.assignee)
    return {"queue_id": choice.queue, "allocation": choice.why.value, **columns}


def queued(item: Item) -> dict[str, Any]:
    """The queue alone, for what its writer keeps: a Draft that is resolved at first contact (T-24, Q-1)."""
    rule = rule_of(item)
    return {"queue_id": definitions.queue_id(rule.queue) if rule else None}


def returning_to(item: Item) -> dict[str, Any]:
    """Where a reopened item goes: back to who worked on it if the desk says so, else by its rule (Q-9)."""
    keep = definitions.settings().keep_with_user
    columns = allocation(item, rule_of(item), keep=keep)
    return columns | {"listed": listed(State.TO_DO, columns["assignee_id"])}
