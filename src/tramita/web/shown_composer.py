"""The composer as the templates want it: the draft, or what a new mail begins with (M-15, M-17 to M-19a)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tramita.domain.codes import Kind
from tramita.domain.process_definitions import MailDefaults
from tramita.models import Attachment, Draft, Message
from tramita.queries import canned
from tramita.queries.drafts import writing_on
from tramita.queries.facts import only_reviews
from tramita.queries.mailboxes import directory
from tramita.queries.recipients import mail_defaults, reply_all
from tramita.queries.timeline import Said
from tramita.queries.visibility import may
from tramita.ui import labels, moments
from tramita.web.shown_reading import Reading


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the page asks of the composer."""

    answer: int | None = None  # the mail to answer
    canned: str | None = None  # words of titles to look for; None keeps the list shut
    write: str = ""  # reply or note
    cursor: str = ""  # where it stood when the canned texts were opened


def asked(request: HttpRequest) -> Asked:
    """From `?answer=7`, `?canned=words`, `?write=note`."""
    answer = request.GET.get("answer", "")
    return Asked(
        answer=int(answer) if answer.isdecimal() and len(answer) < 19 else None,
        canned=request.GET.get("canned"),
        write=request.GET.get("write", ""),
        cursor=request.GET.get("cursor", ""),
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """A canned text in the list: its key, its title, the language that suits, and the others."""

    key: str
    title: str
    recent: bool
    language: str
    others: list[tuple[str, str]]  # code and name
    files: int


@dataclass(frozen=True, slots=True)
class Box:
    """One of the two forms: what stands in it."""

    version: int = 0
    text: str = ""
    html: str = ""  # empty where the text says all
    to: str = ""
    cc: str = ""
    bcc: str = ""
    subject: str = ""
    leaving_from: str = ""
    answers: int | None = None
    files: Sequence[dict[str, Any]] = ()
    saved_at: datetime | None = None
    newer: bool = False  # it holds words of another window besides

    @property
    def saved(self) -> str:
        """“Draft saved 14:29”."""
        if self.saved_at is None:
            return ""
        today = timezone.localdate() == moments.local(self.saved_at).date()
        when = f"{moments.local(self.saved_at):%H:%M}" if today else moments.short(self.saved_at)
        return _("Draft saved %(time)s") % {"time": when}


EMPTY = Box()


@dataclass(frozen=True, slots=True)
class Composer:
    """Everything that `items/_composer.html` shows."""

    reply: Box = EMPTY
    note: Box = EMPTY
    noting: bool = False
    answered: str = ""  # whose mail is answered, when one was chosen
    addresses: Sequence[str] = ()
    suggested: Sequence[tuple[str, str]] = ()  # field and addresses (M-15)
    offered: Sequence[Attachment] = ()  # files of the item that may go along (F-4)
    offers: list[Offer] | None = None  # canned texts; None: shut
    search: str = ""
    cursor: str = ""
    signature: str = ""
    zone: str = ""
    earliest: str = ""


def composer(reading: Reading, talk: Sequence[Said], asks: Asked, besides: Sequence[Attachment] = ()) -> dict[str, Any]:
    """Who may write, to whom by default, and what they left here. Cost: one statement, and one more to answer a
    chosen mail; two more while the canned texts are open. `besides` are files and links that came in no mail."""
    may_add = reading.running and not only_reviews(reading.item, reading.actor)
    may_mail = may_add and may(reading.actor, "mail", reading.item)
    may_write = may_add and (may_mail or may(reading.actor, "work", reading.item))
    return {
        "may_write": may_write,
        "may_mail": may_mail,
        "may_resolve_by_mail": reading.item.kind is Kind.TICKET and "resolve" in reading.read.allowed,
        "newest": reading.item.seq,
        "write": _composer(reading, talk, asks, besides) if may_write else Composer(),
    }


def _composer(reading: Reading, talk: Sequence[Said], asks: Asked, besides: Sequence[Attachment]) -> Composer:
    writing, said = writing_on(reading.item, reading.actor), mail_defaults(reading.item)
    reply, note = (box_of(writing.drafts.get(kind)) for kind in ("reply", "note"))
    if not reply.version:
        reply = _new(reading, said)
    answered = _chosen(reading, talk, asks, reply)
    if answered and asks.answer:
        reply = _answering(reply, answered)
    return Composer(
        reply=reply,
        note=note,
        noting=asks.write == "note" or (not asks.write and bool(note.version) and not reply.version),
        answered=(answered.sender_name or answered.sender_address) if answered else "",
        addresses=writing.addresses,
        suggested=_suggested(reading, said),
        offered=offered(talk, besides, reply),
        offers=_offers(reading, asks.canned, reply) if asks.canned is not None else None,
        search=asks.canned or "",
        cursor=asks.cursor if asks.cursor.isdecimal() else "",
        signature=writing.signature,
        zone=timezone.get_current_timezone_name(),
        earliest=moments.for_input(reading.at),
    )


def box_of(draft: Draft | None, *, newer: bool = False) -> Box:
    """What was kept, ready to go on with."""
    if draft is None:
        return EMPTY
    return Box(
        version=draft.version,
        text=draft.text,
        html=draft.html,
        to=", ".join(draft.to),
        cc=", ".join(draft.cc),
        bcc=", ".join(draft.bcc),
        subject=draft.subject,
        leaving_from=draft.leaving_from,
        answers=draft.answers_id,
        files=draft.files,
        saved_at=draft.updated_at,
        newer=newer,
    )


def offered(talk: Sequence[Said], besides: Sequence[Attachment], reply: Box) -> list[Attachment]:
    """The files and links of the item, each once, without what goes along already and what stays inside (F-4)."""
    there = {one["sha256"] for one in reply.files}
    said = (file for one in talk if one.message for file in one.attachments if not file.inline)
    files = [file for file in (*besides, *said) if not file.internal]
    found = {file.url or file.sha256: file for file in files}
    return [file for key, file in found.items() if key not in there and not (file.url and file.url in reply.text)]


def _new(reading: Reading, said: MailDefaults) -> Box:
    """To the primary contact, a copy to those who are tagged so, unless the process says otherwise (M-15)."""
    return Box(
        to=_addresses(reading, ("primary",) if said.to is None else said.to),
        cc=_addresses(reading, ("copied",) if said.cc is None else said.cc),
        bcc=_addresses(reading, said.bcc or ()),
    )


def _addresses(reading: Reading, named: Sequence[str]) -> str:
    """Contacts by their tags, and addresses, each once."""
    contacts = reading.read.contacts
    tagged = {
        "primary": [contacts.primary],
        "requester": [contacts.requester],
        "subject": [contacts.subject],
        "copied": contacts.cc,
    }
    contacted = {tag: [who.address for who in some if who] for tag, some in tagged.items()}
    found = (address for one in named for address in contacted.get(one, [one]))
    return ", ".join(dict.fromkeys(address for address in found if address))


def _suggested(reading: Reading, said: MailDefaults) -> list[tuple[str, str]]:
    """Who may be put into which field."""
    fields = ((_("To"), said.suggest_to), (_("Cc"), said.suggest_cc), (_("Bcc"), said.suggest_bcc))
    return [(label, found) for label, named in fields if (found := _addresses(reading, named))]


def _chosen(reading: Reading, talk: Sequence[Said], asks: Asked, reply: Box) -> Message | None:
    """The mail to answer, if somebody chose one: a mail of this very item, or of one that was merged into it (X-4)."""
    wanted = asks.answer or reply.answers
    here = (one.message for one in talk if one.message and (one.message.item_id == reading.item.pk or one.brought))
    return next((message for message in here if message.pk == wanted), None) if wanted else None


def _answering(reply: Box, message: Message) -> Box:
    to, cc = reply_all(message, directory())
    return replace(reply, to=", ".join(to), cc=", ".join(cc), answers=message.pk)


def _offers(reading: Reading, search: str, reply: Box) -> list[Offer]:
    """In the recipient's language by default, with a choice (M-19)."""
    first = reply.to.replace(",", " ").split()
    theirs = canned.language_of(first[0]) if first else ""
    mine = reading.actor.language or translation.get_language() or ""
    return [_offer(one, theirs or mine, mine) for one in canned.canned_for(reading.item, reading.actor, search)]


def _offer(one: canned.Offered, theirs: str, mine: str) -> Offer:
    language = one.text.language_for(theirs, mine)
    others = [(code, labels.LANGUAGES[code]) for code in one.text.texts if code != language]
    return Offer(one.text.key, one.text.title, one.recent, language, others, len(one.text.files))
