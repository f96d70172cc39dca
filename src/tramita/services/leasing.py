"""Robots at work: the next item with a lease, signs of life, and the ways in which a run ends (B-4 to B-6, Z-17).

The item is written before its timer, and both before its lease, by everybody: who meet wait in this order.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.bounds import LimitReached, Mode
from tramita.domain.codes import Kind, Method
from tramita.domain.errors import Conflict, StaleVersion
from tramita.domain.proposals import Proposed
from tramita.domain.robots import LAPSES, METHODS, Ending, LeaseLost
from tramita.models import Item, Lease
from tramita.queries import leases
from tramita.queries.items import get_visible_by_id
from tramita.services import editing, proposing, pulling, resolving, sql, working
from tramita.services.ledger import LEASE, Change
from tramita.services.moving import decide, follow
from tramita.services.transactions import one_transaction

CERTAIN = 100  # percent


def next_lease(*, by: Actor, at: datetime) -> tuple[Item, Lease] | None:
    """The next item for this robot, now In Progress under a lease; None when there is none, or it rests.

    Rules: B-1, B-4, B-10, Q-3.
    """
    leases.only_robots(by)
    try:
        item = pulling.pull(by=by, at=at)
    except LimitReached:  # another call of the same robot was faster with the last run of this hour
        return None
    found = leases.lease_of(item) if item is not None else None
    return (item, found) if item is not None and found is not None else None


@one_transaction
def heartbeat(
    lease_id: int, *, fence: int | None = None, cost: Decimal | None = None, by: Actor, at: datetime
) -> Lease:
    """A sign of life: the lease is as long again from now. `cost`: what the run came to so far.

    Raises: LeaseLost. Rule: Z-17.
    """
    lease = leases.held(lease_id, by, at, fence)
    spent = {} if cost is None else {"cost": cost}
    until = max(at + leases.terms_of(by.id).lease, lease.expires_at)
    sql.set_timer(lease.item_id, LEASE, until, {})
    kept = Lease.objects.filter(pk=lease.pk, ended_at=None, expires_at__gt=at).update(expires_at=until, **spent)
    if not kept:
        raise LeaseLost
    lease.expires_at = until
    return lease


@one_transaction
def complete(
    lease_id: int,
    *,
    fields: Mapping[str, Any] | None = None,
    note: str = "",
    method: str | None = None,
    fence: int | None = None,
    cost: Decimal | None = None,
    confidence: int | None = None,
    by: Actor,
    at: datetime,
) -> Item:
    """The work is done: fields are written and the item is resolved, by `method` or what its kind has.

    Where the robot only proposes that, or is less sure than it must be, it is put before people (AI-1).
    Raises: LeaseLost, and what resolving raises; then the lease lives on. Rules: B-4, B-7, T-35, R-5, R-5b.
    """
    by = by.as_sure(confidence)
    if _for_a_person(by):
        given = {"fields": dict(fields or {}), "note": note, "method": method}
        return _proposed(lease_id, given, confidence, fence, by, at)
    item = _held(lease_id, fence, by, at)
    _filled(item, fields, by, at)
    resolving.resolve(item, method=method or METHODS[item.kind], note=note, by=by, at=at)
    said_besides = {"cost": cost} if cost is not None else {}
    Lease.objects.filter(pk=lease_id).update(confidence=confidence, **said_besides)
    return item


def _for_a_person(by: Actor) -> bool:
    if by.bounds is None or by.bounds.mode("resolve") is Mode.OFF:
        return False
    return by.bounds.unsure or by.bounds.mode("resolve") is not Mode.ACT


def _proposed(
    lease_id: int, given: Mapping[str, Any], confidence: int | None, fence: int | None, by: Actor, at: datetime
) -> Item:
    said, verb = {name: value for name, value in given.items() if value}, Proposed.COMPLETE
    return proposing.propose(lease_id, verb=verb, given=said, confidence=confidence, fence=fence, by=by, at=at).item


@one_transaction
def unable(
    lease_id: int,
    *,
    reason: str,
    fields: Mapping[str, Any] | None = None,
    note: str = "",
    fence: int | None = None,
    by: Actor,
    at: datetime,
) -> Item:
    """Nobody can do it: the Action ends so, and its Case goes to a person. Rules: B-6, A-39, A-23.

    It goes to people anyway, so no bar of confidence stands before it; its mode does.
    """
    item, by = _held(lease_id, fence, by, at), by.as_sure(CERTAIN)
    if item.kind is not Kind.ACTION:
        raise Conflict("Only an Action can be impossible to complete.", code="not_an_action")
    if _for_a_person(by):
        given = {
            "fields": dict(fields or {}),
            "note": note,
            "reason": reason,
            "method": Method.UNABLE_TO_COMPLETE.value,
        }
        return _proposed(lease_id, given, None, fence, by, at)
    _filled(item, fields, by, at)
    resolving.resolve(item, method=Method.UNABLE_TO_COMPLETE, reason=reason, note=note, by=by, at=at)
    Lease.objects.filter(pk=lease_id).update(ending=Ending.UNABLE)
    return item


@one_transaction
def reject(lease_id: int, *, reason: str, fence: int | None = None, by: Actor, at: datetime) -> Item:
    """This robot cannot do it: it goes to people, and never to this robot again. Rules: B-5, B-10, S-8, T-29."""
    item = _held(lease_id, fence, by, at)
    working.reject(item, reason=reason, by=by, at=at)
    return item


@one_transaction
def run_out(item: Item, *, at: datetime) -> None:
    """No sign of life came in time: the item is free again, in its queue. Rules: Z-17, T-26; S-3.

    A robot that is too late again and again is not offered it any more, and it is for people. Called by a timer.
    Raises: StaleVersion, if a sign of life came at the same moment.
    """
    lease = leases.lease_of(item)
    if lease is None or lease.ended_at is not None:
        return
    if lease.expires_at > at:
        sql.set_timer(item.pk, LEASE, lease.expires_at, {})
        return
    change, once_too_often = Change(item, SYSTEM, at), leases.lapses(item, lease.robot_id) + 1 >= LAPSES
    for_people = {"assignee_id": None, "allocation": "lease_ended", "robot_rejected": once_too_often}
    row = decide(item, "end_lease", by=SYSTEM, at=at)
    follow(change, row, "lease_ended", data={"robot": lease.robot.name}, **for_people)
    change.beside.insert(0, lambda: _expect_run_out(lease, at))
    change.write()
    if once_too_often:
        Lease.objects.filter(pk=lease.pk).update(ending=Ending.GIVEN_UP)


def _expect_run_out(lease: Lease, at: datetime) -> None:
    """Hold the row, if it is still as it was read."""
    same = Lease.objects.filter(pk=lease.pk, ended_at=None, expires_at__lte=at)
    if not same.update(expires_at=lease.expires_at):
        raise StaleVersion(read=lease.fence, current=lease.fence)


def _held(lease_id: int, fence: int | None, by: Actor, at: datetime) -> Item:
    lease = leases.held(lease_id, by, at, fence)
    item = get_visible_by_id(by, lease.item_id)
    if item.fence != lease.fence:
        raise LeaseLost
    return item


def _filled(item: Item, fields: Mapping[str, Any] | None, by: Actor, at: datetime) -> None:
    if fields:
        editing.edit(item, changes={"fields": dict(fields)}, by=by, at=at)
