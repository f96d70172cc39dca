"""Approvals on Tickets: asked for by an agent, decided by a manager of the customer, once (SPEC section 13).

A request blocks nothing and starts nothing (AP-20, Z-1). What ends one holds its item first: of two who decide at
once, or decide and cancel, one is first, and the other is told what happened (AP-24).
"""

from datetime import datetime

from django.db import IntegrityError, transaction

from tramita.domain.actors import Actor
from tramita.domain.approvals import end, expect_open
from tramita.domain.codes import ApprovalState
from tramita.domain.errors import Conflict, Invalid
from tramita.models import Approval, Definition, Item
from tramita.queries import definitions
from tramita.queries.approvals import get_visible, managers_of, parts_of
from tramita.queries.mailboxes import directory
from tramita.services import approval_mail
from tramita.services.expiring import close, facts
from tramita.services.ledger import Change
from tramita.services.moving import require
from tramita.services.transactions import one_transaction

LONGEST = 10_000  # characters of a comment or a reason
ENTRIES = {"approve": "approval_approved", "reject": "approval_rejected", "cancel": "approval_cancelled"}


@one_transaction
def ask(item: Item, *, type: str, comment: str = "", by: Actor, at: datetime) -> Approval:  # noqa: A002 - the field
    """Ask the managers of the Ticket's organisation, and of its parent, for their consent; each gets a mail.

    Rules: AP-3, AP-5 to AP-8, AP-10, AP-16, AP-17. Raises: Conflict, with a code for each of them; Invalid.
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
        raise Conflict("The organisation has no active manager who could decide.", code="no_active_manager")
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
    change.record("approval_requested", data=facts(approval), words=said, approval_id=approval.pk)
    approval_mail.tell(change, approval, managers, desk=directory())
    change.write()
    return approval


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


def approve(approval_id: int, *, reason: str = "", by: Actor, at: datetime, way: str = "") -> Approval:
    """A manager agrees. Rules: AP-11, AP-24. `way` is how, where it was not signed in: `mail_link`."""
    return _end("approve", approval_id, reason=reason, by=by, at=at, way=way)


def reject(approval_id: int, *, reason: str = "", by: Actor, at: datetime, way: str = "") -> Approval:
    """A manager does not agree; the reason may be left out. Rules: AP-12, AP-24."""
    return _end("reject", approval_id, reason=reason, by=by, at=at, way=way)


def cancel(approval_id: int, *, by: Actor, at: datetime) -> Approval:
    """It is not needed any more. Rules: AP-14."""
    return _end("cancel", approval_id, reason="", by=by, at=at, way="")


@one_transaction
def _end(verb: str, approval_id: int, *, reason: str, by: Actor, at: datetime, way: str) -> Approval:
    """Raises: NotFound, NotPermitted, Conflict `already_decided`, Invalid."""
    seen = get_visible(by, approval_id)
    item = Item.objects.select_for_update().get(pk=seen.item_id)
    approval = get_visible(by, approval_id)  # as it is now that the item is held
    ended_by = approval.decided_by.name if approval.decided_by else ""
    state = end(verb, ApprovalState(approval.state), parts_of(approval, item, by), ended_by=ended_by)
    reason = _text("reason", reason)
    change = Change(item, by, at)
    data = facts(approval) | ({"way": way} if way else {})
    change.record(ENTRIES[verb], data=data, words={"decision_reason": reason} if reason else {}, approval_id=None)
    change.beside.append(lambda: close(approval, state, at=at, by_id=by.id, reason=reason))
    change.write()
    return get_visible(by, approval_id)
