"""The approvers of an Action decide: level by level, and the Case goes on or a person gets it (EA-2, EA-4, EA-5).

Who decides holds the related group first, as everything does that moves a Case (decision 42): of two at once the later
sees what the first did, and who comes after an abort or a rework is told that nothing is asked any more.
"""

from datetime import datetime

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.approvals import DECIDES_ACTION, NOT_ASKED_ANY_MORE, expect_awaiting
from tramita.domain.codes import ApprovalState
from tramita.domain.errors import Conflict, NotPermitted
from tramita.models import Approval, Consent, Item
from tramita.queries.approvals import asked_now, get_visible
from tramita.services import approval_mail, automatic_actions, consent_asking, flowing, push_orders
from tramita.services.expiring import REMINDERS, TIME_OUT, close, facts
from tramita.services.ledger import Change
from tramita.services.moving import decide as row_of
from tramita.services.moving import follow
from tramita.services.transactions import one_transaction

STATES = {"approve": ApprovalState.APPROVED, "reject": ApprovalState.REJECTED}
ENTRIES = {"approve": "approval_approved", "reject": "approval_rejected"}


@one_transaction
def decide(seen: Approval, verb: str, *, reason: str, by: Actor, at: datetime, way: str) -> None:
    """Say yes or no as one of those who are asked now.

    Raises: NotPermitted, for who is not asked; Conflict `already_decided`. Rules: EA-2, EA-4, EA-5, A-56.
    """
    if verb not in STATES:
        raise Conflict("An Action asks by itself: put it In Progress to take that back.", code="approval_not_possible")
    flowing.hold(seen.item)
    item = Item.objects.select_for_update().get(pk=seen.item_id)
    approval = get_visible(by, seen.pk)  # as it is now that the item is held
    mine = _mine(approval, by)
    state = STATES[verb]
    Consent.objects.filter(pk=mine.pk).update(state=state, decided_at=at)
    change = Change(item, by, at)
    said = {"level": mine.level + 1} | ({"way": way} if way else {})
    words = {"decision_reason": reason} if reason else {}
    left = [one for one in asked_now(approval) if one.level == mine.level]
    done = verb == "reject" or (not _goes_on(approval, mine, left, at=at))
    pending = None if done else approval.pk
    change.record(ENTRIES[verb], data=facts(approval) | said, words=words, approval_id=pending)
    if done:
        change.cancel_timers(*REMINDERS, TIME_OUT)
        change.beside.append(lambda: close(approval, state, at=at, by_id=by.id, reason=reason))
    short = not done and not (mine.every and left) and not _next_level(change, approval)
    change.write()
    if short:
        _to_a_person(item, "too_few_approvers", at=at)
    if done:
        _ended(item, approved=verb == "approve", at=at)


def _mine(approval: Approval, by: Actor) -> Consent:
    decided_by = approval.decided_by.name if approval.decided_by else ""
    if approval.state == ApprovalState.EXPIRED:
        raise Conflict(NOT_ASKED_ANY_MORE, code="already_decided")
    expect_awaiting(ApprovalState(approval.state), ended_by=decided_by)
    mine = next((one for one in asked_now(approval) if one.person_id == by.id and one.person.is_active), None)
    if mine is not None:
        return mine
    if Consent.objects.filter(approval=approval, person=by.id or 0).exclude(decided_at=None).exists():
        raise Conflict(NOT_ASKED_ANY_MORE, code="already_decided")
    raise NotPermitted(DECIDES_ACTION)


def _goes_on(approval: Approval, mine: Consent, left: list[Consent], *, at: datetime) -> bool:
    """Whether somebody is still to be asked after this yes; who need not say any more is not waited for (EA-2)."""
    if left and not mine.every:
        passed_over = Consent.objects.filter(pk__in=[one.pk for one in left])
        passed_over.update(state=ApprovalState.EXPIRED, decided_at=at)
        push_orders.tell_of_approval(approval, [one.person for one in left], "ended", at=at)
    return bool(asked_now(approval))


def _next_level(change: Change, approval: Approval) -> bool:
    """Those of the next level are asked, and reminded as the first were; False: by now they are too few (EA-5)."""
    asked = asked_now(approval)
    people, silent = approval_mail.reachable([one.person for one in asked if one.person.is_active])
    if not people or (asked[0].every and len(people) < len(asked)):
        return False
    last = Consent.objects.filter(approval=approval).order_by("-level").values_list("level", flat=True)[0]
    words = {"unreached": ", ".join(silent)} if silent else {}
    consent_asking.ask_level(change, approval, people, level=asked[0].level, of=last + 1, words=words)
    return True


def _ended(action: Item, *, approved: bool, at: datetime) -> None:
    """Approved, the system ends it and the Case goes on; declined, a person gets it with the reason (EA-4, EA-5)."""
    if approved:
        automatic_actions.complete(action, at=at)
        flowing.ended(action, at=at)
    else:
        _to_a_person(action, "declined", at=at)


@one_transaction
def time_out(item: Item, *, at: datetime) -> None:
    """Nobody decided in time: a person gets it, and the links decide nothing any more. Rule: EA-5."""
    flowing.hold(item)
    _to_a_person(item, "approval_time_out", at=at)


def _to_a_person(action: Item, why: str, *, at: datetime) -> None:
    change = Change(action, SYSTEM, at)
    follow(change, row_of(action, "decline", by=SYSTEM, at=at), "action_failed", data={"why": why})
    change.write()
