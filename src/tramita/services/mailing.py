"""Mail written by people: the message, its entry and its delivery in one transaction; a worker sends it (MAIL-110)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from tramita.domain.actors import Actor
from tramita.domain.codes import Method, State
from tramita.domain.errors import Conflict, FieldError, Invalid
from tramita.domain.lifecycle import RECIPIENT
from tramita.domain.mime.charsets import one_line
from tramita.domain.mime.sendable import sendable
from tramita.domain.resolution import opens_window
from tramita.gateways.storage import storage
from tramita.models import Attachment, Delivery, Entry, Item, Message, Person
from tramita.queries import bounds, definitions
from tramita.queries.mailboxes import Directory, directory
from tramita.queries.quotable import quotable
from tramita.queries.recipients import Recipient, recipients_report, sifted
from tramita.services import automatic_mails, clockwork, mail_size, resolving, writing_html
from tramita.services.ledger import Change, telling
from tramita.services.moving import require, require_free, settle
from tramita.services.transactions import one_transaction, writing
from tramita.services.writing_mail import Envelope, Leaving, Manner, answered_mail, by_a_robot, write

__all__ = ["Enclosure", "cancel", "recipients_report", "send", "send_now"]

COMMUNICATIONS = ("mail_received", "mail_sent", "mail_moved_here", "note_added")
LONGEST_SUBJECT = 1000
NO_HOLD = timedelta()
HOLD_OF_ROBOTS = timedelta(seconds=60)  # in which people can undo what a robot wrote (MAIL-115)


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file to send along; with a `content_id` a picture that the HTML shows by `cid:`."""

    filename: str
    content_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class _Letter:
    """What somebody wrote, before it is known whether it may go."""

    fields: dict[str, list[str]]
    found: list[Recipient]  # every address with what became of it
    subject: str
    text: str
    html: str
    files: list[Enclosure]

    def kept(self, name: str) -> list[str]:
        return [one.address for one in self.found if one.field == name and not one.taken_out]

    def envelope(self, title: str) -> Envelope:
        to, cc, bcc = (self.kept(name) for name in ("to", "cc", "bcc"))
        return Envelope(to, cc, bcc, self.subject or title, self.text, self.html, cleaned=bool(self.html))

    def left_out(self) -> list[tuple[str, str, str]]:
        """A word on each that was taken out (MAIL-122)."""
        return [(one.field, one.address, "ours" if one.ours else "duplicate") for one in self.found if one.taken_out]


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
    hold: timedelta = NO_HOLD,
    quote: bool = True,
    resolve: str | None = None,
    reason: str = "",
    based_on: int | None = None,
    answers: Message | None = None,
    leaving_from: str = "",
    written_by: str = "",
    by: Actor,
    at: datetime,
) -> Message:
    """Write a mail about the item; with `resolve` it is sent and the item resolved in one (R-11).

    `based_on` is the newest entry its writer had seen: something newer holds the mail back (Z-2).
    `html` is cleaned; alone it will do: its words are the text (MAIL-120). `hold` is the time in which it can be undone
    (MAIL-115). It answers the newest mail, unless `answers` names one; `leaving_from` is which of our addresses it
    leaves from. Addresses of ours and those named twice are taken out. `quote` sends what the recipients know already
    along. `written_by` is the robot whose words a person sends; those of a robot itself always wait to be undone.
    Rules: M-15, M-17, MAIL-60, MAIL-110, MAIL-111, MAIL-118 to MAIL-122, T-5, R-6, R-9.
    """
    files, desk = list(attachments), directory()
    if html:
        said, html = writing_html.cleaned(html, pictures=[file.content_id for file in files if file.content_id])
        text = text if text.strip() else said
    fields = {"to": list(to), "cc": list(cc), "bcc": list(bcc)}
    letter = _Letter(fields, list(sifted(fields, desk)), subject, text, html or "", files)
    kept = [(storage(settings.TRAMITA_STORAGE_URL).put(file.content), file) for file in files]
    with writing():
        require(by, "mail", item)
        if by.bounds is not None:
            addresses = [one for name in ("to", "cc", "bcc") for one in letter.kept(name)]
            by.bounds.expect_inside(addresses, bounds.participants([item.pk]) if by.bounds.tainted else ())
            written_by, hold = by.name, max(hold, HOLD_OF_ROBOTS)
        require_free(item, by)
        _check(item, letter, send_at=send_at, at=at)
        _hold_if_stale(item, based_on)
        change = Change(item, by, at)
        settle(change)
        _fill_draft(change, subject, text)
        manner = _manner(item, letter, desk, quote=quote, resolve=resolve, by=by, at=at)
        manner = replace(manner, answered=answered_mail(item, answers), leaving_from=leaving_from)
        if written_by:
            approved = by.bounds is not None and bool(by.bounds.approved)
            manner = by_a_robot(manner, written_by, checked=by.is_staff or approved)
        leaving = Leaving(send_at or at + hold, scheduled=send_at is not None)
        with telling(**_how_sure(by)):
            message = write(change, letter.envelope(item.title), manner, leaving)
        _enclose(message, kept, by=by, at=at)
        change.write()
        if resolve:
            _resolve(item, resolve, reason, by=by, at=at)
        if send_at:
            _remember_state(message, item)
    return message


def _how_sure(by: Actor) -> dict[str, int]:
    """What a robot said of its own mail stands in the entry, for whoever compares it with what became of it (AI-1)."""
    return {} if by.bounds is None or by.bounds.sure is None else {"confidence": by.bounds.sure}


def _manner(
    item: Item, letter: _Letter, desk: Directory, *, quote: bool, resolve: str | None, by: Actor, at: datetime
) -> Manner:
    """What stands round the words: in the language of the first recipient, signed if the writer signs (M-19a)."""
    first = letter.kept("to")[0].lower()
    people = {one.email if one.pk != by.id else "": one for one in Person.objects.filter(Q(pk=by.id) | Q(email=first))}
    reader, writer = people.get(first), people.get("")
    language = (reader.language if reader else "") or settings.LANGUAGE_CODE
    everybody = [address for name in ("to", "cc", "bcc") for address in letter.kept(name)]
    ends = clockwork.window_end(item, at) if resolve and opens_window_by(resolve) else None
    below = _footer(item, ends, reader, first, language, desk) if ends else ()
    asker = reader if reader and reader.pk in (item.requester_id, item.primary_contact_id) else None
    asked = asker if below and asker and asker.role in RECIPIENT and len(everybody) == 1 else None
    return Manner(
        by=by,
        desk=desk,
        language=language,
        signature=writer.signature.strip() if writer and writer.signs else "",
        below=below,
        feedback=asked.pk if asked else None,
        quoted=tuple(quotable(item, everybody)) if quote else (),
        marker=definitions.settings().reply_marker,
        left_out=letter.left_out(),
    )


def _footer(
    item: Item, ends: datetime, reader: Person | None, address: str, language: str, desk: Directory
) -> tuple[str, ...]:
    name = (reader.name if reader else "") or address
    return automatic_mails.footer(item, ends, reader=reader, name=name, language=language, desk=desk)


def opens_window_by(method: str) -> bool:
    """Whether this way of resolving can be disputed; a wrong one is told later, by who resolves."""
    try:
        return opens_window(Method(method))
    except ValueError:
        return False


def _remember_state(message: Message, item: Item) -> None:
    """Whether something changed before a scheduled mail goes is asked against what is now (MAIL-116)."""
    delivery = Delivery.objects.get(message=message, kind="mail")
    delivery.payload["state"] = item.state.value
    delivery.save(update_fields=["payload"])


def _resolve(item: Item, method: str, reason: str, *, by: Actor, at: datetime) -> None:
    """Resolve after sending; a method that cannot be is told under the name that it has here."""
    try:
        resolving.resolve(item, method=method, reason=reason, by=by, at=at)
    except Invalid as invalid:
        named = [replace(one, field="resolve") if one.field == "method" else one for one in invalid.errors]
        raise Invalid(named) from invalid


def _enclose(message: Message, kept: Iterable[tuple[str, Enclosure]], *, by: Actor, at: datetime) -> None:
    Attachment.objects.bulk_create(
        Attachment(
            item_id=message.item_id,
            message=message,
            sha256=key,
            filename=one_line(file.filename).strip()[:255] or "file.bin",
            content_type=file.content_type,
            size=len(file.content),
            inline=bool(file.content_id),
            content_id=file.content_id[:300],
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


def _check(item: Item, letter: _Letter, *, send_at: datetime | None, at: datetime) -> None:
    if item.state is State.CLOSED:
        raise Conflict("The item is Closed: no mail is sent from it any more.", code="item_closed")
    errors = _wrong_addresses(letter)
    if not letter.text.strip() and not letter.files:
        errors.append(FieldError("text", "required", "Write something first."))
    if send_at is not None and send_at <= at:
        errors.append(FieldError("send_at", "in_the_past", "Choose a moment in the future."))
    errors += _too_large(letter)
    if errors:
        raise Invalid(errors)


def _wrong_addresses(letter: _Letter) -> list[FieldError]:
    errors = [
        FieldError(name, "invalid_address", "“%(address)s” is no mail address.", {"address": address})
        for name, addresses in letter.fields.items()
        for address in addresses
        if not sendable(address.strip())
    ]
    if not letter.fields["to"]:
        errors.append(FieldError("to", "required", "Name at least one recipient."))
    elif not letter.kept("to"):
        given = letter.fields["to"][0]
        errors.append(FieldError("to", "own_address", "“%(address)s” is one of our own addresses.", {"address": given}))
    return errors


def _too_large(letter: _Letter) -> list[FieldError]:
    """The limit of the desk, and what the mail server takes of a mail as it travels (M-18, MAIL-121)."""
    content = [len(file.content) for file in letter.files]
    written = len(letter.text.encode()) + len(letter.html.encode())
    most = definitions.settings().limits.mail_bytes
    if written + sum(content) > most:
        return [FieldError("attachments", "too_large", "A mail may be %(most)s bytes at most.", {"most": most})]
    travelling = mail_size.travelling(written, content)
    taken = mail_size.largest_taken() if travelling > mail_size.ALWAYS_TAKEN else None
    if taken is None or travelling <= taken:
        return []
    return [
        FieldError(
            "attachments",
            "too_large_for_server",
            "The mail server takes %(most)s bytes at most, and this mail has %(size)s on its way. Send a link instead.",
            {"most": taken, "size": travelling},
        )
    ]


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
    """Send a scheduled mail before its time (M-17). Raises: Conflict, when a worker has it."""
    require(by, "mail", message.item)
    if not _untaken(message, at).update(next_at=at, payload={"due": at.isoformat()}):
        raise Conflict("It is too late: the mail is on its way.", code="already_sent")
    change = Change(message.item, by, at)
    change.record("mail_released", data={"message": message.pk})
    change.write()


def _untaken(message: Message, at: datetime) -> QuerySet[Delivery]:
    """What no worker has taken yet, to compare and set."""
    return message.deliveries.filter(kind="mail", state=0, fence=0, lease_until__lte=at)
