"""An outgoing mail as bytes, encoded by the standard library and checked again afterwards (MAIL-55, MAIL-117 to 122).

There is no Bcc field: hidden recipients stand in the envelope alone (MAIL-59, MAIL-122).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address as HeaderAddress
from email.headerregistry import BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from tramita.domain.errors import Invalid
from tramita.domain.mime.headers import split_message
from tramita.domain.mime.html_text import html_to_text
from tramita.domain.mime.model import Address, address_key
from tramita.domain.mime.sendable import sendable

MAX_LINE = 998  # octets without the line end (RFC 5322)

_FORBIDDEN = re.compile(r"[\r\n\x00]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ID = re.compile(r"[!-;=?-~]{1,400}")  # printable ASCII without brackets
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+")
_RESERVED = {"from", "to", "cc", "bcc", "subject", "date", "message-id", "mime-version", "sender", "return-path"}


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file to send along; with a `content_id` a picture that the HTML shows by `cid:`."""

    filename: str
    content_type: str
    content: bytes = field(repr=False)
    content_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMail:
    """What one mail says. Ids have no brackets; `text` is made from `html` where it is empty (MAIL-120)."""

    from_: Address
    to: tuple[Address, ...]
    subject: str
    message_id: str
    date: datetime
    text: str = ""
    html: str | None = None
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    files: tuple[OutgoingFile, ...] = ()
    auto_submitted: str | None = None  # auto-replied, auto-generated; None when a person wrote it (MAIL-95)
    extra: Mapping[str, str] = field(default_factory=dict)


def compose(mail: OutgoingMail) -> bytes:
    """The bytes to send.

    Raises: Invalid, if a header value holds CR, LF or NUL, or an address or our own id cannot be sent.
    """
    message = EmailMessage(policy=_POLICY)
    for name, value in _headers(mail):
        message[name] = value
    expected = [name.lower() for name in message]
    _fill(message, mail)
    data = message.as_bytes()
    _verify(data, expected)
    return data


def recipients(mail: OutgoingMail, hidden: tuple[Address, ...] = ()) -> tuple[str, ...]:
    """The envelope: To, Cc and Bcc, each address once (MAIL-122)."""
    everyone = {address_key(one.address): _spec(one, "to") for one in (*mail.to, *mail.cc, *hidden)}
    return tuple(everyone.values())


def _headers(mail: OutgoingMail) -> list[tuple[str, Any]]:
    people = {"To": mail.to, "Cc": mail.cc, "Reply-To": mail.reply_to}
    ids = {"In-Reply-To": _sendable([mail.in_reply_to or ""]), "References": _sendable(mail.references)}
    return [
        ("From", _person(mail.from_, "from")),
        *((name, [_person(one, name.lower()) for one in some]) for name, some in people.items() if some),
        ("Subject", _line(mail.subject, "subject")),
        ("Date", format_datetime(mail.date.astimezone(UTC))),
        ("Message-ID", _bracketed([mail.message_id], "message_id")),
        *((name, _bracketed(some, name)) for name, some in ids.items() if some),
        *_marks(mail),
        *((_field_name(name), _line(value, name)) for name, value in mail.extra.items()),
    ]


def _marks(mail: OutgoingMail) -> list[tuple[str, str]]:
    """What a machine says of itself (MAIL-95, RFC 3834)."""
    if not mail.auto_submitted:
        return []
    return [("Auto-Submitted", _line(mail.auto_submitted, "auto_submitted")), ("X-Auto-Response-Suppress", "All")]


def _fill(message: EmailMessage, mail: OutgoingMail) -> None:
    """Text, then HTML with its pictures, then the files (MAIL-120)."""
    text = mail.text if mail.text.strip() or not mail.html else html_to_text(mail.html)
    message.set_content(_body(text), cte=_encoding(text))
    pictures = [one for one in mail.files if one.content_id and mail.html]
    if mail.html:
        message.add_alternative(_body(mail.html), subtype="html", cte=_encoding(mail.html))
        rich = [part for part in message.iter_parts() if isinstance(part, EmailMessage)][-1]
        for one in pictures:
            kind, subtype = _type(one)
            cid = _bracketed([one.content_id or ""], "content_id")
            rich.add_related(one.content, kind, subtype, cid=cid, **_named(one))
    for one in mail.files:
        if one not in pictures:
            kind, subtype = _type(one)
            message.add_attachment(one.content, kind, subtype, **_named(one))


def _named(one: OutgoingFile) -> dict[str, Any]:
    """RFC 2231 for programs that know it, plain ASCII for the others."""
    name = _CONTROL.sub("", _line(one.filename, "filename")) or "file.bin"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    plain = re.sub(r"[^A-Za-z0-9 ._()+-]", "_", plain).strip() or "file.bin"
    return {"filename": name, "params": {"name": plain}}


def _type(one: OutgoingFile) -> tuple[str, str]:
    """Enclosed mail travels as a file: the library would rewrite it (MAIL-37)."""
    declared = one.content_type.lower()
    if not _TYPE.fullmatch(declared) or declared.startswith(("message/", "multipart/")):
        declared = "application/octet-stream"
    kind, _, subtype = declared.partition("/")
    return kind, subtype


def _body(text: str) -> str:
    return re.sub("[\x00\ud800-\udfff]", "\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def _encoding(text: str) -> str:
    """Quoted-printable unless most letters would be escaped."""
    return "quoted-printable" if sum(letter.isascii() for letter in text) * 3 >= len(text) * 2 else "base64"


def _line(value: str, name: str) -> str:
    """Refused with CR, LF or NUL; other controls become blanks (MAIL-55).

    What looks like an encoded word is not one: a library would decode it, and whatever it holds stood in our header.
    """
    if _FORBIDDEN.search(value):
        raise Invalid.one(name, "line_break", "A mail header must not hold a line break.")
    return _CONTROL.sub(" ", value).replace("=?", "= ?").strip()


def _person(one: Address, name: str) -> HeaderAddress:
    return HeaderAddress(display_name=_line(one.name, name), addr_spec=_spec(one, name))


def _spec(one: Address, name: str) -> str:
    """The address with its domain in ASCII; a local part outside ASCII cannot be sent everywhere."""
    address = _line(one.address, name)
    spec = sendable(address)
    if spec is None:
        raise Invalid.one(name, "address", "“%(address)s” is no address that mail can be sent to.", address=address)
    return spec


def _sendable(ids: Iterable[str]) -> list[str]:
    """Without ids of others that would not survive: an answer is worth more than its threading."""
    return [one for one in ids if _ID.fullmatch(one)]


def _bracketed(ids: list[str], name: str) -> str:
    for one in ids:
        if not _ID.fullmatch(one):
            raise Invalid.one(name, "message_id", "“%(id)s” is no message id.", id=one)
    return " ".join(f"<{one}>" for one in ids)


def _field_name(name: str) -> str:
    if not _NAME.fullmatch(name) or name.lower() in _RESERVED or name.lower().startswith("content-"):
        raise Invalid.one(name, "header", "This mail header cannot be set.")
    return name


def _verify(data: bytes, expected: list[str]) -> None:
    """What was written is read again: the same fields and no more, no line too long (MAIL-55, MAIL-120)."""
    block, _ = split_message(data)
    written = [name.lower() for name, _ in block.fields if not name.lower().startswith(("content-", "mime-version"))]
    if written != expected or block.defects:
        raise Invalid.one("headers", "verification", "The mail could not be written safely.")
    if any(len(line) > MAX_LINE for line in data.split(b"\r\n")):
        raise Invalid.one("text", "long_line", "A line of the mail is too long.")


class _IdsHeader(BaseHeader):
    """Message ids for the library's header registry: one to a line when they do not fit."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds.update(parse_tree=None, decoded=value, defects=[])

    def fold(self, *, policy: Any) -> str:
        lines = [f"{self.name}:"]
        for one in str(self).split():
            if len(lines[-1]) + len(one) < 77:
                lines[-1] += f" {one}"
            else:
                lines.append(f" {one}")
        return str(policy.linesep).join(lines) + str(policy.linesep)


_REGISTRY = HeaderRegistry()
for _name in ("message-id", "in-reply-to", "references"):
    _REGISTRY.map_to_type(_name, _IdsHeader)
_POLICY = SMTP.clone(header_factory=_REGISTRY, cte_type="7bit")
