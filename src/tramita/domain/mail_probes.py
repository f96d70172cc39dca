"""A mail that a mailbox sends to itself: how it is made, and how it is known when it comes back (MAIL-142).

It is signed as our other references are, so that nobody can send one but the desk.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from tramita.domain.mail_tokens import HEX_DIGITS, Keys
from tramita.domain.mime import Address, ParsedMail
from tramita.domain.mime.compose import OutgoingMail

FIELD = "X-Tramita-Probe"  # for relays that give a mail a Message-ID of their own
PLAIN, PLUS = "plain", "plus"

_MARK = re.compile(rf"(plain|plus)\.([0-9a-f]{{1,40}})\.([0-9a-f]{{{HEX_DIGITS}}})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mark:
    """Which mail it is: sent to the plain address or to the one with a plus, of the probe with that nonce."""

    kind: str
    nonce: str
    came_back: bool = True  # False: a report says that it could not be delivered


def plus_address(address: str, nonce: str, *, keys: Keys) -> str:
    """As long as those that answers are sent to (`mail_tokens.plus_address`)."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}+probe.{keys.sign('probe', PLUS, nonce)}@{domain}"


def mail_of(kind: str, nonce: str, box: Address, subject: str, text: str, *, keys: Keys, at: datetime) -> OutgoingMail:
    """The mail, from the mailbox to itself or to its plus-address."""
    mark = f"{kind}.{nonce}.{keys.sign('probe', kind, nonce)}"
    to = plus_address(box.address, nonce, keys=keys) if kind == PLUS else box.address
    return OutgoingMail(
        from_=box,
        to=(Address("", to),),
        subject=subject,
        message_id=f"probe.{mark}@{box.address.rpartition('@')[2]}",
        date=at,
        text=text,
        auto_submitted="auto-generated",
        extra={FIELD: mark},
    )


def mark_of(mail: ParsedMail, *, keys: Keys) -> Mark | None:
    """Which probe this is, or which one it reports on; None for any other mail."""
    for said in (mail.message_id or "", mail.first(FIELD) or ""):
        if mark := _believed(said.removeprefix("probe.").partition("@")[0], keys):
            return Mark(*mark)
    original = (mail.bounce.original_message_id or "") if mail.bounce else ""
    if mark := _believed(original.removeprefix("probe.").partition("@")[0], keys):
        return Mark(*mark, came_back=False)
    return None


def _believed(text: str, keys: Keys) -> tuple[str, str] | None:
    found = _MARK.fullmatch(text.strip())
    if found is None:
        return None
    kind, nonce = found[1].lower(), found[2].lower()
    return (kind, nonce) if keys.believes(found[3], "probe", kind, nonce) else None
