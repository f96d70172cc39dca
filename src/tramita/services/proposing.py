"""A robot proposes, a person decides: what exactly would be done stands in a row until then (decision 60)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.bounds import Mode
from tramita.domain.errors import Conflict
from tramita.domain.proposals import PERMISSION, Decided, Proposed, check
from tramita.domain.robots import METHODS, LeaseLost
from tramita.models import Item, Lease, Proposal
from tramita.queries import leases
from tramita.queries.items import get_visible_by_id
from tramita.services import editing, mailing, resolving
from tramita.services.ledger import Change, telling
from tramita.services.moving import decide, follow, require
from tramita.services.transactions import one_transaction


@one_transaction
def propose(
    lease_id: int,
    *,
    verb: Proposed,
    given: Mapping[str, Any],
    confidence: int | None = None,
    fence: int | None = None,
    by: Actor,
    at: datetime,
) -> Proposal:
    """Put it before people. To complete ends the run: the item goes to them, with the proposal on it.

    Raises: LeaseLost, Invalid; NotPermitted, where the verb is off.
    """
    check(verb, given)
    lease = leases.held(lease_id, by, at, fence)
    item = get_visible_by_id(by, lease.item_id)
    if item.fence != lease.fence:
        raise LeaseLost
    if by.bounds is not None and by.bounds.mode("resolve" if verb is Proposed.COMPLETE else verb.value) is Mode.OFF:
        by.bounds.expect(PERMISSION[verb])
    made = Proposal.objects.create(
        item=item,
        robot_id=by.id or 0,
        fence=lease.fence,
        seq=item.seq,
        verb=verb,
        given=dict(given),
        confidence=confidence,
        created_at=at,
    )
    change = Change(item, by, at)
    told = {"proposal": made.pk, "what": verb.value, "confidence": confidence}
    if verb is Proposed.COMPLETE:
        row = decide(item, "reject", by=by, at=at)
        follow(change, row, "proposed", data=told, assignee_id=None, highlighted=True)
    else:
        change.record("proposed", data=told, highlighted=True)
    change.write()
    Lease.objects.filter(pk=lease.pk).update(confidence=confidence)
    return made


@one_transaction
def accept(proposal: Proposal, *, changed: Mapping[str, Any] | None = None, by: Actor, at: datetime) -> Item:
    """A person has it done, in their own name, as it is or as they changed it; that they did is told.

    Raises: Conflict `already_decided`, `newer_communication`; and what the verb raises, and then it waits on.
    """
    item, given = proposal.item, dict(proposal.given)
    require(by, PERMISSION[proposal.verb], item)
    if changed is not None:
        check(proposal.verb, changed)
    edited = changed is not None and {**given, **changed} != given
    _decide(proposal, Decided.CHANGED if edited else Decided.ACCEPTED, by=by, at=at)
    given |= changed or {}
    robot = proposal.robot.name
    change = Change(item, by, at)
    told = {"proposal": proposal.pk, "what": proposal.verb.value, "robot": robot, "edited": edited}
    change.record("proposal_accepted", data=told)
    change.write()
    with telling(proposal=proposal.pk):
        _do(item, proposal, given, by=by, at=at)
    return item


@one_transaction
def refuse(proposal: Proposal, *, reason: str = "", by: Actor, at: datetime) -> Item:
    """Nothing of it is done; the robot's people read why."""
    require(by, PERMISSION[proposal.verb], proposal.item)
    _decide(proposal, Decided.REFUSED, by=by, at=at, reason=" ".join(reason.split())[:1000])
    change = Change(proposal.item, by, at)
    told = {"proposal": proposal.pk, "what": proposal.verb.value, "robot": proposal.robot.name}
    change.record("proposal_refused", data=told, words={"reason": reason} if reason.strip() else None)
    change.write()
    return proposal.item


def _decide(proposal: Proposal, state: Decided, *, by: Actor, at: datetime, reason: str = "") -> None:
    """Once: of two who decide at the same moment the second is told."""
    waiting = Proposal.objects.filter(pk=proposal.pk, state=Decided.WAITING)
    if not waiting.update(state=state, decided_by=by.id, decided_at=at, reason=reason):
        raise Conflict("This proposal was decided already.", code="already_decided")


def _do(item: Item, proposal: Proposal, given: dict[str, Any], *, by: Actor, at: datetime) -> None:
    if proposal.verb is Proposed.MAIL:
        robot = proposal.robot.name
        mailing.send(item, **given, based_on=proposal.seq, written_by=robot, hold=mailing.HOLD_OF_ROBOTS, by=by, at=at)
    elif proposal.verb is Proposed.CHANGE:
        editing.edit(item, changes=given, by=by, at=at)
    else:
        if given.get("fields"):
            editing.edit(item, changes={"fields": given["fields"]}, by=by, at=at)
        method = given.get("method") or METHODS[item.kind]
        resolving.resolve(item, method=method, note=given.get("note") or "", by=by, at=at)
