"""Signed references to items, in Message-IDs, plus-addresses and bodies (MAIL-71).

A token is 80 bits of an HMAC over what it stands for. Keys rotate: the first signs, all of them are believed.
A wrong token is no match and no error.
"""

import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tramita.domain.codes import Kind
from tramita.domain.mime import ParsedMail
from tramita.domain.references import Reference

HEX_DIGITS = 20  # 80 bits
NO_ITEM = Reference(Kind.TICKET, 0)  # what the token in the Message-ID of a mail of no item stands for
LONGEST_LOCAL = 64  # octets before the @ (RFC 5321)
NOTICE, DIGEST = "n", "m"  # how the names of mails begin that tell news of one item, of several; others are hexadecimal

_KEY = r"(?P<key>[0-9]{1,18}(?:a[0-9]{1,9})?)"
_TOKEN = rf"(?P<token>[0-9a-f]{{{HEX_DIGITS}}})"
_ID = re.compile(rf"out\.{_KEY}\.(?P<message>[A-Za-z0-9]{{1,40}})\.{_TOKEN}@", re.IGNORECASE)
_ADDRESS = re.compile(rf"[^@\s]{{0,64}}\+{_KEY}(?:-(?P<message>[a-z0-9]{{1,40}}))?\.{_TOKEN}@", re.IGNORECASE)
_TAG = re.compile(rf"\bref:{_KEY}\.{_TOKEN}(?![0-9a-f])", re.IGNORECASE)
_MAX_TAGS = 50


@dataclass(frozen=True, slots=True)
class Keys:
    """The server's secrets, newest first."""

    secrets: tuple[str, ...]

    def sign(self, *words: str) -> str:
        """The token of these words, by the newest secret."""
        return _token(self.secrets[0], words)

    def believes(self, token: str, *words: str) -> bool:
        """One of the secrets made this token; each comparison takes constant time."""
        given = token.lower()
        return any(hmac.compare_digest(_token(secret, words), given) for secret in self.secrets)


@dataclass(frozen=True, slots=True)
class Claim:
    """A token that was true: which item it names (an Action's `ordinal`, else 0), and where it stood."""

    number: int
    ordinal: int
    evidence: str
    message: str = ""  # the name of a mail of ours, as `message_id` took it, where the token is of one


def item_key(reference: Reference) -> str:
    """`40308`, or `10040a2` for an Action: what stays the same when a Ticket becomes a Case (G-6)."""
    return f"{reference.number}a{reference.ordinal}" if reference.kind is Kind.ACTION else str(reference.number)


def message_id(reference: Reference, message: str, *, host: str, keys: Keys) -> str:
    """`out.40308.7.<token>@host`, without brackets; `message` is a letter-and-digit name of this mail (MAIL-111)."""
    key = item_key(reference)
    return f"out.{key}.{message}.{keys.sign('id', key, message)}@{host}"


def id_beginning(claim: Claim) -> str:
    """How the Message-ID of the mail that a claim names begins."""
    key = f"{claim.number}a{claim.ordinal}" if claim.ordinal else str(claim.number)
    return f"out.{key}.{claim.message.lower()}."


def plus_address(address: str, reference: Reference, *, keys: Keys) -> str:
    """`desk+40308.<token>@domain`: answers to it find the item whatever happened to subject and headers."""
    local, _, domain = address.rpartition("@")
    key = item_key(reference)
    return f"{local.partition('+')[0]}+{key}.{keys.sign('address', key)}@{domain}"


def bounce_address(address: str, reference: Reference, message: str, *, keys: Keys) -> str:
    """`desk+40308-7.<token>@domain`: the envelope's sender, so that what comes back names its mail (MAIL-96, MAIL-117).

    The plain address where that would be too long for mail.
    """
    local, _, domain = address.rpartition("@")
    key = item_key(reference)
    token = keys.sign("bounce", key, message.lower())
    name = f"{local.partition('+')[0]}+{key}-{message.lower()}.{token}"
    return f"{name}@{domain}" if len(name) <= LONGEST_LOCAL else address


def body_tag(reference: Reference, *, keys: Keys) -> str:
    """`ref:40308.<token>`, for the foot of a mail."""
    key = item_key(reference)
    return f"ref:{key}.{keys.sign('tag', key)}"


def without_token(address: str) -> str:
    """The plain address of a plus-address of ours, whether its token is true or not; any other as it is."""
    found = _ADDRESS.match(address)
    return f"{address.partition('+')[0]}@{address.rpartition('@')[2]}" if found else address


def claim_of_id(candidate: str, *, keys: Keys) -> Claim | None:
    """What a Message-ID of ours says, if its token is true."""
    found = _ID.match(candidate)
    if found and keys.believes(found["token"], "id", found["key"].lower(), found["message"]):
        return _claim(found["key"], candidate, found["message"])
    return None


def claims_of_addresses(addresses: Iterable[str], *, keys: Keys) -> Iterator[Claim]:
    """The true tokens among these addresses."""
    for address in addresses:
        found = _ADDRESS.match(address)
        if found and keys.believes(found["token"], *_signed(found["key"].lower(), found["message"])):
            yield _claim(found["key"], address, found["message"] or "")


def _signed(key: str, message: str | None) -> tuple[str, ...]:
    """What the token of an address stands for: an item, or one mail of it."""
    return ("address", key) if message is None else ("bounce", key, message.lower())


def claims_of_body(text: str, *, keys: Keys) -> Iterator[Claim]:
    """The true tags in a text."""
    for count, found in enumerate(_TAG.finditer(text)):
        if count >= _MAX_TAGS:
            return
        if keys.believes(found["token"], "tag", found["key"].lower()):
            yield _claim(found["key"], found.group())


def answered_notice(mail: ParsedMail, envelope: Iterable[str], *, keys: Keys) -> Claim | None:
    """The mail with news that this one answers, or reports on: by the address it came to, else by what it names."""
    report = mail.bounce or mail.receipt
    named = [report.original_message_id] if report else answered_ids(mail)[:1]
    by_id = (claim_of_id(one, keys=keys) for one in named if one)
    claims = [*claims_of_addresses(recipients(mail, envelope), keys=keys), *filter(None, by_id)]
    return next((one for one in claims if one.message[:1].lower() in (NOTICE, DIGEST)), None)


def recipients(mail: ParsedMail, envelope: Iterable[str] = ()) -> list[str]:
    """Every address the mail was sent to: envelope evidence first, then To and Cc (MAIL-14)."""
    return [*envelope, *mail.delivered_to, *(one.address for one in (*mail.to, *mail.cc))]


def answered_ids(mail: ParsedMail) -> list[str]:
    """In-Reply-To, then References from the end (MAIL-70, MAIL-72)."""
    newest_first = [mail.in_reply_to, *reversed(mail.references)]
    return list(dict.fromkeys(one for one in newest_first if one))


def _claim(key: str, evidence: str, message: str = "") -> Claim:
    number, _, ordinal = key.lower().partition("a")
    return Claim(int(number), int(ordinal or 0), evidence, message)


def _token(secret: str, words: tuple[str, ...]) -> str:
    return hmac.new(secret.encode(), "\n".join(words).encode(), "sha256").hexdigest()[:HEX_DIGITS]
