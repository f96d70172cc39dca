"""A robot proposes, a person decides: what exactly would be done stands in a row until then (decisions 60, 76).

A suggestion is done by whoever takes it up, in their own name. A deed of the robot's own is done in its name, and the
person who agreed stands beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.bounds import MAY, Mode
from tramita.domain.errors import Conflict, NotFound, NotPermitted
from tramita.domain.proposals import (
    BESIDES,
    OF_ROBOTS,
    PERMISSION,
    VERB,
    Decided,
    Proposed,
    check,
    meant,
    moment,
    verbs,
)
from tramita.domain.robots import METHODS, LeaseLost
from tramita.models import Entry, Item, Lease, Proposal
from tramita.queries import bounds, leases, people
from tramita.queries.items import get_visible_by_id
from tramita.queries.visibility import may
from tramita.services import (
    approvals,
    editing,
    flowing,
    linking,
    mailing,
    notes,
    resolving,
    starting,
    waiting,
    working,
)
from tramita.services.ledger import Change, count_write, telling
from tramita.services.moving import decide, follow, require, require_free, settle
from tramita.services.transactions import once_taken_back, one_transaction

FOR_PEOPLE: Mapping[str, Any] = {"assignee_id": None, "robot_rejected": True, "allocation": "proposed"}


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

    Where the robot may do it itself, but for their yes, it is to be its own deed; else it is a suggestion.
    Raises: LeaseLost, Invalid; NotPermitted, where the verb is off.
    """
    given = meant(given)
    check(verb, given)
    lease = leases.held(lease_id, by, at, fence)
    item = get_visible_by_id(by, lease.item_id)
    if item.fence != lease.fence:
        raise LeaseLost
    if by.bounds is not None and verb in OF_ROBOTS and by.bounds.mode(VERB[verb]) is Mode.OFF:
        by.bounds.expect(PERMISSION[verb])
    made = _put(
        item, verb, given, confidence, fence=lease.fence, as_robot=_own_deed(item, verb, given, by), by=by, at=at
    )
    change = Change(item, by, at)
    told = {"proposal": made.pk, "what": verb.value, "confidence": confidence, "as_robot": made.as_robot}
    if verb is Proposed.COMPLETE:
        row = decide(item, "reject", by=by, at=at)
        follow(change, row, "proposed", data=told, highlighted=True, **FOR_PEOPLE)
    else:
        change.record("proposed", data=told, highlighted=True)
    change.write()
    Lease.objects.filter(pk=lease.pk).update(confidence=confidence)
    return made


@one_transaction
def propose_by_program(item: Item, *, verb: Proposed, given: Mapping[str, Any], by: Actor, at: datetime) -> Proposal:
    """What a person's program would do with their rights, where nobody could be asked: they do it on the page.

    The same again while it waits is the same one.
    Raises: NotPermitted, Invalid.
    """
    given = meant(given)
    check(verb, given)
    require(by, PERMISSION[verb], item)
    same = Proposal.objects.filter(item=item, robot=by.id, verb=verb, state=Decided.WAITING)
    for one in same:
        if one.given == dict(given):
            return one
    made = _put(item, verb, given, None, fence=0, as_robot=False, by=by, at=at)
    change = Change(item, by, at)
    change.record("proposed", data={"proposal": made.pk, "what": verb.value, "confidence": None, "program": True})
    change.write()
    return made


@one_transaction
def accept(proposal: Proposal, *, changed: Mapping[str, Any] | None = None, by: Actor, at: datetime) -> Item:
    """Have it done: a suggestion in their own name; the robot's own deed in its name, unless they change it first.

    That they did is told. What the robot would do itself stands for the item as it was: if it went on meanwhile, the
    proposal expires and nothing is done; that it expired is kept, whatever transaction is taken back by the refusal.
    Raises: Conflict `proposal_expired`, `already_decided`, `newer_communication`, `robot_gone`; and what the verb
    raises, then it waits on.
    """
    item, given = proposal.item, dict(proposal.given)
    _permit(proposal, by)
    require_free(item, by)
    wanted = given if changed is None else meant({**given, **changed})
    if changed is not None:
        check(proposal.verb, wanted)
    edited = wanted != given
    as_robot = proposal.as_robot and not edited
    if as_robot and _went_on(proposal):
        once_taken_back(("expired", proposal.pk), lambda: _expire(proposal.pk, by=by, at=at))
        raise Conflict(
            "The item went on since the robot proposed this: it is not done any more.", code="proposal_expired"
        )
    _decide(proposal, Decided.CHANGED if edited else Decided.ACCEPTED, by=by, at=at)
    robot = proposal.robot.name
    change = Change(item, by, at)
    told = {"proposal": proposal.pk, "what": proposal.verb.value, "robot": robot, "edited": edited}
    settle(change)
    change.record("proposal_accepted", data=told | {"as_robot": as_robot})
    change.write()
    if not as_robot:
        with telling(proposal=proposal.pk):
            _do(item, proposal, dict(wanted), written_by=robot, by=by, at=at)
        return item
    with telling(proposal=proposal.pk, approved_by=by.name, approved_by_id=by.id):
        _do(item, proposal, given, written_by="", by=_with_consent(proposal), at=at)
    return item


@one_transaction
def refuse(proposal: Proposal, *, reason: str = "", by: Actor, at: datetime) -> Item:
    """Nothing of it is done; the robot's people read why."""
    _permit(proposal, by)
    _decide(proposal, Decided.REFUSED, by=by, at=at, reason=" ".join(reason.split())[:1000])
    change = Change(proposal.item, by, at)
    told = {"proposal": proposal.pk, "what": proposal.verb.value, "robot": proposal.robot.name}
    change.record("proposal_refused", data=told, words={"reason": reason} if reason.strip() else None)
    change.write()
    return proposal.item


def _permit(proposal: Proposal, by: Actor) -> None:
    """A person who may do it themselves decides; no robot does, whatever it may."""
    if not by.is_staff:
        raise NotPermitted("You may not do this here.")
    require(by, PERMISSION[proposal.verb], proposal.item)


def _put(
    item: Item,
    verb: Proposed,
    given: Mapping[str, Any],
    confidence: int | None,
    *,
    fence: int,
    as_robot: bool,
    by: Actor,
    at: datetime,
) -> Proposal:
    return Proposal.objects.create(
        item=item,
        robot_id=by.id or 0,
        fence=fence,
        seq=item.seq,
        verb=verb,
        given=dict(given),
        as_robot=as_robot,
        confidence=confidence,
        created_at=at,
    )


def _own_deed(item: Item, verb: Proposed, given: Mapping[str, Any], by: Actor) -> bool:
    """Whether nothing but a person's yes is missing: its modes, rights, and whom it may reach as it is now."""
    far, wanted = by.bounds, verbs(verb, given)
    if far is None or not wanted or any(far.mode(one) not in MAY for one in wanted):
        return False
    reached = _reached(given) if far.tainted else set()
    inside = not reached or reached <= bounds.participants([item.pk])
    return inside and may(by, PERMISSION[verb], item)


def _reached(given: Mapping[str, Any]) -> set[str]:
    every = [*(one for place in ("to", "cc", "bcc") for one in given.get(place) or ()), given.get("requester")]
    return {str(one).strip().lower() for one in every if one}


def _went_on(proposal: Proposal) -> bool:
    """Whether somebody else changed the matter since: what the robot knew is not so any more."""
    since = Entry.objects.filter(item=proposal.item_id, seq__gt=proposal.seq).exclude(type__in=BESIDES)
    others = since.filter(Q(actor=None) | ~Q(actor=proposal.robot_id))
    return any("proposal" not in data for data in others.values_list("data", flat=True))


def _expire(number: int, *, by: Actor, at: datetime) -> None:
    proposal = Proposal.objects.select_related("item", "robot").get(pk=number)
    _decide(proposal, Decided.EXPIRED, by=by, at=at)
    change = Change(proposal.item, by, at)
    told = {"proposal": proposal.pk, "what": proposal.verb.value, "robot": proposal.robot.name}
    change.record("proposal_expired", data=told)
    change.write()


def _with_consent(proposal: Proposal) -> Actor:
    """The robot as it stands now, let do this one deed: rights, modes, limits and taint of that run hold.

    Raises: Conflict, LimitReached.
    """
    try:
        robot = people.actor_by_id(proposal.robot_id)
    except NotFound as missing:
        raise Conflict("This robot does not work here any more.", code="robot_gone") from missing
    if robot.bounds is None:
        raise Conflict("This robot does not work here any more.", code="robot_gone")
    run = Lease.objects.filter(item=proposal.item_id, robot=proposal.robot_id, fence=proposal.fence)
    count_write(robot, run)
    tainted = run.filter(tainted=True).exists()
    organisation = proposal.item.organisation_id
    let = replace(
        robot.bounds,
        clean=False,
        organisations=frozenset({organisation} if organisation else ()) if tainted else None,
        items=frozenset({proposal.item_id}),
        participants=bounds.participants([proposal.item_id]),
        approved=frozenset({PERMISSION[proposal.verb], *({"work"} if proposal.given.get("fields") else ())}),
    )
    return replace(robot, bounds=let)


def _decide(proposal: Proposal, state: Decided, *, by: Actor, at: datetime, reason: str = "") -> None:
    """Once: of two who decide at the same moment the second is told."""
    waiting = Proposal.objects.filter(pk=proposal.pk, state=Decided.WAITING)
    if not waiting.update(state=state, decided_by=by.id, decided_at=at, reason=reason):
        raise Conflict("This proposal was decided already.", code="already_decided")
    proposal.state = state


def _do(item: Item, proposal: Proposal, given: dict[str, Any], *, written_by: str, by: Actor, at: datetime) -> None:
    match proposal.verb:
        case Proposed.MAIL:
            hold, seen = mailing.HOLD_OF_ROBOTS, proposal.seq if by.bounds is None else None  # `_went_on` asked more
            mailing.send(item, **given, based_on=seen, written_by=written_by, hold=hold, by=by, at=at)
        case Proposed.CHANGE:
            note = given.pop("note", "")
            if given:
                editing.edit(item, changes=given, by=by, at=at)
            if note:
                notes.add_note(item, body=note, by=by, at=at)
        case Proposed.WAIT:
            waiting.wait(item, **given | {"until": moment(given.get("until"))}, by=by, at=at)
        case Proposed.ASSIGN:
            working.assign(item, to=given["to"], by=by, at=at)
        case Proposed.MOVE:
            MOVES[given["verb"]](item, by=by, at=at)
        case Proposed.COMPLETE:
            if given.get("fields"):
                editing.edit(item, changes={"fields": given["fields"]}, by=by, at=at)
            method, said = given.get("method") or METHODS[item.kind], given.get("note") or ""
            resolving.resolve(item, method=method, reason=given.get("reason") or "", note=said, by=by, at=at)
        case Proposed.CREATE:
            made = starting.start_ticket(**given, by=by, at=at)
            linking.link(item, to=made, by=SYSTEM, at=at)
        case Proposed.ASK:
            approvals.ask(item, type=given["type"], comment=given.get("comment") or "", by=by, at=at)


MOVES: Mapping[str, Callable[..., Any]] = {  # what `domain.proposals.MOVES` names; tools do them at once
    "submit": starting.submit,
    "start": working.start,
    "release": working.release,
    "to-do": working.to_do,
    "resume": waiting.resume,
    "reopen": resolving.reopen,
    "next-step": flowing.next_step,
}
