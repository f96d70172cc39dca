"""A mail on an item: its row, its attachments, its entry."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings

from tramita.domain.codes import State, Visibility
from tramita.domain.correspondence import Match
from tramita.domain.mail_notices import MESSAGES, worth_a_look
from tramita.domain.mime import Address, ParsedMail
from tramita.gateways.storage import storage
from tramita.models import Item, Message, SeenMessage
from tramita.queries.mailboxes import Directory, Sender
from tramita.services import scanning, sql
from tramita.services.ledger import Change

SHOWN = 1024**2  # characters of text kept beside the raw message (Z-14)
MOST_RECIPIENTS = 500
LONGEST_EVIDENCE = 300
LONGEST_MARK = 1000  # characters of a field that is kept to be handed back
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
    verified: bool = False  # From is proven (MAIL-51)
    rehearsed: bool = False  # everything is rolled back: no bytes are kept
    notes: dict[str, Any] = field(default_factory=dict)  # for the trace (MAIL-141)
    by_hand: bool = False  # a person makes something new of it, however old it is
    received_at: datetime | None = None  # if that was not now (M-25)

    @property
    def unverified(self) -> bool:
        """Claims to be one of the staff without proof: an outsider's mail (MAIL-51)."""
        return self.known.is_staff and not self.verified

    @property
    def archive(self) -> bool:
        """Old mail that is only filed (MAIL-17)."""
        return self.seen.archive and not self.by_hand

    @property
    def dated(self) -> datetime:
        """When it was received; of old mail, when it says it was written (MAIL-29, MAIL-17)."""
        received = self.received_at or self.at
        return min(self.mail.date or received, received) if self.seen.archive else received


def store(
    change: Change, arrival: Arrival, *, match: Match[Item] | None = None, internal: bool = False, copied: str = ""
) -> None:
    """Append the mail to an item that exists, in a change that the caller writes (M-7).

    `internal`: only the house reads it (MAIL-59). `copied`: the item it was for, if that is another (M-11).
    """
    message_id = insert(change.item.pk, arrival, copied=copied)
    data = entry_data(arrival, message_id, match=match)
    if copied:
        data["copied"] = copied
    quiet = arrival.mail.receipt or arrival.archive or change.item.state is State.CLOSED
    dots: dict[str, Any] = {} if quiet else {"new_information": True}
    if dots and arrival.mail.bounce is not None and arrival.mail.bounce.permanent:
        dots["highlighted"] = True  # its owner must know (MAIL-96)
    # a forged word or a server's is nothing for who asked
    inside = internal or arrival.unverified or event_of(arrival.mail) is not None
    change.record(
        "mail_received",
        visibility=Visibility.INTERNAL if inside else Visibility.PARTICIPANTS,
        data=data,
        words=entry_words(arrival, match=match),
        actor_id=None if arrival.unverified else arrival.known.id,
        **dots,
    )


def insert(item_id: int, arrival: Arrival, *, copied: str = "") -> int:
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
        "at": arrival.dated,
        "header_date": mail.date,
        "text": mail.text[:SHOWN],
        "html": "",
        "reply_text": mail.reply_text[:SHOWN],
        "raw": seen.raw,
        "defects": list(mail.defects),
        "headers": _marks(arrival, copied),
        "shown": int(Message.Shown.WAITING if worth_a_look(mail) else Message.Shown.TEXT),
    }
    message_id = sql.insert("messages", [row], returning=True)[0]
    _attach(item_id, message_id, arrival)
    return message_id


def _attach(item_id: int, message_id: int, arrival: Arrival) -> None:
    kept = storage(settings.TRAMITA_STORAGE_URL)
    rows: list[dict[str, Any]] = [
        {
            "item_id": item_id,
            "message_id": message_id,
            "sha256": file.sha256 if arrival.rehearsed else kept.put(file.content),
            "filename": file.filename[:255],
            "content_type": file.content_type[:200],
            "size": file.size,
            "inline": file.inline,
            "content_id": (file.content_id or "")[:300],
            "at": arrival.dated,
        }
        for file in arrival.mail.attachments
    ]
    if rows:
        sql.insert("attachments", rows)
    if not arrival.rehearsed:
        scanning.want({row["sha256"]: row["content_type"] in MESSAGES for row in rows}, at=arrival.at)


def _pairs(addresses: tuple[Address, ...]) -> list[list[str]]:
    return [[one.name, one.address] for one in addresses[:MOST_RECIPIENTS]]


def _marks(arrival: Arrival, copied: str) -> dict[str, Any]:
    mail = arrival.mail
    unusable = [one.address or one.name for one in (*mail.to, *mail.cc) if not one.usable]  # M-6
    marks = {
        "auto_submitted": mail.auto_submitted,
        "bounce": mail.bounce.to_json() if mail.bounce else None,
        "unusable": unusable[:MOST_RECIPIENTS],
        "copied": copied,  # the item that the mail was for (M-11)
        "by_hand": arrival.by_hand,  # a person made the item of it (M-25)
        "signature": mail.signature.to_json() if mail.signature else None,  # MAIL-39
    }
    return {name: value for name, value in (marks | thread_marks(mail)).items() if value}


def thread_marks(mail: ParsedMail) -> dict[str, str]:
    """What Outlook wants to have back in an answer (MAIL-118)."""
    found = {"thread_index": mail.first("Thread-Index"), "thread_topic": mail.first("Thread-Topic")}
    return {name: value[:LONGEST_MARK] for name, value in found.items() if value}


def entry_data(arrival: Arrival, message_id: int, *, match: Match[Item] | None = None) -> dict[str, Any]:
    """The facts of a mail's entry: which message, why it is here (MAIL-82), what kind of mail it is."""
    mail = arrival.mail
    data: dict[str, Any] = {"message": message_id, "automatic": mail.auto_submitted is not None}
    if match is not None:
        data |= {"matched_by": match.rule.value, "confidence": match.rule.confidence}
        data |= {"new_participant": match.new_participant}
    if named := arrival.notes.get("named"):
        data["named"] = named  # what was merged into this item since (Z-4)
    if arrival.unverified:
        data["unverified"] = True
    if arrival.archive:
        data["archive"] = True
    if event := event_of(mail):
        data |= {"event": event, "about": arrival.notes.get("about")}
    return data


def event_of(mail: ParsedMail) -> str | None:
    """What a report says of a mail of ours: `failed`, `delayed`, `delivered`, `read` … (MAIL-96, MAIL-98)."""
    if mail.bounce is not None:
        return mail.bounce.action
    return mail.receipt.kind if mail.receipt is not None else None


def entry_words(arrival: Arrival, *, match: Match[Item] | None = None) -> dict[str, Any]:
    """The words of a mail's entry; its text is in the message. A report names whom it is about, each with their own."""
    words: dict[str, Any] = {
        "subject": arrival.mail.subject or "",
        "from": arrival.sender.address,
        "name": arrival.sender.name,
    }
    if match is not None:
        words["evidence"] = match.evidence[:LONGEST_EVIDENCE]
    if arrival.mail.bounce is not None:
        words["recipients"] = [asdict(one) for one in arrival.mail.bounce.recipients[:MOST_RECIPIENTS]]
    return words
