"""One message that lies in the tray, as a page shows it: headers, text, files, why it is here (M-21, MAIL-7)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse

from tramita.domain.mime import Address, Attachment, ParsedMail, parse
from tramita.gateways.charsets import guess_charset
from tramita.models import Message, SeenMessage, TrayView
from tramita.queries.mailboxes import Directory
from tramita.queries.why_here import candidates, findings
from tramita.services.tray import raw_of
from tramita.ui import mail_words
from tramita.ui.mail_words import defect, said
from tramita.ui.tray_words import finding
from tramita.web.shown_mail import Event, Verdict, event_of, notices, verdict_of

LONGEST = 200_000  # characters of a text or a source that a page shows; the rest is in the download
SHOWN = Message.Shown
MOST = 12  # addresses of one field


@dataclass(frozen=True, slots=True)
class Reason:
    """A line of why the mail is here."""

    text: str
    found: bool


@dataclass(frozen=True, slots=True)
class Look:
    """What the worker made of its layout, and what is known of its signature (MAIL-39, MAIL-43 to MAIL-45)."""

    frame: str = ""  # its address, when the cleaned HTML may be shown
    blocked: int = 0  # remote pictures that were not loaded
    height: int = 0
    waiting: bool = False
    too_much: str = ""
    verdict: Verdict | None = None
    notices: Sequence[str] = ()
    events: Sequence[Event] = ()
    pictures: Collection[int] = ()  # the places of files that stand in the frame


@dataclass(frozen=True, slots=True)
class Shown:
    """The message, for people. Nothing of it is markup: a template escapes every word."""

    sender: Address | None
    to: str
    cc: str
    text: str
    cut: bool
    files: Sequence[tuple[int, Attachment]]  # each with its place in the message; without pictures of the frame
    defects: Sequence[str]
    reasons: Sequence[Reason]
    trace: Sequence[tuple[str, str]]
    routable: Sequence[str]  # addresses of the mail that no route takes
    look: Look


def shown(seen: SeenMessage, desk: Directory) -> Shown:
    """Read it anew. Raises: Conflict `no_raw_mail`, when its bytes are gone."""
    mail = parse(raw_of(seen), guess=guess_charset)
    drawn = look(seen, mail)
    return Shown(
        sender=mail.from_,
        to=people(mail.to),
        cc=people(mail.cc),
        text=mail.text[:LONGEST],
        cut=len(mail.text) > LONGEST,
        files=[(place, one) for place, one in enumerate(mail.attachments) if place not in drawn.pictures],
        defects=[defect(code) for code in mail.defects],
        reasons=reasons(mail, seen.mailbox, desk),
        trace=trace(seen.trace),
        look=drawn,
        routable=[one for one in candidates(mail) if one not in desk.routes],
    )


def look(seen: SeenMessage, mail: ParsedMail) -> Look:
    """As a mail on an item looks. A text that has no layout has nothing to wait for."""
    made: TrayView | None = getattr(seen, "tray_view", None)
    view: Mapping[str, Any] = (made.view if made else None) or {}
    shown_as = made.shown if made else SHOWN.TEXT
    clean = shown_as == SHOWN.CLEAN
    verdict = verdict_of(seen.trace or {})
    return Look(
        frame=reverse("tray-frame", args=[seen.pk]) if clean else "",
        blocked=int(view.get("remote", 0)) if clean else 0,
        height=int(view.get("height", 0)),
        waiting=shown_as == SHOWN.WAITING and bool(mail.html),
        too_much=said(mail_words.TOO_MUCH, view.get("why", "fault")) if shown_as == SHOWN.TOO_MUCH else "",
        verdict=verdict,
        notices=notices(view, verdict),
        events=[replace(event_of(one), file=None) for one in view.get("events", ())],
        pictures={number - 1 for number in view.get("inline", ())} if clean else (),
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
        told = {name: value for name, value in kept.items() if name != "signature"}  # which stands above, in words
        return [(str(name), _plain(value)) for name, value in told.items() if value not in (None, "", [], {})]
    return [("", _plain(one)) for one in kept] if isinstance(kept, list) else []


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return " · ".join(f"{name}: {_plain(one)}" for name, one in value.items() if one not in (None, "", [], {}))
    return ", ".join(map(_plain, value)) if isinstance(value, list) else str(value)
