"""Approvals on Tickets: asked for by an agent, decided by a manager of the customer, once (SPEC section 13).

A request blocks nothing and starts nothing (AP-20, Z-1). What ends one holds its item first: of two who decide at
once, or decide and cancel, one is first, and the other is told what happened (AP-24).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from tramita.domain.actors import Actor
from tramita.domain.approvals import end, expect_awaiting, expect_open
from tramita.domain.codes import ApprovalState
from tramita.domain.errors import Conflict, Invalid
from tramita.domain.process_definitions import ApprovalLevel
from tramita.models import Approval, Definition, Delivery, Item, Person
from tramita.queries import approvers, definitions
from tramita.queries.approvals import (
    asks_itself,
    by_levels,
    deciders,
    get_visible,
    in_the_place_of,
    is_opening,
    parts_of,
)
from tramita.queries.mailboxes import directory
from tramita.queries.managers import managers_of
from tramita.services import approval_mail, consent_asking, consents, openings, push_orders, reminding
from tramita.services.approval_words import decided_words
from tramita.services.expiring import ASKED, close, facts
from tramita.services.ledger import Change
from tramita.services.moving import require
from tramita.services.transactions import one_transaction

LONGEST = 10_000  # characters of a comment or a reason
ENTRIES = {"approve": "approval_approved", "reject": "approval_rejected", "cancel": "approval_cancelled"}


@one_transaction
def ask(item: Item, *, type: str, comment: str = "", by: Actor, at: datetime) -> Approval:  # noqa: A002 - the field
    """Ask the managers of the Ticket's organisation, and of its parent, for their consent; each gets a mail. Where the
    type has levels, those of the first are asked.

    Rules: AP-3, AP-5 to AP-8, AP-10, AP-16, AP-17, Z-11, Z-16. Raises: Conflict, with a code for each of them; Invalid.
    """
    expect_open(item.kind, item.state)
    if not definitions.settings().approve_actions_in_tickets:
        raise Conflict("Approvals are switched off.", code="approvals_off")
    require(by, "approvals_request", item)
    wanted, version_id = _active(type)
    comment = _text("comment", comment)
    if item.approval_id is not None:
        raise _pending()
    managers = list(managers_of(item.organisation_id))
    if not managers or item.organisation_id is None:
        raise _nobody()
    levels = _levels(item, definitions.approval_type(version_id).levels)
    approval = _new(
        Approval(
            item=item,
            type=wanted,
            version_id=version_id,
            organisation_id=item.organisation_id,
            comment=comment,
            requested_by_id=by.id or 0,
            requested_at=at,
        )
    )
    change = Change(item, by, at)
    said = {"comment": comment} if comment else {}
    if levels:
        _ask_first(change, approval, levels, said)
    else:
        _tell(change, "approval_requested", approval, deciders(approval, at=at), said, approval_id=approval.pk)
        reminding.set_reminders(change, definitions.approval_type(version_id))
    change.write()
    return approval


def _levels(item: Item, wanted: Sequence[ApprovalLevel]) -> list[approvers.Found]:
    """Whom each level asks. Raises: Conflict `too_few_approvers`, which names the level."""
    levels = approvers.find(wanted, item) if wanted else []
    for number, one in enumerate(levels, start=1):
        if not one.enough:
            raise Conflict(
                "Level %(level)s of this type cannot decide: it asks for %(names)s, too few of whom are active managers"
                " of the organisation or its parent.",
                code="too_few_approvers",
                level=number,
                names=", ".join(wanted[number - 1].approvers),
            )
    return levels


def _ask_first(change: Change, approval: Approval, levels: list[approvers.Found], words: dict[str, str]) -> None:
    people = list(levels[0].people)
    reached, silent = approval_mail.reachable(people)
    words |= {"unreached": ", ".join(silent)} if silent else {}
    consent_asking.put(approval, levels)
    besides = [one for one in people if one not in reached]
    consent_asking.ask_level(
        change, approval, reached, of=len(levels), besides=besides, words=words, approval_id=approval.pk
    )


@one_transaction
def ask_again(approval_id: int, *, by: Actor, at: datetime) -> Approval:
    """Send every manager who may still decide another mail with a link, such as when theirs has expired (MAIL-52).

    Raises: NotFound, NotPermitted; Conflict `already_decided`, `no_active_manager`, `no_reachable_manager`, and
    `approval_mail_waits` while the last one has not left.
    """
    seen = get_visible(by, approval_id, at=at)
    item = Item.objects.select_for_update().get(pk=seen.item_id)
    approval = get_visible(by, approval_id, at=at)
    require(by, "approvals_request", item)
    expect_awaiting(approval.state, ended_by=approval.decided_by.name if approval.decided_by else "")
    managers = deciders(approval, at=at)
    if not managers:
        raise _nobody()
    if Delivery.objects.filter(message__approval_token__approval=approval, state=Delivery.State.PENDING).exists():
        raise Conflict("The last mail with the link has not left yet.", code="approval_mail_waits")
    change = Change(item, by, at)
    if not _tell(change, "approval_asked_again", approval, managers, {}):
        raise Conflict(
            "No manager can be reached by mail: they are blocked, or complained about our mails.",
            code="no_reachable_manager",
        )
    change.write()
    return approval


def _tell(
    change: Change, entry: str, approval: Approval, managers: list[Person], words: dict[str, str], **columns: Any
) -> list[Person]:
    """An entry, a mail to each manager who can be reached by one, and each of their browsers is told; the entry names
    those whom no mail reaches. Who was written to."""
    reached, silent = approval_mail.reachable(managers)
    words |= {"unreached": ", ".join(silent)} if silent else {}
    change.record(entry, data=facts(approval), words=words, **columns)
    approval_mail.tell(change, approval, reached, desk=directory())
    change.beside.append(lambda: push_orders.tell_of_approval(approval, managers, "asked", at=change.at))
    return reached


def _nobody() -> Conflict:
    return Conflict("The organisation has no active manager who could decide.", code="no_active_manager")


def _active(key: str) -> tuple[Definition, int]:
    """The type, and the version of its words (AP-5). Raises: Invalid."""
    found = Definition.objects.filter(kind="approval_type", key=key, active=True).first()
    if found is None or found.current_id is None:
        raise Invalid.one("type", "unknown", "There is no such approval type.")
    if not definitions.approval_type(found.current_id).active:
        raise Invalid.one("type", "inactive", "This approval type is not in use any more.")
    return found, found.current_id


def _text(field: str, text: str) -> str:
    if len(text) > LONGEST:
        raise Invalid.one(field, "too_long", "At most %(count)s characters.", count=LONGEST)
    return text.replace("\x00", "").strip()  # which no database keeps


def _new(approval: Approval) -> Approval:
    """The database itself keeps that one waits at a time (AP-16)."""
    try:
        with transaction.atomic():
            approval.save(force_insert=True)
    except IntegrityError as error:
        raise _pending() from error
    return approval


def _pending() -> Conflict:
    return Conflict(
        "An approval is already awaiting its decision. Ask for the next one after it.", code="approval_pending"
    )


def approve(
    approval_id: int, *, reason: str = "", by: Actor, at: datetime, way: str = "", seen: int | None = None
) -> Approval:
    """A manager agrees. Rules: AP-11, AP-24. `way` is how, where it was not signed in: `mail_link`; `seen` how many
    changes of the thing the page had shown that they decide on (Conflict `changed_meanwhile`, when there are more)."""
    return _end("approve", approval_id, reason=reason, by=by, at=at, way=way, changes=seen)


def reject(
    approval_id: int, *, reason: str = "", by: Actor, at: datetime, way: str = "", seen: int | None = None
) -> Approval:
    """A manager does not agree; the reason may be left out. Rules: AP-12, AP-24."""
    return _end("reject", approval_id, reason=reason, by=by, at=at, way=way, changes=seen)


def cancel(approval_id: int, *, by: Actor, at: datetime) -> Approval:
    """It is not needed any more. Rules: AP-14."""
    return _end("cancel", approval_id, reason="", by=by, at=at, way="", changes=None)


@one_transaction
def _end(
    verb: str, approval_id: int, *, reason: str, by: Actor, at: datetime, way: str, changes: int | None
) -> Approval:
    """Raises: NotFound, NotPermitted, Conflict `already_decided`, `changed_meanwhile`, Invalid."""
    seen, reason = get_visible(by, approval_id, at=at), _text("reason", reason)
    if by_levels(seen) and (asks_itself(seen) or verb != "cancel"):
        consents.decide(seen, verb, reason=reason, by=by, at=at, way=way, changes=changes)
        return get_visible(by, approval_id, at=at)
    item = Item.objects.select_for_update().get(pk=seen.item_id)
    approval = get_visible(by, approval_id, at=at)  # as it is now that the item is held
    ended_by = approval.decided_by.name if approval.decided_by else ""
    opening = is_opening(approval)
    if opening and verb == "cancel":
        raise Conflict("It is asked whether the Ticket opens: approve or reject it.", code="approval_not_possible")
    state = end(verb, ApprovalState(approval.state), parts_of(approval, item, by, at=at), ended_by=ended_by)
    manager = None if verb == "cancel" else in_the_place_of(approval, by, at=at)
    consents.expect_seen(approval, changes)
    change = Change(item, by, at)
    data = facts(approval) | ({"way": way} if way else {}) | ({"for": manager.pk} if manager else {})
    change.cancel_timers(*ASKED)
    words = {} if verb == "cancel" else decided_words(approval, reason, by, manager)
    change.record(ENTRIES[verb], data=data, words=words, approval_id=None)
    change.beside.append(
        lambda: close(approval, state, at=at, by_id=by.id, for_id=manager.pk if manager else None, reason=reason)
    )
    if opening:
        openings.decided(change, approved=verb == "approve", reason=reason)
    change.write()
    return get_visible(by, approval_id, at=at)
