"""A mail of ours as it leaves: marker, words, signature, what stands below, what its readers know already (MAIL-60).

Everything comes from what was kept when it was written, and what was composed once is kept byte for byte: every try
sends the same (MAIL-111).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tramita.domain.auto_answers import LOOP_FIELD
from tramita.domain.mime import Address
from tramita.domain.mime.charsets import one_line
from tramita.domain.mime.compose import OutgoingFile, OutgoingMail, compose, recipients
from tramita.domain.mime.html_text import html_to_text
from tramita.domain.mime.markers import marker_line
from tramita.gateways.storage import storage
from tramita.models import Message
from tramita.services import feedback_link
from tramita.services.approval_link import paragraph
from tramita.services.transactions import writing

LONGEST_QUOTE = 20_000  # characters of one mail
MOST_QUOTED = 100_000  # of all of them


@dataclass(frozen=True, slots=True)
class Quote:
    """A mail of before: who said when, and the words."""

    heading: str
    words: str


def composed(message: Message) -> bytes:
    """The bytes to send, the same at every try.

    Raises: Invalid, when no mail can be made of it; OSError, when a file of it cannot be read.
    """
    if message.headers.get("to_manager"):
        return compose(outgoing(message))  # its link decides: no copy of it is kept (MAIL-52)
    kept = storage(settings.TRAMITA_STORAGE_URL)
    if message.raw:
        try:
            return kept.get(message.raw)
        except FileNotFoundError:
            pass  # put away by age: made again
    raw = compose(outgoing(message))
    message.raw = kept.put(raw)
    with writing():
        message.save(update_fields=["raw"])
    return raw


def leaving(message: Message) -> bytes:
    """As it leaves: with the link that asks for feedback, which stands in nothing that is kept (T-45)."""
    kept = composed(message)
    return compose(outgoing(message, asks=True)) if message.headers.get(feedback_link.MARK) else kept


def envelope(message: Message) -> tuple[str, ...]:
    """Everybody it goes to, each once."""
    return recipients(_addressed(message), tuple(_person(pair) for pair in message.bcc))


def outgoing(message: Message, *, asks: bool = False) -> OutgoingMail:
    """The mail with all that stands round its words; `asks` for feedback as it leaves."""
    quotes = _quotes(message)
    ask = feedback_link.paragraph(message, _language(message)) if asks else ""
    automatic = message.headers.get("automatic") or None
    host = message.sender_address.rpartition("@")[2]
    marks = {"Thread-Topic": "thread_topic", "Thread-Index": "thread_index", "X-Tramita-Robot": "robot"}
    extra = {field: message.headers[name] for field, name in marks.items() if message.headers.get(name)}
    return OutgoingMail(
        from_=Address(message.sender_name, message.sender_address),
        to=tuple(_person(pair) for pair in message.to),
        cc=tuple(_person(pair) for pair in message.cc),
        reply_to=(Address(message.sender_name, message.headers.get("reply_to") or message.sender_address),),
        subject=message.subject,
        message_id=message.message_id,
        date=message.at,
        text=_text(message, quotes, ask),
        html=_html(message, quotes, ask) if message.html else None,
        in_reply_to=message.in_reply_to or None,
        references=tuple(message.references),
        files=_files(message),
        auto_submitted=automatic,
        extra=extra | ({LOOP_FIELD: host} if automatic else {}),
    )


def _addressed(message: Message) -> OutgoingMail:
    """As much of it as says where it goes."""
    return OutgoingMail(
        from_=Address("", message.sender_address),
        to=tuple(_person(pair) for pair in message.to),
        cc=tuple(_person(pair) for pair in message.cc),
        subject="",
        message_id=message.message_id,
        date=message.at,
    )


def _text(message: Message, quotes: Iterable[Quote], ask: str) -> str:
    marks = message.headers
    parts = [
        marker_line(_language(message)) if marks.get("marker") else "",
        message.text.strip() or html_to_text(message.html),
        paragraph(message, _language(message)) if marks.get("to_manager") else "",
        *marks.get("below", ()),
        ask,
        f"-- \n{marks['signature']}" if marks.get("signature") else "",
        *(f"{one.heading}\n{_marked(one.words)}" for one in quotes),
        marks.get("tag", ""),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _marked(words: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in words.split("\n"))


def _html(message: Message, quotes: Iterable[Quote], ask: str) -> str:
    marks = message.headers
    parts = [
        _paragraph(marker_line(_language(message))) if marks.get("marker") else "",
        message.html,
        *(_paragraph(one) for one in marks.get("below", ())),
        _paragraph(ask) if ask else "",
        _paragraph(f"-- \n{marks['signature']}") if marks.get("signature") else "",
        *(_block(one) for one in quotes),
        _paragraph(marks["tag"]) if marks.get("tag") else "",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _paragraph(text: str) -> str:
    return f"<p>{_lines(text)}</p>"


def _block(one: Quote) -> str:
    """Marked as mail programs mark it, so that they fold it."""
    words = f'<blockquote class="gmail_quote" type="cite">{_lines(one.words)}</blockquote>'
    return f'<div class="gmail_quote"><div class="gmail_attr">{escape(one.heading)}</div>{words}</div>'


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>\n")


def _quotes(message: Message) -> list[Quote]:
    """The mails that its readers know, newest first, each with its new words only."""
    ids = message.headers.get("quoted", [])
    known = {one.pk: one for one in Message.objects.filter(pk__in=ids, item=message.item_id)} if ids else {}
    quotes, room = [], MOST_QUOTED
    with translation.override(_language(message)):
        for one in (known[id_] for id_ in ids if id_ in known):
            words = (one.reply_text.strip() or one.text.strip())[:LONGEST_QUOTE]
            room -= len(words)
            if room < 0:
                break
            if words:
                quotes.append(Quote(_heading(one), words))
    return quotes


def _heading(mail: Message) -> str:
    who = mail.sender_name or mail.sender_address
    return _("On %(when)s, %(who)s wrote:") % {"when": _when(mail.at), "who": " ".join(who.split())}


def _when(moment: datetime) -> str:
    there = moment.astimezone(ZoneInfo(settings.TIME_ZONE))
    return f"{date_format(there, 'DATE_FORMAT')} {there:%H:%M}"


def _language(message: Message) -> str:
    return str(message.headers.get("language") or settings.LANGUAGE_CODE)


def _person(pair: list[str]) -> Address:
    name, address = pair
    return Address(name, address)


def _files(message: Message) -> tuple[OutgoingFile, ...]:
    kept = storage(settings.TRAMITA_STORAGE_URL)
    rows = message.attachments.order_by("id").values_list("filename", "content_type", "sha256", "content_id")
    return tuple(OutgoingFile(one_line(name), kind, kept.get(key), cid or None) for name, kind, key, cid in rows)
