"""What every beginning has in common: the number, the first entry, the clock, the allocation."""

from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.allocation import Why
from tramita.domain.codes import Kind, Listed, Visibility
from tramita.models import Definition, Item
from tramita.queries import definitions
from tramita.services import sql
from tramita.services.allocating import Allocated, allocate, queued, rule_of
from tramita.services.fields import with_defaults
from tramita.services.ledger import Change, create
from tramita.services.moving import assigned_to, decide


def place(change: Change, *, keep: bool = False) -> None:
    """Allocate a new item, if wanted to whoever starts it; the entry says why it went there (Z-9)."""
    done = _kept(change) if keep else _by_rule(change.item, at=change.at)
    change.record("allocated", data=done.data, **done.columns)


def _kept(change: Change) -> Allocated:
    """With who starts it, in the queue of its rule (X-16, X-20); not if they are held to other queues (Q-14)."""
    columns, by = queued(change.item), change.by
    if by.own_queues_only and columns["queue_id"] not in (None, *by.queue_ids):
        return _by_rule(change.item, at=change.at)
    columns, why = columns | assigned_to(change.item, by.id), Why.KEPT_WITH_USER.value
    return Allocated(columns | {"allocation": why, "listed": Listed.INBOX}, {"why": why})


def _by_rule(item: Item, *, at: datetime) -> Allocated:
    done = allocate(item, rule_of(item), at=at)
    listed = Listed.INBOX if done.columns["assignee_id"] else Listed.QUEUE
    return Allocated(done.columns | {"listed": listed}, done.data)


def begin(item: Item, verb: str, *, by: Actor, at: datetime, write: bool = True, **columns: Any) -> Change:
    """Fill in what every beginning has, with its entry; written unless the caller has more to say."""
    row = decide(item, verb, by=by, at=at, missing=())
    item.number = item.number or sql.next_number()
    item.state, item.creator_id = row.to, by.id
    item.created_at = at
    item.fields = with_defaults(item)
    if by.is_staff:
        item.owner_id = by.id  # G-10: the creator, for manual starts
    for name, value in columns.items():
        setattr(item, name, value)
    change = Change(item, by, at)
    data = {"from": None, "to": item.state.value, "reason": int(row.reason), "rule": row.rule}
    change.record("created", reason=row.reason, visibility=Visibility.PARTICIPANTS, data=data)
    if write:
        create(item, by=by, at=at, change=change)
    return change


def set_process(item: Item, current: definitions.Current[Any]) -> None:
    """Put the item under a category or Case type, as it is now (SLA-17)."""
    kind = "category" if item.kind is Kind.TICKET else "case_type"
    item.process = Definition(id=current.definition_id, kind=kind, key=current.process.path)  # spares a query
    item.process_version_id = current.version_id
    item.customer_id = current.customer_id
    if item.organisation_id is None:
        item.organisation_id = current.organisation_id
