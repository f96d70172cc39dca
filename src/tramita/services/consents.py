"""Those who are asked by levels decide: of an Action, and the Case goes on or a person gets it (EA-2, EA-4, EA-5); of a
Ticket whose type has levels (Z-16).

Who decides holds the related group first, as everything does that moves a Case (decision 42): of two at once the later
sees what the first did, and who comes after an abort or a rework is told that nothing is asked any more.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db.models import Q

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.approvals import NOT_ASKED, NOT_ASKED_ANY_MORE, expect_awaiting, level_says
from tramita.domain.codes import ApprovalState
from tramita.domain.errors import Conflict, NotPermitted
from tramita.models import Approval, Consent, Item
from tramita.queries.approvals import asked_now, asks_itself, consents_of, get_visible, stands_in_for
from tramita.queries.approved_things import changes_since
from tramita.services import approval_mail, automatic_actions, consent_asking, flowing, push_orders, returning
from tramita.services.approval_words import decided_words
from tramita.services.expiring import ASKED, TIME_OUT, close, facts
from tramita.services.ledger import Change
from tramita.services.moving import decide as row_of
from tramita.services.moving import follow
from tramita.services.transactions import one_transaction

STATES = {"approve": ApprovalState.APPROVED, "reject": ApprovalState.REJECTED}
ENTRIES = {"approve": "approval_approved", "reject": "approval_rejected"}


@one_transaction
def decide(
    seen: Approval, verb: str, *, reason: str, by: Actor, at: datetime, way: str = "", changes: int | None = None
) -> None:
    """Say yes or no as one of those who are asked now. `changes`: how many of the thing the page had shown.

    Raises: NotPermitted, for who is not asked; Conflict `already_decided`, `changed_meanwhile`. Rules: EA-2, EA-4,
    EA-5, A-56, Z-16.
    """
    if verb not in STATES:
        raise Conflict("An Action asks by itself: put it In Progress to take that back.", code="approval_not_possible")
    if asks_itself(seen):
        flowing.hold(seen.item)
    item = Item.objects.select_for_update().get(pk=seen.item_id)
    approval = get_visible(by, seen.pk, at=at)  # as it is now that the item is held
    mine = _mine(approval, by, at)
    expect_seen(approval, changes)
    instead = None if mine.person_id == by.id else by.id
    Consent.objects.filter(pk=mine.pk).update(state=STATES[verb], decided_by=instead, decided_at=at)
    _heard(Change(item, by, at), approval, mine, verb, reason=reason, way=way)


def expect_seen(approval: Approval, changes: int | None) -> None:
    """Who decides has seen what they decide on; its item is held. Raises: Conflict `changed_meanwhile`."""
    if changes is not None and len(changes_since(approval)) > changes:
        raise Conflict("It was changed meanwhile. Look at it again, then decide.", code="changed_meanwhile")


def _heard(change: Change, approval: Approval, mine: Consent, verb: str, *, reason: str, way: str) -> None:
    """Record what was said, and do what follows: the end, the next level, or nothing yet."""
    asked = consents_of(approval)
    level = [one for one in asked if one.level == mine.level]
    says = level_says([ApprovalState(one.state) for one in level], every=mine.every, least=mine.least)
    last = asked[-1].level
    done = says is ApprovalState.REJECTED or (says is ApprovalState.APPROVED and mine.level == last)
    manager = None if mine.person_id == change.by.id else mine.person
    data = {"level": mine.level + 1, "of": last + 1, "way": way, "open": not done, "for": manager and manager.pk}
    data = {name: fact for name, fact in data.items() if fact}
    change.record(
        ENTRIES[verb],
        data=facts(approval) | data,
        words=decided_words(approval, reason, change.by, manager),
        approval_id=None if done else approval.pk,
    )
    if done:
        change.cancel_timers(*ASKED, TIME_OUT)
        instead = manager.pk if manager else None
        end = partial(close, approval, says, at=change.at, by_id=change.by.id, for_id=instead, reason=reason)
        change.beside.append(end)
    short = not done and says is ApprovalState.APPROVED and not _next_level(change, approval, level, asked)
    change.write()
    if asks_itself(approval) and short:
        _to_a_person(change.item, "too_few_approvers", at=change.at)
    if asks_itself(approval) and done:
        _ended(change.item, approved=says is ApprovalState.APPROVED, at=change.at)


def _mine(approval: Approval, by: Actor, at: datetime) -> Consent:
    """Their own voice, or that of who is away and named them."""
    decided_by = approval.decided_by.name if approval.decided_by else ""
    if approval.state == ApprovalState.EXPIRED and asks_itself(approval):
        raise Conflict(NOT_ASKED_ANY_MORE, code="already_decided")
    expect_awaiting(ApprovalState(approval.state), ended_by=decided_by)
    asked = {one.person_id: one for one in asked_now(approval) if one.person.is_active}
    if by.id in asked:
        return asked[by.id]
    manager = stands_in_for(approval, by, [one.person for one in asked.values()], at=at)
    if manager is not None:
        return asked[manager.pk]
    said = Consent.objects.filter(Q(person=by.id or 0) | Q(decided_by=by.id or 0), approval=approval)
    if said.exclude(decided_at=None).exists():
        raise Conflict(NOT_ASKED_ANY_MORE, code="already_decided")
    raise NotPermitted(NOT_ASKED)


def _next_level(change: Change, approval: Approval, level: Sequence[Consent], asked: Sequence[Consent]) -> bool:
    """Who need not say any more is not waited for, and those of the next level are asked, and reminded as the first
    were. False: by now an Action's are too few (EA-2, EA-5); a Ticket asks those who are left (AP-25)."""
    left = [one for one in level if one.state == ApprovalState.AWAITING]
    passed_over = Consent.objects.filter(pk__in=[one.pk for one in left])
    passed_over.update(state=ApprovalState.EXPIRED, decided_at=change.at)
    push_orders.tell_of_approval(approval, [one.person for one in left], "ended", at=change.at)
    number = min(one.level for one in asked if one.level > level[0].level)
    following = [one for one in asked if one.level == number]
    there = [one.person for one in following if one.person.is_active]
    people, silent = approval_mail.reachable(there)
    needed = len(following) if following[0].every else following[0].least
    if asks_itself(approval) and len(people) < needed:
        return False
    words = {"unreached": ", ".join(silent)} if silent else {}
    besides = [] if asks_itself(approval) else [one for one in there if one not in people]
    last = asked[-1].level
    consent_asking.ask_level(change, approval, people, level=number, of=last + 1, besides=besides, words=words)
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
    change, back = Change(action, SYSTEM, at), returning.woken(action, at=at)
    row = row_of(action, "decline", by=SYSTEM, at=at)
    follow(change, row, "action_failed", data={"why": why}, **back.columns)
    change.write()
