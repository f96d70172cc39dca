"""Who works on an item: start, To Do, release, assign, reject."""

from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind
from tramita.domain.errors import Invalid
from tramita.models import Item
from tramita.services import flowing
from tramita.services.fitting import valid_target
from tramita.services.ledger import Change
from tramita.services.moving import NO_PROBLEM, assigned_to, decide, follow, picked_up, settle
from tramita.services.transactions import one_transaction


@one_transaction
def start(item: Item, *, by: Actor, at: datetime) -> None:
    """Pick it up: it becomes theirs and In Progress. Rules: T-25, C-44, A-31; C-22(3) for a problem."""
    flowing.hold(item)
    row = decide(item, "start", by=by, at=at)
    change = Change(item, by, at)
    settled = NO_PROBLEM if item.problem else {}
    follow(change, row, "started", **picked_up(change), **settled)
    settle(change)
    change.write()
    if item.kind is Kind.CASE:
        flowing.go_on(item, at=at)


@one_transaction
def to_do(item: Item, *, by: Actor, at: datetime) -> None:
    """Undo an accidental start; the holder keeps it. Rules: S-7, T-28, C-45, A-32."""
    row = decide(item, "to-do", by=by, at=at)
    change = Change(item, by, at)
    follow(change, row, "set_to_do")
    settle(change)
    change.write()


@one_transaction
def release(item: Item, *, by: Actor, at: datetime) -> None:
    """Give it back to its queue. Rules: S-6, T-26, C-45, A-32."""
    row = decide(item, "release", by=by, at=at)
    change = Change(item, by, at)
    settle(change)
    follow(change, row, "released", assignee_id=None, allocation="released")
    change.write()


@one_transaction
def assign(item: Item, *, to: str | int, by: Actor, at: datetime) -> None:
    """Give it to a user or robot: an address, a robot's name or an id. It is To Do there. Rules: T-27, T-54, Q-12."""
    target = valid_target(item, to)
    row = decide(item, "assign", by=by, at=at, target_valid=target is not None)
    if target is None:
        raise Invalid.one("to", "invalid_target", "This person or robot cannot be given this item.")
    change = Change(item, by, at)
    settle(change)
    data = {"assignee": target.name, "assignee_id": target.pk}
    follow(change, row, "assigned", data=data, **assigned_to(item, target.pk), allocation="by_hand")
    change.write()


@one_transaction
def reject(item: Item, *, reason: str, by: Actor, at: datetime) -> None:
    """A robot hands the item to people. Rules: S-8, T-29, B-5, B-10."""
    row = decide(item, "reject", by=by, at=at)
    change = Change(item, by, at)
    nobodys = {"assignee_id": None, "robot_rejected": True, "allocation": "rejected"}
    follow(change, row, "rejected", words={"reason": reason}, **nobodys)
    change.write()
