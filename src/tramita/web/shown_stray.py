"""One message that lies in the tray, as a page shows it: headers, text, files, why it is here (M-21, MAIL-7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tramita.domain.mime import Address, Attachment, ParsedMail, parse
from tramita.gateways.charsets import guess_charset
from tramita.models import SeenMessage
from tramita.queries.mailboxes import Directory
from tramita.queries.why_here import candidates, findings
from tramita.services.tray import raw_of
from tramita.ui.tray_words import finding

LONGEST = 200_000  # characters of a text or a source that a page shows; the rest is in the download
MOST = 12  # addresses of one field


@dataclass(frozen=True, slots=True)
class Reason:
    """A line of why the mail is here."""

    text: str
    found: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """The message, for people. Nothing of it is markup: a template escapes every word."""

    sender: Address | None
    to: str
    cc: str
    text: str
    cut: bool
    files: Sequence[Attachment]
    defects: Sequence[str]
    reasons: Sequence[Reason]
    trace: Sequence[tuple[str, str]]
    routable: Sequence[str]  # addresses of the mail that no route takes


def shown(seen: SeenMessage, desk: Directory) -> Shown:
    """Read it anew. Raises: Conflict `no_raw_mail`, when its bytes are gone."""
    mail = parse(raw_of(seen), guess=guess_charset)
    return Shown(
        sender=mail.from_,
        to=people(mail.to),
        cc=people(mail.cc),
        text=mail.text[:LONGEST],
        cut=len(mail.text) > LONGEST,
        files=mail.attachments,
        defects=mail.defects,
        reasons=reasons(mail, seen.mailbox, desk),
        trace=trace(seen.trace),
        routable=[one for one in candidates(mail) if one not in desk.routes],
    )


def reasons(mail: ParsedMail, mailbox: str, desk: Directory) -> list[Reason]:
    """What was looked for, as sentences."""
    return [Reason(finding(one.code, one.values), one.found) for one in findings(mail, mailbox=mailbox, desk=desk)]


def people(addresses: Sequence[Address]) -> str:
    """Names and addresses, the first few."""
    said = [f"{one.name} <{one.address}>" if one.name else one.address for one in addresses[:MOST]]
    more = len(addresses) - MOST
    return ", ".join(said) + (f" … +{more}" if more > 0 else "")


def trace(kept: Any) -> list[tuple[str, str]]:
    """What was written down while it was processed, a line each: a name and what was found (MAIL-141)."""
    if isinstance(kept, Mapping):
        return [(str(name), _plain(value)) for name, value in kept.items() if value not in (None, "", [], {})]
    return [("", _plain(one)) for one in kept] if isinstance(kept, list) else []


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return " · ".join(f"{name}: {_plain(one)}" for name, one in value.items() if one not in (None, "", [], {}))
    return ", ".join(map(_plain, value)) if isinstance(value, list) else str(value)


def source(raw: bytes) -> tuple[str, bool]:
    """The message as text, and whether it was cut: UTF-8 where it is, else a letter a byte."""
    cut = raw[:LONGEST]
    try:
        return cut.decode("utf-8"), len(raw) > LONGEST
    except UnicodeDecodeError:
        return cut.decode("latin-1"), len(raw) > LONGEST
