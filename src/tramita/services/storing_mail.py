"""A mail on an item: its row, its attachments, its entry."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from tramita.domain.codes import Visibility
from tramita.domain.correspondence import Match
from tramita.domain.mime import Address, ParsedMail
from tramita.gateways.storage import storage
from tramita.models import Item, Message, SeenMessage
from tramita.queries.mailboxes import Directory, Sender
from tramita.services import sql
from tramita.services.ledger import Change

SHOWN = 1024**2  # characters of text kept beside the raw message (Z-14)
MOST_RECIPIENTS = 500
LONGEST_ANSWERED = 600  # characters: PostgreSQL's index takes 2,704 bytes, and no real id is as long


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message on its way to an item: what was seen, what it says, who wrote, and when it came."""

    seen: SeenMessage
    mail: ParsedMail
    sender: Address
    known: Sender
    desk: Directory
    at: datetime


def store(change: Change, arrival: Arrival, *, match: Match[Item] | None = None, unverified: bool = False) -> None:
    """Append the mail to an item that exists, in a change that the caller writes (M-7)."""
    message_id = insert(change.item.pk, arrival)
    data = entry_data(arrival, message_id, match=match, unverified=unverified)
    dots: dict[str, Any] = {} if arrival.mail.receipt else {"new_information": True}
    inside = unverified or event_of(arrival.mail) is not None  # a forged word or a server's is nothing for who asked
    change.record(
        "mail_received",
        visibility=Visibility.INTERNAL if inside else Visibility.PARTICIPANTS,
        data=data,
        words=entry_words(arrival),
        actor_id=None if unverified else arrival.known.id,
        **dots,
    )


def insert(item_id: int, arrival: Arrival) -> int:
    """The rows of the message and its attachments; the message's id. Bytes go to storage first."""
    mail, seen = arrival.mail, arrival.seen
    row: dict[str, Any] = {
        "item_id": item_id,
        "seen_id": seen.pk,
        "outgoing": False,
        "automatic": mail.auto_submitted is not None,
        "message_id": mail.stable_id[:998],
        "in_reply_to": (mail.in_reply_to or "")[:LONGEST_ANSWERED],
        "refs": list(mail.references),
        "subject": mail.subject or "",
        "sender_name": arrival.sender.name[:300],
        "sender_address": arrival.sender.address[:254],
        "recipients": _pairs(mail.to),
        "cc": _pairs(mail.cc),
        "bcc": [],
        "at": arrival.at,
        "header_date": mail.date,
        "text": mail.text[:SHOWN],
        "html": "",
        "reply_text": mail.reply_text[:SHOWN],
        "raw": seen.raw,
        "defects": list(mail.defects),
        "headers": _marks(mail),
    }
    message_id = sql.insert("messages", [row], returning=True)[0]
    _attach(item_id, message_id, arrival)
    return message_id


def _attach(item_id: int, message_id: int, arrival: Arrival) -> None:
    kept = storage(settings.TRAMITA_STORAGE_URL)
    rows = [
        {
            "item_id": item_id,
            "message_id": message_id,
            "sha256": kept.put(file.content),
            "filename": file.filename[:255],
            "content_type": file.content_type[:200],
            "size": file.size,
            "inline": file.inline,
            "content_id": (file.content_id or "")[:300],
            "at": arrival.at,
        }
        for file in arrival.mail.attachments
    ]
    if rows:
        sql.insert("attachments", rows)


def _pairs(addresses: tuple[Address, ...]) -> list[list[str]]:
    return [[one.name, one.address] for one in addresses[:MOST_RECIPIENTS]]


def _marks(mail: ParsedMail) -> dict[str, Any]:
    marks = {"auto_submitted": mail.auto_submitted, "bounce": mail.bounce.to_json() if mail.bounce else None}
    return {name: value for name, value in marks.items() if value}


def entry_data(
    arrival: Arrival, message_id: int, *, match: Match[Item] | None = None, unverified: bool = False
) -> dict[str, Any]:
    """The facts of a mail's entry: which message, why it is here (MAIL-82), what kind of mail it is."""
    mail = arrival.mail
    data: dict[str, Any] = {"message": message_id, "automatic": mail.auto_submitted is not None}
    if match is not None:
        data |= {"matched_by": match.rule.value, "new_participant": match.new_participant}
    if unverified:
        data["unverified"] = True
    if event := event_of(mail):
        data |= {"event": event, "about": _about(mail)}
    return data


def event_of(mail: ParsedMail) -> str | None:
    """What a report says of a mail of ours: `failed`, `delayed`, `delivered`, `read` … (MAIL-96, MAIL-98)."""
    if mail.bounce is not None:
        return mail.bounce.action
    return mail.receipt.kind if mail.receipt is not None else None


def _about(mail: ParsedMail) -> int | None:
    """The mail of ours that a report is about."""
    report = mail.bounce or mail.receipt
    named = report.original_message_id if report else None
    sent = Message.objects.filter(message_id=named or "", outgoing=True)
    return sent.values_list("pk", flat=True).first()


def entry_words(arrival: Arrival) -> dict[str, Any]:
    """The words of a mail's entry; its text is in the message. A report names whom it is about, each with their own."""
    words: dict[str, Any] = {
        "subject": arrival.mail.subject or "",
        "from": arrival.sender.address,
        "name": arrival.sender.name,
    }
    if arrival.mail.bounce is not None:
        words["recipients"] = [asdict(one) for one in arrival.mail.bounce.recipients[:MOST_RECIPIENTS]]
    return words
