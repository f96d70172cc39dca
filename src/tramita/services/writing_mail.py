"""A mail of ours as rows: the message, its entry and its delivery, in the change that it belongs to (MAIL-110).

What is added when it leaves, below the words that somebody wrote, is decided here and kept with the message, so that
every try sends the same.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from tramita.domain.actors import Actor
from tramita.domain.codes import Visibility
from tramita.domain.mail_tokens import body_tag, bounce_address, message_id, plus_address
from tramita.domain.mime.charsets import one_line
from tramita.domain.references import Reference
from tramita.domain.subjects import references_header, subject_with_reference, thread_index
from tramita.models import Item, Message
from tramita.queries.mailboxes import Directory, Voice, keys
from tramita.queries.matching import with_internal
from tramita.queries.quotable import still_here
from tramita.services import sql
from tramita.services.ledger import Change
from tramita.services.ordered import order

ROOT = "0"  # the name of the mail that never was: what the first mail of an item refers to (MAIL-118)
LONGEST_NAME = 300
LINE = 90  # characters, at the width of a desk
LOOKED_AT = 20  # newest mails among which the one that is answered is sought


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a mail says, and to whom."""

    to: list[str]
    cc: list[str]
    bcc: list[str]
    subject: str
    text: str
    html: str = ""
    cleaned: bool = False  # the HTML, by our own cleaner: it may be shown too


@dataclass(frozen=True, slots=True)
class Answered:
    """The mail that this one answers (MAIL-118)."""

    message_id: str
    references: Sequence[str] = ()
    theirs: bool = True  # else it is one of ours, which this one follows
    thread_index: str = ""
    thread_topic: str = ""


@dataclass(frozen=True, slots=True)
class Manner:
    """How it is written: by whom, in answer to what, and what stands below the words.

    `automatic` is empty for a mail that a person wrote, else its kind (MAIL-95); `below` are texts, `quoted` the mails
    whose words go along (MAIL-60), `marker` asks to write above.
    """

    by: Actor
    desk: Directory
    answered: Answered | None = None
    automatic: str = ""
    language: str = ""  # the reader's
    below: tuple[str, ...] = ()
    signature: str = ""
    quoted: tuple[int, ...] = ()
    marker: bool = False
    left_out: Sequence[Sequence[str]] = ()  # recipients taken out, each with why (MAIL-122)
    leaving_from: str = ""  # which of our addresses; else that of the route
    feedback: int | None = None  # whose word it asks for (T-45)
    robot: str = ""  # the one that wrote it
    to_manager: bool = False  # it asks for an approval: internal, with a link of its reader's (AP-17, MAIL-52)


@dataclass(frozen=True, slots=True)
class Leaving:
    """When it goes. `scheduled`: by its writer (M-17), so that it is looked at again then (MAIL-116)."""

    at: datetime
    scheduled: bool = False
    facts: dict[str, Any] = field(default_factory=dict)


def write(change: Change, envelope: Envelope, manner: Manner, leaving: Leaving) -> Message:
    """Add the mail to a change that the caller writes."""
    message = _message(change, envelope, manner)
    sql.save_new(message)
    data: dict[str, Any] = {"message": message.pk, "automatic": bool(manner.automatic)}
    if leaving.scheduled:
        data["send_at"] = leaving.at.isoformat()
    if openly := [list(one) for one in manner.left_out if one[0] != "bcc"]:
        data["left_out"] = openly  # who takes part reads it: hidden recipients stand with the message
    visibility = Visibility.INTERNAL if manner.to_manager else Visibility.PARTICIPANTS
    change.record("mail_sent", visibility=visibility, data=data, words={"subject": message.subject})
    seq = change.item.seq + len(change.lines)
    facts = {"scheduled": True, "seq": seq, "by": manner.by.id, **leaving.facts} if leaving.scheduled else leaving.facts
    due = {"due": leaving.at.isoformat()}
    order("mail", due | facts, at=change.at, message=message, when=leaving.at)
    return message


def by_a_robot(manner: Manner, robot: str, *, checked: bool) -> Manner:
    """It says so below its words, in the reader's language, and in a header as it leaves (decision 60)."""
    with translation.override(manner.language or translation.get_language()):
        said = (
            _("This message was written by a robot and checked by a person.")
            if checked
            else _("This message was written by a robot.")
        )
    return replace(manner, robot=robot, below=(*manner.below, said))


def _message(change: Change, envelope: Envelope, manner: Manner) -> Message:
    item, answered = change.item, manner.answered
    reference = Reference(item.kind, item.number, item.ordinal)
    address = manner.leaving_from or manner.desk.leaving_from(item.process.key if item.process else None)
    voice = manner.desk.voice_of(address)
    name, host = secrets.token_hex(8), address.rpartition("@")[2]
    root = message_id(reference, ROOT, host=host, keys=keys())
    replies = answered is not None and answered.theirs
    return Message(
        item=item,
        outgoing=True,
        automatic=bool(manner.automatic),
        message_id=message_id(reference, name, host=host, keys=keys()),
        in_reply_to=answered.message_id if answered else "",
        references=list(references_header(answered.references, answered.message_id)) if answered else [root],
        subject=subject_with_reference(one_line(envelope.subject), reference, reply=replies),
        sender_name=_signed_by(manner, voice)[:LONGEST_NAME],
        sender_address=address,
        to=_named(envelope.to),
        cc=_named(envelope.cc),
        bcc=_named(envelope.bcc),
        at=change.at,
        text=envelope.text,
        html=envelope.html,
        shown=Message.Shown.CLEAN if envelope.cleaned else Message.Shown.TEXT,
        view={"height": _height(envelope.text)} if envelope.cleaned else None,
        reply_text=envelope.text,
        headers=_headers(reference, address, name, manner, voice, at=change.at),
    )


def _height(text: str) -> int:
    """A guess in CSS pixels at how tall it is shown."""
    lines = sum(1 + len(line) // LINE for line in text.split("\n"))
    return 24 + 22 * lines


def _signed_by(manner: Manner, voice: Voice) -> str:
    """“Ana at Service Desk”, the desk alone for what nobody wrote (MAIL-117)."""
    if manner.automatic or not voice.name:
        return one_line(voice.name or manner.by.name)
    with translation.override(manner.language or translation.get_language()):
        return one_line(_("%(person)s at %(desk)s") % {"person": manner.by.name, "desk": voice.name})


def _headers(
    reference: Reference, address: str, name: str, manner: Manner, voice: Voice, *, at: datetime
) -> dict[str, Any]:
    """What leaves besides the words; a mailbox without plus-addresses carries its token in the text (M-1, MAIL-70)."""
    plain, answered = voice.plain, manner.answered
    rest = {
        "automatic": manner.automatic,
        "language": manner.language,
        "below": list(manner.below),
        "signature": "\n\n".join(one for one in (manner.signature, voice.signature) if one),
        "quoted": list(manner.quoted),
        "marker": manner.marker,
        "to_manager": manner.to_manager,
        "robot": one_line(manner.robot),
        "feedback": manner.feedback,
        "tag": body_tag(reference, keys=keys()) if plain else "",
        "thread_index": thread_index(answered.thread_index, at=at) if answered else None,
        "thread_topic": one_line(answered.thread_topic)[:240] if answered else "",
        "left_out": [list(one) for one in manner.left_out if one[0] == "bcc"],
    }
    return {
        "reply_to": address if plain else plus_address(address, reference, keys=keys()),
        "bounce": address if plain else bounce_address(address, reference, name, keys=keys()),
    } | {key: value for key, value in rest.items() if value}


def _named(addresses: Iterable[str]) -> list[list[str]]:
    return [["", address.strip()] for address in addresses]


def answered_mail(item: Item, chosen: Message | None = None) -> Answered | None:
    """What a mail on this item answers: the newest that a person sent in, else that came in, else our last that left.

    `chosen` is another one that its writer named. Cost: one query; none for that one.
    """
    return _as_answered(chosen or _newest(item))


def _newest(item: Item) -> Message | None:
    """What stays in the house is answered by nobody outside, not even by its id (MAIL-59)."""
    newest = list(
        with_internal(item.messages.filter(~still_here(), approval_token=None).order_by("-id").only(*ANSWERED))[
            :LOOKED_AT
        ]
    )
    newest = [one for one in newest if not vars(one)["internal"]]
    theirs = [one for one in newest if not one.outgoing]
    return next(iter([one for one in theirs if not one.automatic] or theirs or newest), None)


def _as_answered(found: Message | None) -> Answered | None:
    if found is None:
        return None
    marks = {} if found.outgoing else found.headers
    return Answered(
        found.message_id,
        found.references,
        theirs=not found.outgoing,
        thread_index=marks.get("thread_index", ""),
        thread_topic=marks.get("thread_topic", ""),
    )


ANSWERED = ("item_id", "outgoing", "automatic", "message_id", "references", "headers")
