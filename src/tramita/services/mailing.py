"""Mail written here: the message, its entry and its delivery in one transaction; a worker sends it (MAIL-110)."""

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from tramita.domain import references
from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import State, Visibility
from tramita.domain.errors import Conflict, FieldError, Invalid
from tramita.domain.mail_tokens import message_id, plus_address
from tramita.domain.mime.html_text import html_to_text
from tramita.domain.subjects import references_header, subject_with_reference
from tramita.gateways.storage import storage
from tramita.models import Attachment, Delivery, Entry, Item, Message
from tramita.models.work import NEVER_LEASED
from tramita.queries import definitions
from tramita.queries.mailboxes import Directory, directory, keys
from tramita.services import resolving, sql
from tramita.services.ledger import Change
from tramita.services.moving import require, settle
from tramita.services.transactions import one_transaction, writing

ADDRESS = re.compile(r"[^@\s<>\"(),:;\[\]\\\x00-\x1f\x7f]+@[^@\s<>\"(),:;\[\]\\\x00-\x1f\x7f]+")
COMMUNICATIONS = ("mail_received", "mail_sent", "note_added")
LONGEST_SUBJECT = 1000


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file to send along."""

    filename: str
    content_type: str
    content: bytes


def send(
    item: Item,
    *,
    to: Sequence[str],
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    subject: str = "",
    text: str = "",
    html: str | None = None,
    attachments: Iterable[Enclosure] = (),
    send_at: datetime | None = None,
    resolve: str | None = None,
    reason: str = "",
    based_on: int | None = None,
    by: Actor,
    at: datetime,
) -> Message:
    """Write a mail about the item; with `resolve` it is sent and the item resolved in one (R-11).

    `based_on` is the newest entry its writer had seen: something newer holds the mail back (Z-2).
    `html` alone will do: its words are the text (MAIL-120).
    Rules: M-15, M-17, MAIL-110, MAIL-111, MAIL-118, MAIL-119, T-5, R-6, R-9.
    """
    files = list(attachments)
    text = text if text.strip() or not html else html_to_text(html)
    kept = [(storage(settings.TRAMITA_STORAGE_URL).put(file.content), file) for file in files]
    with writing():
        require(by, "mail", item)
        _check(item, to, cc, bcc, text=text, files=files, send_at=send_at, at=at)
        _hold_if_stale(item, based_on)
        change = Change(item, by, at)
        settle(change)
        _fill_draft(change, subject, text)
        envelope = Envelope(list(to), list(cc), list(bcc), subject or item.title, text, html or "")
        message = _write(change, envelope, send_at=send_at, by=by)
        _enclose(message, kept, by=by, at=at)
        change.write()
        if resolve:
            _resolve(item, resolve, reason, by=by, at=at)
    return message


def _resolve(item: Item, method: str, reason: str, *, by: Actor, at: datetime) -> None:
    """Resolve after sending; a method that cannot be is told under the name that it has here."""
    try:
        resolving.resolve(item, method=method, reason=reason, by=by, at=at)
    except Invalid as invalid:
        named = [replace(one, field="resolve") if one.field == "method" else one for one in invalid.errors]
        raise Invalid(named) from invalid


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a mail says, and to whom."""

    to: list[str]
    cc: list[str]
    bcc: list[str]
    subject: str
    text: str
    html: str = ""


def write_automatic(change: Change, envelope: Envelope, *, answers: bool, desk: Directory) -> None:
    """A mail of the system's own, in a change that the caller writes (MAIL-95). `answers`: it replies to a mail."""
    _write(
        change, envelope, send_at=None, by=SYSTEM, desk=desk, automatic="auto-replied" if answers else "auto-generated"
    )


def _write(
    change: Change,
    envelope: Envelope,
    *,
    send_at: datetime | None,
    by: Actor,
    desk: Directory | None = None,
    automatic: str = "",
) -> Message:
    item, at, desk = change.item, change.at, desk or directory()
    reference = references.Reference(item.kind, item.number, item.ordinal)
    answered = _answered(item)
    leaving_from = desk.leaving_from(item.process.key if item.process else None)
    headers = {"reply_to": plus_address(leaving_from, reference, keys=keys()), "automatic": automatic}
    message = Message(
        item=item,
        outgoing=True,
        automatic=bool(automatic),
        message_id=message_id(reference, secrets.token_hex(8), host=leaving_from.rpartition("@")[2], keys=keys()),
        in_reply_to=answered.message_id if answered else "",
        references=list(references_header(answered.references, answered.message_id)) if answered else [],
        subject=subject_with_reference(envelope.subject, reference, reply=answered is not None),
        sender_name=by.name,
        sender_address=leaving_from,
        to=_named(envelope.to),
        cc=_named(envelope.cc),
        bcc=_named(envelope.bcc),
        at=at,
        text=envelope.text,
        html=envelope.html,
        reply_text=envelope.text,
        headers=headers,
    )
    sql.save_new(message)
    data: dict[str, Any] = {"message": message.pk, "automatic": bool(automatic)}
    if send_at:
        data["send_at"] = send_at.isoformat()
    change.record("mail_sent", visibility=Visibility.PARTICIPANTS, data=data, words={"subject": message.subject})
    _post(message, send_at or at, scheduled=send_at is not None, at=at)
    return message


def _post(message: Message, when: datetime, *, scheduled: bool, at: datetime) -> None:
    row: dict[str, Any] = {
        "kind": "mail",
        "item_id": message.item_id,
        "message_id": message.pk,
        "payload": {"scheduled": scheduled},
        "state": 0,
        "next_at": when,
        "created_at": at,
        "lease_until": NEVER_LEASED,
        "fence": 0,
        "tries": 0,
        "error": "",
    }
    sql.insert("deliveries", [row])


def _named(addresses: Iterable[str]) -> list[list[str]]:
    return [["", address.strip()] for address in addresses]


def _answered(item: Item) -> Message | None:
    """The newest mail that came in, which this one answers (MAIL-118)."""
    return item.messages.filter(outgoing=False).order_by("-id").first()


def _enclose(message: Message, kept: Iterable[tuple[str, Enclosure]], *, by: Actor, at: datetime) -> None:
    Attachment.objects.bulk_create(
        Attachment(
            item_id=message.item_id,
            message=message,
            sha256=key,
            filename=file.filename[:255],
            content_type=file.content_type,
            size=len(file.content),
            at=at,
            by_id=by.id,
        )
        for key, file in kept
    )


def _fill_draft(change: Change, subject: str, text: str) -> None:
    """A mail from a Draft fills what is still empty of title and description (T-5, T-6)."""
    item = change.item
    if item.state is not State.DRAFT:
        return
    empty: dict[str, Any] = {}
    if not item.title.strip() and subject.strip():
        empty["title"] = subject.strip()[:LONGEST_SUBJECT]
    if not item.description.strip() and text.strip():
        empty["description"] = text
    if empty:
        change.record("draft_filled", **empty)


def _hold_if_stale(item: Item, based_on: int | None) -> None:
    if based_on is None:
        return
    newer = Q(item=item, seq__gt=based_on, type__in=COMMUNICATIONS)
    if Entry.objects.filter(newer).exists():
        raise Conflict("Something newer was written meanwhile. Read it, then send.", code="newer_communication")


def _check(
    item: Item,
    to: Sequence[str],
    cc: Sequence[str],
    bcc: Sequence[str],
    *,
    text: str,
    files: Sequence[Enclosure],
    send_at: datetime | None,
    at: datetime,
) -> None:
    if item.state is State.CLOSED:
        raise Conflict("The item is Closed: no mail is sent from it any more.", code="item_closed")
    errors = [
        FieldError(name, "invalid_address", "“%(address)s” is no mail address.", {"address": address})
        for name, addresses in (("to", to), ("cc", cc), ("bcc", bcc))
        for address in addresses
        if not ADDRESS.fullmatch(address.strip())
    ]
    if not to:
        errors.append(FieldError("to", "required", "Name at least one recipient."))
    if not text.strip() and not files:
        errors.append(FieldError("text", "required", "Write something first."))
    if send_at is not None and send_at <= at:
        errors.append(FieldError("send_at", "in_the_past", "Choose a moment in the future."))
    most = definitions.settings().limits.mail_bytes
    if len(text.encode()) + sum(len(file.content) for file in files) > most:
        errors.append(FieldError("attachments", "too_large", "A mail may be %(most)s bytes at most.", {"most": most}))
    if errors:
        raise Invalid(errors)


@one_transaction
def cancel(message: Message, *, by: Actor, at: datetime) -> None:
    """Take a mail back that no worker has taken yet (M-17). Raises: Conflict, when it is too late."""
    require(by, "mail", message.item)
    if not _untaken(message, at).update(state=5):
        raise Conflict("It is too late: the mail is on its way.", code="already_sent")
    change = Change(message.item, by, at)
    change.record("mail_cancelled", data={"message": message.pk})
    change.write()


@one_transaction
def send_now(message: Message, *, by: Actor, at: datetime) -> None:
    """Send a mail before its time, or one that was held back (M-17, MAIL-116). Raises: Conflict, when it is taken."""
    require(by, "mail", message.item)
    if not _untaken(message, at).update(state=0, next_at=at, payload={"scheduled": False}):
        raise Conflict("It is too late: the mail is on its way.", code="already_sent")
    change = Change(message.item, by, at)
    change.record("mail_released", data={"message": message.pk})
    change.write()


def _untaken(message: Message, at: datetime) -> QuerySet[Delivery]:
    """Compare and set: what no worker has, or what waits for its writer to look (Z-12)."""
    return message.deliveries.filter(Q(state=0, fence=0, lease_until__lte=at) | Q(state=4), kind="mail")
