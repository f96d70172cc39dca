"""What a message says, as plain values. No string holds NUL, controls or lone surrogates (MAIL-40)."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=4096)
def address_key(address: str) -> str:
    """The form in which addresses are compared: lower case, the domain in ASCII (MAIL-56).

    Remembered: each mail is compared with every address of ours, several times.
    """
    local, at, domain = address.strip().lower().rpartition("@")
    if not domain.isascii():
        with suppress(UnicodeError):  # too long or badly formed: compared as it is written
            domain = domain.encode("idna").decode("ascii")
    return f"{local}{at}{domain}"


MAX_ADDRESS = 254  # characters


@dataclass(frozen=True, slots=True)
class Address:
    """A display name, perhaps empty, and an address as it was written."""

    name: str
    address: str

    @property
    def key(self) -> str:
        """See `address_key`."""
        return address_key(self.address)

    @property
    def domain(self) -> str:
        """Lower case, ASCII; empty for an address without a domain."""
        return self.key.rpartition("@")[2] if "@" in self.address else ""

    @property
    def usable(self) -> bool:
        """A single `@` between two words, of a length that mail can be sent to (RFC 5321 4.5.3.1)."""
        local, at, domain = self.address.partition("@")
        one_pair = bool(at and local and domain) and "@" not in domain
        return one_pair and len(self.address) <= MAX_ADDRESS and not any(c.isspace() for c in self.address)

    def to_json(self) -> dict[str, str]:
        """The shape of INTERFACES section 6."""
        return {"name": self.name, "address": self.address}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A leaf of the message that is not its body. `content` is decoded, or byte for byte if enclosed mail.

    `content_id` is what HTML may point at: the Content-ID, else the Content-Location (MAIL-35).
    """

    filename: str
    content_type: str
    size: int
    inline: bool
    sha256: str
    content_id: str | None = None
    damaged: bool = False
    content: bytes = field(default=b"", repr=False)

    def to_json(self) -> dict[str, Any]:
        """The shape of INTERFACES section 6."""
        names = ("filename", "content_type", "size", "inline", "sha256")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Recipient:
    """What a delivery report says about one address (MAIL-96)."""

    recipient: str
    action: str  # failed, delayed, delivered, relayed, expanded
    status: str | None = None
    diagnostic: str | None = None


@dataclass(frozen=True, slots=True)
class Bounce:
    """An event on a mail that was sent (MAIL-96): the worst of its recipients, and all of them."""

    status: str | None
    recipient: str | None
    action: str
    original_message_id: str | None
    recipients: tuple[Recipient, ...] = ()

    @property
    def permanent(self) -> bool:
        """It will not be tried again."""
        return self.action == "failed"

    def to_json(self) -> dict[str, str | None]:
        """The shape of INTERFACES section 6."""
        names = ("status", "recipient", "action", "original_message_id")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Receipt:
    """An event that is no bounce (MAIL-98): `kind` is `read` (RFC 8098) or `complaint` (RFC 5965)."""

    kind: str
    recipient: str | None
    original_message_id: str | None


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signature was found to be worth when the mail came in (MAIL-39).

    `verified`: whole, by an authority that is trusted, and the sender's own. `invalid`: what came is not what was
    signed. `unverified`: all else, `why` says it. `proves`: besides, it is this very mail that was signed, so that
    it counts as the sender's word (MAIL-51).
    """

    state: str
    why: str = ""
    by: str = ""
    issuer: str = ""
    at: str = ""  # ISO 8601; empty where the signer gave no moment
    proves: bool = False

    def to_json(self) -> dict[str, Any]:
        """As it is kept with the mail."""
        return {name: value for name in SIGNATURE if (value := getattr(self, name))}


SIGNATURE = ("state", "why", "by", "issuer", "at", "proves")


def kept_signature(kept: Mapping[str, Any] | None) -> Signature | None:
    """Back from what `to_json` said; None where nothing was kept."""
    return Signature(**{name: kept[name] for name in SIGNATURE if name in kept}) if kept else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMail:
    """One message. Lists are tuples; what is missing is None or empty; `defects` says what was wrong."""

    subject: str | None
    from_: Address | None  # first usable of From, Reply-To, Return-Path, Sender (MAIL-27)
    all_from: tuple[Address, ...]  # every author, in order
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    original_from: Address | None  # X-Original-From: who wrote, when a group rewrote From (MAIL-53)
    date: datetime | None  # UTC; for show only (MAIL-29)
    message_id: str | None
    stable_id: str  # the Message-ID, or one made from all bytes (MAIL-30)
    in_reply_to: str | None
    references: tuple[str, ...]  # at most the last 100 (MAIL-72)
    text: str
    html: str | None
    reply_text: str
    attachments: tuple[Attachment, ...]
    auto_submitted: str | None  # the mark that says a machine sent it
    auto_wording: str | None  # only the subject sounds so: no proof, but no answer either (MAIL-92)
    bounce: Bounce | None
    receipt: Receipt | None
    is_forward: bool
    defects: tuple[str, ...]
    delivered_to: tuple[str, ...]  # Delivered-To, X-Original-To, Envelope-To in this order (MAIL-14)
    return_path: str | None  # "" is the null sender
    list_id: str | None
    precedence: str | None
    received_count: int
    spam: bool
    encrypted: bool
    headers: tuple[tuple[str, str], ...]
    digest: str  # SHA-256 without trace fields (MAIL-3)
    signed: bool = False  # it carries a signature (MAIL-39)
    signature: Signature | None = None  # what it is worth, once `services.verifying` has looked

    def all(self, name: str) -> Iterator[str]:
        """The values of every field of this name, in order."""
        wanted = name.lower()
        return (value for key, value in self.headers if key.lower() == wanted)

    def first(self, name: str) -> str | None:
        """The first value of this field that is not empty."""
        return next((value for value in self.all(name) if value), None)

    def to_json(self) -> dict[str, Any]:
        """What `mail parse` prints: INTERFACES section 6."""
        return {
            "subject": self.subject,
            "from": self.from_.to_json() if self.from_ else None,
            "to": [one.to_json() for one in self.to],
            "cc": [one.to_json() for one in self.cc],
            "reply_to": [one.to_json() for one in self.reply_to],
            "date": self.date.isoformat() if self.date else None,
            "message_id": self.message_id,
            "in_reply_to": self.in_reply_to,
            "references": list(self.references),
            "text": self.text,
            "html": self.html,
            "reply_text": self.reply_text,
            "attachments": [one.to_json() for one in self.attachments],
            "auto_submitted": self.auto_submitted,
            "bounce": self.bounce.to_json() if self.bounce else None,
            "defects": list(self.defects),
        }
