"""A mail as the item's page draws it: its frame or its text, and what stands beside it (MAIL-35 to 46, MAIL-82)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tramita.models import Attachment, Message
from tramita.queries.timeline import Said as Spoken
from tramita.ui import mail_words, moments, recurrence
from tramita.ui.mail_words import said

Shown = Message.Shown


@dataclass(frozen=True, slots=True)
class File:
    """An attachment. `danger` says why it is not a plain click."""

    pk: int
    filename: str
    size: int
    danger: str = ""
    held: str = ""  # why nobody may have it


@dataclass(frozen=True, slots=True)
class Event:
    """An invitation: what, when, where, who asks (MAIL-38)."""

    kind: str
    what: str
    facts: Sequence[tuple[str, str]]
    file: int | None


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A mail inside the mail (MAIL-37)."""

    address: str
    subject: str
    who: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What its signature is worth (MAIL-39)."""

    state: str  # verified, unverified, invalid
    words: str


@dataclass(frozen=True, slots=True)
class Mail:
    """What `ui/mail.jinja` draws of one."""

    number: int
    text: str
    frame: str = ""  # its address, when the cleaned HTML may be shown
    blocked: int = 0  # remote pictures that were not loaded
    height: int = 0
    waiting: bool = False
    too_much: str = ""
    folded: bool = False  # an automatic answer: marked, and out of the way (MAIL-99)
    received: bool = False
    verdict: Verdict | None = None
    notices: Sequence[str] = ()
    events: Sequence[Event] = ()
    enclosed: Sequence[Enclosed] = ()
    about: Sequence[tuple[str, str]] = ()
    defects: Sequence[str] = ()
    files: Sequence[File] = ()


def shown(one: Spoken, mail: Message) -> Mail:
    """Everything is in the row already: no statement."""
    view: Mapping[str, Any] = mail.view or {}
    clean = mail.shown == Shown.CLEAN
    received = not mail.outgoing
    return Mail(
        number=mail.pk,
        text=mail.text.strip(),
        frame=reverse("mail-frame", args=[mail.pk]) if clean else "",
        blocked=int(view.get("remote", 0)) if clean else 0,
        height=int(view.get("height", 0)),
        waiting=mail.shown == Shown.WAITING,
        too_much=said(mail_words.TOO_MUCH, view.get("why", "fault")) if mail.shown == Shown.TOO_MUCH else "",
        folded=received and bool(one.entry.data.get("automatic")) and "matched_by" in one.entry.data,
        received=received and bool(mail.raw),
        verdict=(verdict := verdict_of(mail.headers if received else {})),
        notices=notices(view, verdict),
        events=[event_of(event) for event in view.get("events", ())],
        enclosed=[_enclosed(mail.pk, inner) for inner in view.get("enclosed", ())],
        about=about(one.entry.data, mail) if received else (),
        defects=[mail_words.defect(code) for code in mail.defects],
        files=files(one.attachments, _placed(one, mail), view.get("danger", {}), one.held if received else {}),
    )


def verdict_of(marks: Mapping[str, Any]) -> Verdict | None:
    """What was found of its signature, with the mail's marks or a message's trace; None for mail without one."""
    kept = marks.get("signature")
    return Verdict(kept["state"], mail_words.signature(kept)) if kept else None


def notices(view: Mapping[str, Any], verdict: Verdict | None) -> list[str]:
    """What else is odd; that a signature was not verified only where none of ours says so."""
    codes = [one for one in view.get("notices", ()) if verdict is None or one not in mail_words.UNVERIFIED]
    return [said(mail_words.NOTICES, code) for code in codes]


def _placed(one: Spoken, mail: Message) -> set[int]:
    """Files that have their place already: pictures in the frame or in a mail that we wrote, invitations."""
    if mail.outgoing:
        return {file.pk for file in one.attachments if file.inline}
    view = mail.view or {}
    pictures = set(view.get("inline", ())) if mail.shown == Shown.CLEAN else set()
    return pictures | {event["file"] for event in view.get("events", ()) if event.get("file")}


def files(
    attachments: Sequence[Attachment], placed: set[int], dangers: Mapping[str, str], kept: Mapping[str, str]
) -> list[File]:
    """The others, each with what is wrong with it (MAIL-57)."""
    listed = [one for one in attachments if one.pk not in placed]
    words = {key: said(mail_words.DANGERS, why) for key, why in dangers.items()}
    held = {key: mail_words.held(found) for key, found in kept.items()}
    return [
        File(one.pk, one.filename, one.size, words.get(str(one.pk), ""), held.get(one.sha256, "")) for one in listed
    ]


def about(data: Mapping[str, Any], mail: Message) -> list[tuple[str, str]]:
    """Why this mail is here and what is known of who sent it (MAIL-51, MAIL-74, MAIL-82)."""
    rule = data.get("matched_by")
    facts = [
        (_("Why it is here"), said(mail_words.RULES, rule) if rule else str(mail_words.STARTED)),
        (_("Evidence"), str(data.get("evidence") or "")),
        (_("Confidence"), said(mail_words.CONFIDENCES, data["confidence"]) if data.get("confidence") else ""),
        (_("Sender"), _sender(data, mail)),
        (_("Taken for a machine's"), str(mail.headers.get("auto_submitted") or "")),
    ]
    return [(name, value) for name, value in facts if value]


def _sender(data: Mapping[str, Any], mail: Message) -> str:
    verdict = data.get("authentication") or mail.headers.get("authentication")
    said_of = [
        mail.sender_address,
        said(mail_words.VERDICTS, str(verdict)) if verdict else "",
        _("Sender not verified") if data.get("unverified") else "",
        _("From a new participant") if data.get("new_participant") else "",
    ]
    return " · ".join(filter(None, said_of))


def event_of(event: Mapping[str, Any]) -> Event:
    """As a page says it."""
    organiser = event.get("organiser") or {}
    names = [organiser.get("name"), organiser.get("address")]
    facts = [
        (_("When"), _when(event)),
        (_("Where"), event.get("where") or ""),
        (_("Organiser"), ", ".join(dict.fromkeys(filter(None, names)))),
    ]
    kind = "CANCEL" if event.get("status") == "CANCELLED" else event.get("method", "")
    title = event.get("what") or _("No title")
    known = kind if kind in mail_words.EVENTS else ""
    return Event(said(mail_words.EVENTS, known), title, [(n, v) for n, v in facts if v], event.get("file") or None)


def _when(event: Mapping[str, Any]) -> str:
    """In the reader's zone; as written where the calendar names none."""
    start, end = event.get("start"), event.get("end")
    if not start:
        return ""
    repeats = recurrence.words(event.get("repeats") or "")
    words = _days(start, end) if "T" not in start else _moments(start, end)
    return ", ".join(filter(None, (words, repeats)))


def _days(start: str, end: str | None) -> str:
    first = date_format(date.fromisoformat(start), "DATE_FORMAT")
    return f"{first} – {date_format(date.fromisoformat(end), 'DATE_FORMAT')}" if end else first


def _moments(start: str, end: str | None) -> str:
    begins, ends = _local(start), _local(end) if end and "T" in end else None
    words = f"{date_format(begins, 'DATE_FORMAT')} {begins:%H:%M}"
    if ends and ends.date() == begins.date():
        words += f" – {ends:%H:%M}"
    elif ends:
        words += f" – {date_format(ends, 'DATE_FORMAT')} {ends:%H:%M}"
    return words if begins.tzinfo else _("%(moment)s, in the time of the place") % {"moment": words}


def _local(moment: str) -> datetime:
    there = datetime.fromisoformat(moment)
    return moments.local(there) if there.tzinfo else there


def _enclosed(number: int, inner: Mapping[str, Any]) -> Enclosed:
    at = datetime.fromisoformat(inner["date"]) if inner.get("date") else None
    address = reverse("mail-enclosed", args=[number, inner["file"]])
    return Enclosed(address, inner.get("subject") or _("No subject"), inner.get("from", ""), at)
