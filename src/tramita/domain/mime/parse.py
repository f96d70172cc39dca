"""Bytes to `ParsedMail`: a total function (MAIL-20). RFC 7103 is the guide for malformed mail."""

import hashlib
import re
from typing import Any

from tramita.domain.mime import automatic, bounce_words, bounces
from tramita.domain.mime.addresses import addresses, first_address
from tramita.domain.mime.body import Sorter, attachment, join_html, join_text, leaves
from tramita.domain.mime.bounces import message_id
from tramita.domain.mime.charsets import Guess
from tramita.domain.mime.dates import parse_date
from tramita.domain.mime.headers import Block, split_message
from tramita.domain.mime.model import Address, ParsedMail
from tramita.domain.mime.params import content_type
from tramita.domain.mime.reply import is_forward, is_reply_subject, visible_reply
from tramita.domain.mime.trace import digest_of
from tramita.domain.mime.tree import Part, build
from tramita.domain.mime.words import decode_header

MAX_REFERENCES = 100
ONCE = (
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "message-id",
    "in-reply-to",
    "references",
    "subject",
    "date",
)

_DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to")
_ORIGINAL = ("x-original-from", "x-original-sender", "x-google-original-from")


def parse(raw: bytes, *, guess: Guess | None = None) -> ParsedMail:
    """Everything one message says. Never raises; what was wrong with it stands in `defects`.

    `guess` names the charset of bytes whose label lies (MAIL-24); without it windows-1252 is the last resort.
    """
    try:
        return _parse(raw, guess)
    except Exception as fault:  # noqa: BLE001 - MAIL-20: a fault of ours must not lose or stop a message
        return _unread(raw, type(fault).__name__)


def _parse(raw: bytes, guess: Guess | None) -> ParsedMail:
    block, body = split_message(raw)
    root, defects = build(block, body)
    sorter = Sorter(guess)
    found = sorter.read(root)
    text, html = join_text(found.segments), join_html(found.segments)
    subject = decode_header(block.first("subject") or b"", sorter.charset) or None
    return ParsedMail(
        subject=subject,
        text=text,
        html=html,
        attachments=sorter.finish(found.files, html),
        encrypted=sorter.encrypted,
        signed=sorter.signed,
        stable_id=message_id(block.first("message-id")) or f"{hashlib.sha256(raw).hexdigest()}@no-message-id",
        digest=digest_of(block, body),
        headers=tuple((name, _value(name, value, sorter.charset)) for name, value in block.fields),
        **_people(block, sorter.charset),
        **_thread(block, subject or "", text, html),
        **_nature(block, list(leaves(root)), text, subject or ""),
        **_envelope(block),
        defects=tuple(dict.fromkeys((*block.defects, *_doubled(block), *defects, *sorter.defects))),
    )


def _value(name: str, value: bytes, charset: str | None) -> str:
    """What a field says. A verdict is read as it is: an encoded word in it is a stranger's (MAIL-50)."""
    if name.lower() == "authentication-results":
        return " ".join(value.decode("ascii", "replace").split())
    return decode_header(value, charset)


def _people(block: Block, charset: str | None) -> dict[str, Any]:
    """Who wrote and to whom. The sender is the first usable of From, Reply-To, Return-Path,
    Sender (MAIL-27)."""
    authors, to, cc, answer_to = (_usable(block, name, charset) for name in ("from", "to", "cc", "reply-to"))
    candidates = [
        *authors,
        *answer_to,
        *_usable(block, "return-path", charset),
        *_usable(block, "sender", charset),
    ]
    originals = [one for name in _ORIGINAL for one in _usable(block, name, charset)]
    return {
        "from_": next((one for one in candidates if one.usable), candidates[0] if candidates else None),
        "all_from": authors,
        "to": to,
        "cc": cc,
        "reply_to": answer_to,
        "original_from": next((one for one in originals if one.usable), None),
    }


def _usable(block: Block, name: str, charset: str | None) -> tuple[Address, ...]:
    """The addresses of the first field of this name that has a usable one; never a mix of two (MAIL-28)."""
    lists = [addresses(value, charset) for value in block.all(name)]
    return next((found for found in lists if any(one.usable for one in found)), next(filter(None, lists), ()))


def _thread(block: Block, subject: str, text: str, html: str | None) -> dict[str, Any]:
    """Ids and what is new (MAIL-41, MAIL-72, MAIL-75)."""
    answered = _ids(block.first("in-reply-to"))
    references = _ids(block.first("references"))[-MAX_REFERENCES:]
    forward = is_forward(subject, text, answers=bool(answered or references))
    answers = not forward and bool(answered or references or is_reply_subject(subject))
    return {
        "message_id": message_id(block.first("message-id")),
        "in_reply_to": answered[0] if answered else None,
        "references": tuple(references),
        "is_forward": forward,
        "reply_text": visible_reply(text, html, answers=answers) if not forward else text.strip(),
    }


def _ids(value: bytes | None) -> list[str]:
    """Every id, as given but for brackets and folded white space."""
    text = decode_header(value or b"")
    inside = re.findall(r"<([^<>]{1,998})>", text)
    if inside:
        return [joined for one in inside if (joined := "".join(one.split()))]
    return [word for word in re.split(r"[\s,]+", text) if "@" in word and word.strip("<>") == word]


def _nature(block: Block, parts: list[Part], text: str, subject: str) -> dict[str, Any]:
    """Machine or person, bounce or receipt (MAIL-90 to MAIL-98)."""
    null_sender = any(not first_address(value) for value in block.all("return-path"))
    sender = decode_header(block.first("from") or block.first("sender") or b"")
    bounce = bounces.find(block, parts, text, sender, subject, null_sender=null_sender)
    kind = content_type(block.first("content-type"))[0]
    words = automatic.wording(subject, text)
    daemon = bounce_words.is_daemon(sender)
    marked = automatic.mark(block, kind, null_sender=null_sender, daemon=daemon, words=words)
    return {
        "auto_submitted": marked or ("a delivery report" if bounce else None),
        "auto_wording": words,
        "bounce": bounce,
        "receipt": None if bounce else bounces.receipt(parts),
        "spam": _is_spam(block),
    }


def _is_spam(block: Block) -> bool:
    """MAIL-58: the flags that filters set."""
    flag = (block.first("x-spam-flag") or b"").strip().lower()
    status = (block.first("x-spam-status") or b"").strip().lower()
    return flag.startswith((b"yes", b"true")) or status.startswith(b"yes")


def _envelope(block: Block) -> dict[str, Any]:
    """Evidence of how the message came (MAIL-14)."""
    delivered = [address for name in _DELIVERED for value in block.all(name) if (address := first_address(value))]
    paths = block.all("return-path")
    return {
        "date": next((date for value in block.all("date") if (date := parse_date(decode_header(value)))), None),
        "delivered_to": tuple(dict.fromkeys(delivered)),
        "return_path": first_address(paths[0]) if paths else None,
        "list_id": decode_header(block.first("list-id") or b"") or None,
        "precedence": decode_header(block.first("precedence") or b"").strip().lower() or None,
        "received_count": len(block.all("received")),
    }


def _doubled(block: Block) -> tuple[str, ...]:
    """RFC 5322 allows these once; two are a sign of smuggling (MAIL-28)."""
    return tuple(f"doubled_{name.replace('-', '_')}" for name in ONCE if len(block.all(name)) > 1)


def _unread(raw: bytes, fault: str) -> ParsedMail:
    """What remains when the reader itself is at fault: the message as one attachment."""
    digest = hashlib.sha256(raw).hexdigest()
    nobody: dict[str, Any] = dict.fromkeys(("all_from", "to", "cc", "reply_to", "references", "delivered_to"), ())
    unknown: dict[str, Any] = dict.fromkeys(
        ("subject", "from_", "original_from", "date", "message_id", "in_reply_to", "html", "auto_submitted")
    ) | dict.fromkeys(("auto_wording", "bounce", "receipt", "return_path", "list_id", "precedence"))
    return ParsedMail(
        **nobody,
        **unknown,
        stable_id=f"{digest}@no-message-id",
        text="",
        reply_text="",
        attachments=(attachment("message.eml", "message/rfc822", raw),),
        is_forward=False,
        defects=(f"reader_fault: {fault}",),
        received_count=0,
        spam=False,
        encrypted=False,
        headers=(),
        digest=digest,
    )
