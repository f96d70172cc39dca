"""The one way a state changes: a row of the lifecycle is decided on, then followed."""

from datetime import datetime
from typing import Any

from tramita.domain import approvals
from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.bounds import STOPPED, RobotsStopped
from tramita.domain.codes import OWNED, Kind, Listed, Method, Role, State, WaitType
from tramita.domain.errors import Conflict, NotPermitted
from tramita.domain.facts import Given
from tramita.domain.lifecycle import Row
from tramita.domain.permissions import needs
from tramita.domain.robots import LeaseLost
from tramita.models import Item, Person
from tramita.queries.bounds import from_outside, may_take
from tramita.queries.facts import children_closed, facts, in_review, lifecycle_of, only_reviews, outside
from tramita.queries.leases import terms_of
from tramita.queries.visibility import may
from tramita.services import clockwork, lending
from tramita.services.expiring import expire
from tramita.services.ledger import Change

WAIT = ("wait_type", "wait_since", "wait_until", "wait_days", "close_if_no_response")
NO_WAIT: dict[str, Any] = dict(zip(WAIT, (None, None, None, None, False), strict=True))
NO_PROBLEM: dict[str, Any] = {"problem": None, "problem_source_id": None, "problem_reason": None}
NO_RESOLUTION: dict[str, Any] = {
    "method": None,
    "resolution_reason": None,
    "resolver_id": None,
    "resolved_at": None,
    "window_ends_at": None,
}
OF_EVERY_ROBOT = frozenset({"start", "reject"})
ENDING_TIMERS = ("wake", "time_out", "close")
ENDS_WITH = {WaitType.SPLIT: Method.SPLIT_COMPLETED, WaitType.CASE_LAUNCHED: Method.CASE_LAUNCHED}


def require(by: Actor, permission: str, item: Item) -> None:
    """Refuse who lacks the permission on this item's branch of the configuration, and a robot without the item, or
    beyond its bounds.

    Raises: NotPermitted, LeaseLost, NeedsPerson.
    """
    _permit(by, permission, item)
    approved = by.bounds is not None and permission in by.bounds.approved
    if by.role is Role.ROBOT and permission != "view" and item.assignee_id != by.id and not approved:
        raise LeaseLost
    if by.bounds is not None and permission != "view":
        by.bounds.expect(permission)


def require_free(item: Item, by: Actor) -> None:
    """Refuse a mail, a note or a change of data by whoever may only review. Raises: Conflict. Rules: A-50, BU-7."""
    if only_reviews(item, by):
        raise Conflict(
            "Who reviews this Action reads it, ticks its checklist and decides: so it is set here.", code="only_reviews"
        )


def _permit(by: Actor, permission: str, item: Item) -> None:
    if by.bounds is not None and by.bounds.stopped:
        raise RobotsStopped(STOPPED)
    if not may(by, permission, item):
        raise NotPermitted("You may not do this here.")


def decide(item: Item, verb: str, *, by: Actor, at: datetime, **given: Any) -> Row:
    """The row that `verb` follows from here, or the error that says why not."""
    table, seen = lifecycle_of(item), facts(item, by, at=at, given=Given(now=at, **given))
    if by.is_system and verb not in table.all_verbs:
        raise ValueError(f"{item.kind} knows no {verb}")  # a slip of ours, which no item can be blamed for
    if by.is_staff or by.role is Role.ROBOT:
        table.expect(verb, seen, by=by.roles)
    if not by.is_system:
        _permit(by, needs(verb, holds=seen.holds), item)
    if by.bounds is not None and verb not in OF_EVERY_ROBOT:
        by.bounds.expect(needs(verb, holds=seen.holds))
    return table.decide(verb, seen, by=by.roles)


def follow(change: Change, row: Row, entry: str, **columns: Any) -> None:
    """Bring the item where the row leads: state, list, clock, highlight, timers and the entry that tells of it.

    Through `row.through` if it has one: both states are told (A-25, T-42).
    """
    if row.through is not None:
        step(change, row, row.through, "resolved", **columns)
        columns = {}
    if row.to is None:
        raise ValueError(f"{row.rule} leads nowhere: nothing to follow")
    step(change, row, row.to, entry, **columns)


def step(change: Change, row: Row, to: State, entry: str, **columns: Any) -> None:
    """One state change of `follow`."""
    item, data = change.item, columns.pop("data", {})
    visibility = columns.pop("visibility", None)
    words = columns.pop("words", None)
    came_from = item.state
    columns = _cleared(item, to) | columns | {"state": to}
    if row.highlight:
        columns["highlighted"] = True
    columns |= clockwork.advance(item, columns, at=change.at)
    columns["listed"] = listed(to, columns.get("assignee_id", item.assignee_id))
    _stop_timers(change, to)
    lending.moved(change)
    reason = row.reason
    change.record(
        entry,
        reason=reason,
        **({"visibility": visibility} if visibility else {}),
        data={"from": came_from.value, "to": to.value, "reason": int(reason), "rule": row.rule, **data},
        words=words,
        **columns,
    )
    if item.approval_id is not None and approvals.ends_with(item.kind, row.verb, to):
        expire(change)
    if to is State.CLOSED and item.parent_id is not None and item.kind is not Kind.ACTION:
        _tell_above(change, item.parent_id)


def _tell_above(change: Change, above: int) -> None:
    """A Ticket that was split, or became a Case, ends with the last of what it waits for (X-12, X-23).

    Its row is held before the one below is written, as an undo holds them; of two that close at once the later sees
    the earlier.
    """
    waiting = Item.objects.filter(pk=above, kind=Kind.TICKET.number, wait_type__in=ENDS_WITH)
    if waiting.select_for_update(of=("self",)).exists():
        change.beside.append(lambda: end_above(above, at=change.at))


def end_above(above: int, *, at: datetime) -> None:
    """Where all that it waits for is Closed, it is Closed, maybe through Resolved. Rules: T-42, T-43, R-18, CG-27."""
    ticket = Item.objects.select_related("process").get(pk=above)
    if ticket.wait_type not in ENDS_WITH or not children_closed(ticket):
        return
    row, change = decide(ticket, "complete_children", by=SYSTEM, at=at), Change(ticket, SYSTEM, at)
    method = ENDS_WITH[ticket.wait_type]
    told, columns = {"method": method.value}, ended(ticket, method, by=SYSTEM, at=at)
    if row.through is not None:
        step(change, row, row.through, "resolved", data=told, **columns)
        columns = {}
    step(change, row, State.CLOSED, "closed", data=told, **columns, closed_at=at)
    change.write()


def listed(state: State, assignee_id: int | None) -> Listed:
    """The list an item stands in (L-1 to L-4, L-9)."""
    if state is State.CLOSED:
        return Listed.NONE
    if state in OWNED:
        return Listed.OWNED
    return Listed.INBOX if assignee_id else Listed.QUEUE


def _cleared(item: Item, to: State) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if item.state is State.WAITING:
        columns |= NO_WAIT
    if item.state is State.RESOLVED and to is not State.CLOSED:
        columns |= NO_RESOLUTION
    if item.problem and to in (State.RESOLVED, State.CLOSED):
        columns |= NO_PROBLEM
    if item.finished_step and to in (State.RESOLVED, State.CLOSED):
        columns["finished_step"] = None
    if item.robot_rejected and to in (State.RESOLVED, State.CLOSED):
        columns["robot_rejected"] = False
    if to is State.CLOSED:
        columns |= {"highlighted": False, "window_ends_at": None}
    return columns


def _stop_timers(change: Change, to: State) -> None:
    leaving = {State.WAITING: ("wake", "time_out"), State.RESOLVED: ("close",)}.get(change.item.state, ())
    purposes = ENDING_TIMERS if to is State.CLOSED else leaving
    if purposes:
        change.cancel_timers(*purposes)


def ended(item: Item, method: Method, *, by: Actor, at: datetime, reason: str = "") -> dict[str, Any]:
    """The columns of a resolution. Who resolved first, and when, is kept for good (R-20)."""
    first = item.first_resolved_at is None
    return {
        "method": method,
        "resolution_reason": reason or None,
        "resolver_id": by.id,
        "resolved_at": at,
        "first_resolver_id": by.id if first else item.first_resolver_id,
        "first_resolved_at": at if first else item.first_resolved_at,
    }


def settle(change: Change) -> None:
    """An explicit update by who works on it takes the highlight and the dots away (L-8, CG-12)."""
    item, by = change.item, change.by
    if not by.is_staff:
        return
    seen: dict[str, Any] = {}
    if item.highlighted and item.assignee_id in (None, by.id):
        seen["highlighted"] = False
    if item.new_information:
        seen["new_information"] = False
    if seen:
        change.record("seen", **seen)


def take(change: Change) -> bool:
    """Starting to update an unassigned To Do item, or one's own, makes it theirs and In Progress (S-4, Z-1).

    Nothing happens to an item of somebody else, in another state, or for somebody who is not staff.
    """
    item, by = change.item, change.by
    free = item.assignee_id in (None, by.id)
    if in_review(item) and item.first_resolver_id == by.id:
        return False
    if by.bounds is not None and by.bounds.approved:
        return False  # nobody begins: what a robot does with a person's yes leaves the item with who has it
    if item.state is not State.TO_DO or not free or not (by.is_staff or by.role is Role.ROBOT):
        return False
    row = decide(item, "start", by=by, at=change.at)
    follow(change, row, "started", **picked_up(change))
    return True


def picked_up(change: Change) -> dict[str, Any]:
    """The columns of an item that whoever makes the change begins to work on; a robot by a lease (Z-17)."""
    item, by = change.item, change.by
    columns = taken(item, by)
    if by.role is not Role.ROBOT or by.id is None:
        return columns
    tainted = from_outside(item)
    if not may_take(item, by.id, tainted=tainted, at=change.at):
        raise Conflict("This robot works for another organisation at the moment.", code="other_organisation")
    return columns | change.lend(terms_of(by.id).lease, tainted=tainted)


def taken(item: Item, by: Actor) -> dict[str, Any]:
    """The columns of an item that a person takes up again, in whatever way; the first who does answers for it."""
    return assigned_to(item, by.id) | {"allocation": "taken"}


def left_team(item: Item, by: Actor) -> dict[str, Any]:
    """Who is held to their own queues and left this one does not keep what now waits or is done (L-10)."""
    gone = outside(item, by) if item.assignee_id == by.id else _left_team(item)
    return {"assignee_id": None, "owner_id": None, "allocation": "left_team"} if gone else {}


def _left_team(item: Item) -> bool:
    """The same of its assignee, where somebody else has it wait or ends it. Cost: a statement where it has one."""
    if item.assignee_id is None or item.queue_id is None:
        return False
    held_in = Person.objects.filter(pk=item.assignee_id, own_queues_only=True)
    return held_in.exclude(memberships__queue=item.queue_id).exists()


def assigned_to(item: Item, person_id: int | None) -> dict[str, Any]:
    """The columns of an assignment: the first assignee becomes the owner (G-10)."""
    columns: dict[str, Any] = {"assignee_id": person_id}
    if person_id is not None:
        columns["last_assignee_id"] = person_id
        if item.owner_id is None:
            columns["owner_id"] = person_id
    if person_id is not None and item.robot_rejected:
        columns["robot_rejected"] = False
    return columns
