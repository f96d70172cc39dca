"""The tabs of an item: Actions of a Case (C-6), Comms, and the Timeline with its filter (TL-1, TL-2)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tramita.domain.codes import Kind, Method, State
from tramita.domain.mentions import parts
from tramita.models import Delivery, Item, Message
from tramita.queries import definitions
from tramita.queries.actions import actions_of
from tramita.queries.names import Names, names_for
from tramita.queries.outbox import Trouble, troubles
from tramita.queries.timeline import MOVED_AWAY, SAID, TimelineEntry, conversation, counts
from tramita.queries.timeline import Said as Spoken
from tramita.queries.timeline import timeline as told
from tramita.queries.visibility import may
from tramita.services.resolving import resolution_seq
from tramita.ui import due, labels, moments
from tramita.ui import timeline as said
from tramita.ui import timeline_approvals as approvals
from tramita.ui import timeline_groups as groupings
from tramita.ui import timeline_mail as of_mail
from tramita.web import shown_mail
from tramita.web.refusals import Refusal
from tramita.web.shown_composer import Asked, composer
from tramita.web.shown_flow import flow
from tramita.web.shown_leaving import Going, going
from tramita.web.shown_reading import Reading
from tramita.web.shown_trouble import Shown
from tramita.web.shown_trouble import shown as shown_trouble

# how an ended Action is drawn, whose state is Closed either way
ENDED: Mapping[str, str] = {Method.COMPLETE: "resolved", Method.UNABLE_TO_COMPLETE: "problem"}


@dataclass(frozen=True, slots=True)
class Said:
    """A mail or a note as `ui/talk.jinja` draws it."""

    anchor: str
    who: str
    who_kind: str
    at: datetime
    text: str
    meta: str = ""
    quoted: str = ""
    subject: str = ""
    where: str = ""  # the related item it was written on (G-11)
    note: bool = False
    resolution: bool = False
    fresh: bool = False
    automatic: bool = False
    movable: bool = False  # a mail of this item that came in (MAIL-78)
    number: int | None = None  # the mail's id, and what went wrong on its way out (MAIL-113)
    trouble: Shown | None = None
    files: Sequence[shown_mail.File] = ()
    mail: shown_mail.Mail | None = None
    going: Going | None = None  # until it is sent
    answer: str = ""  # where this mail is answered
    pieces: Sequence[
        tuple[str, bool]
    ] = ()  # of a note that mentions people: the text, each part with whether it is a name


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the Timeline tab."""

    anchor: str
    icon: str
    text: str
    at: datetime
    who: str
    detail: str
    state: str
    wording: str = ""  # that was decided on (Z-16)


@dataclass(frozen=True, slots=True)
class Marks:
    """What is needed to say which messages are new."""

    reading: Reading
    seen: int | None = None  # the entry of the last update that was submitted; None: nothing is new
    troubles: Mapping[int, Trouble] = field(default_factory=dict)
    may_mail: bool = False

    def fresh(self, one: Spoken) -> bool:
        """A communication of this item that nobody has answered with an update since (TL-3, L-8); of one that was
        merged into it, all that came with the merge (X-4).
        """
        newest = one.entry.id if one.entry.item == self.reading.item.reference else one.brought
        return self.reading.item.new_information and self.seen is not None and newest > self.seen


def comms(reading: Reading, asks: Asked, filed: int) -> dict[str, Any]:
    """Mails and notes newest first with the composer, or a Case's Actions. Cost: up to six statements.

    `filed`: how much the Files tab holds.
    """
    talk, besides = conversation(reading.item, reading.actor) if reading.tab == "comms" else ([], [])
    told_so_far = counts(reading.item, reading.actor)
    may_mail = may(reading.actor, "mail", reading.item)
    marks = Marks(reading, told_so_far.seen, troubles(reading.item), may_mail)
    return {
        "messages": [_said(one, marks) for one in talk],
        **(composer(reading, talk, asks, besides) if reading.tab == "comms" else {}),
        "counts_as_resolution": _counting(reading, talk),
        **_case(reading),
        "tabs": tabs(reading, told_so_far.types, filed),
    }


def alone(reading: Reading, asks: Asked) -> dict[str, Any]:
    """The composer without the conversation, and below it the mail that is answered."""
    talk, besides = conversation(reading.item, reading.actor)
    return composer(reading, talk, asks, besides) | {"messages": [_said(one, Marks(reading)) for one in talk[:1]]}


def timeline(reading: Reading, show: list[str], filed: int) -> dict[str, Any]:
    """Everything that happened, newest first, as far as the filter shows it. Cost: one statement."""
    entries = told(reading.item, reading.actor)[::-1]
    chosen = set(show) or set(groupings.GROUPS) - groupings.HIDDEN
    groups = Counter(groupings.group_of(entry.type) for entry in entries)
    return {
        "lines": [_told(entry) for entry in entries if groupings.group_of(entry.type) in chosen],
        "total": len(entries),
        "filters": [
            (code, name, groups[code], code in chosen)
            for code, name in groupings.GROUPS.items()
            if groups[code] or code == "category"
        ],
        "tabs": tabs(reading, Counter(entry.type for entry in entries), filed),
        **_case(reading),
    }


def meanwhile(reading: Reading, refused: Refusal | None) -> list[Told]:
    """What others did since the page was made that was refused, newest first (Z-2). Cost: two statements, else none."""
    item = reading.item
    if refused is None or refused.stale is None or refused.stale >= item.version:
        return []
    own = [entry for entry in told(item, reading.actor) if entry.item == item.reference]
    return [_told(entry) for entry in own[refused.stale - item.version :][::-1] if entry.type != "seen"]


def tabs(reading: Reading, types: Mapping[str, int], filed: int) -> list[tuple[str, str, int | None, bool]]:
    """Each with its address, its name, how much is there, and whether it is shown."""
    address = reverse("item", args=[reading.item.reference])
    talk = sum(count for type_, count in types.items() if type_ in SAID) - types.get(MOVED_AWAY, 0)
    all_: list[tuple[str, str, int | None]] = [
        ("comms", _("Comms"), talk),
        ("timeline", _("Timeline"), sum(types.values())),
        ("files", _("Files"), filed),
    ]
    if reading.item.kind is Kind.CASE:
        all_.insert(0, ("actions", _("Actions"), None))
    elif reading.item.kind is Kind.ACTION:
        all_.append(("rework", _("Rework"), None))
    return [(f"{address}?tab={code}", name, count, code == reading.tab) for code, name, count in all_]


def _said(one: Spoken, marks: Marks) -> Said:
    return _mail(one, one.message, marks) if one.message else _note(one, marks)


def _note(one: Spoken, marks: Marks) -> Said:
    entry = one.entry
    return Said(
        anchor=str(entry.id),
        who=entry.actor.name if entry.actor else "",
        who_kind=entry.actor.kind if entry.actor else "human",
        at=entry.at,
        text=_("Erased") if entry.data.get("erased") else str(entry.data.get("body", "")),
        meta=_("Initial submission note") if entry.type == "submission_note" else "",
        where=_where(one, marks.reading),
        note=entry.type == "note_added",
        fresh=bool(one.brought) and marks.fresh(one),
        resolution=bool(entry.data.get("resolution")),
        pieces=_pieces(entry),
        files=shown_mail.files(one.attachments, set(), {}, {}),
    )


def _pieces(entry: TimelineEntry) -> list[tuple[str, bool]]:
    """Whom a note mentions, by name."""
    named = [(one["typed"], f"@{one['name']}") for one in entry.data.get("mentions", ())]
    return list(parts(str(entry.data.get("body", "")), named)) if named else []


def _mail(one: Spoken, mail: Message, marks: Marks) -> Said:
    erased = bool(mail.headers.get("erased"))
    text, quoted = (_("Erased"), "") if erased else _parted(mail)
    beside = shown_mail.shown(one, mail)
    return Said(
        anchor=str(one.entry.id),
        who=mail.sender_name or mail.sender_address,
        who_kind="human",
        at=one.entry.at,
        text=text,
        meta="" if erased else _meta(one, mail),
        quoted=quoted,
        subject=mail.subject,
        where=_where(one, marks.reading),
        resolution=bool(one.entry.data.get("resolution")),
        fresh=(not mail.outgoing or bool(one.brought)) and marks.fresh(one),
        automatic=mail.automatic and mail.outgoing,
        movable=not mail.outgoing and not erased and not _where(one, marks.reading),
        number=mail.pk,
        trouble=shown_trouble(marks.troubles.get(mail.pk), may_mail=marks.may_mail),
        files=beside.files,
        mail=beside,
        going=going(one, marks.reading),
        answer="" if erased else _answer(one, mail, marks.reading),
    )


def _answer(one: Spoken, mail: Message, reading: Reading) -> str:
    """Only a mail of this very item, or of one that was merged into it, and one that was sent."""
    gone = not mail.outgoing or (one.leaving is not None and one.leaving.state == Delivery.State.DONE)
    if (
        not gone
        or not reading.running
        or not (mail.item_id == reading.item.pk or one.brought)
        or not may(reading.actor, "mail", reading.item)
    ):
        return ""
    return f"{reverse('item', args=[reading.item.reference])}?tab=comms&answer={mail.pk}#composer"


def _where(one: Spoken, reading: Reading) -> str:
    return "" if one.entry.item == reading.item.reference else one.entry.item


def _parted(mail: Message) -> tuple[str, str]:
    """The new words, and the quoted history behind a fold."""
    text, reply = mail.text.strip(), mail.reply_text.strip()
    if not reply or reply == text:
        return text, ""
    rest = text.removeprefix(reply).strip() if text.startswith(reply) else text
    return reply, rest


def _meta(one: Spoken, mail: Message) -> str:
    if mail.outgoing:
        return _sent_to(one, mail)
    return " · ".join(filter(None, (of_mail.remark(one.entry.data), _to(mail))))


def _to(mail: Message) -> str:
    to = ", ".join(name or address for name, address in mail.to)
    cc = ", ".join(name or address for name, address in mail.cc)
    return _("to %(to)s, Cc %(cc)s") % {"to": to, "cc": cc} if cc else _("to %(to)s") % {"to": to}


def _sent_to(one: Spoken, mail: Message) -> str:
    """With a word on whom it did not go to (MAIL-122)."""
    named = (*one.entry.data.get("left_out", ()), *mail.headers.get("left_out", ()))
    left_out = ", ".join(address for _field, address, _why in named)
    to = " · ".join(filter(None, (_to(mail), said.approver(one.entry.data))))
    if not left_out:
        return to
    return _("%(to)s, without %(addresses)s (ours, or named twice)") % {"to": to, "addresses": left_out}


def _told(entry: TimelineEntry) -> Told:
    state = entry.data.get("to", "") if groupings.group_of(entry.type) == "state" else ""
    who = ", ".join(filter(None, (entry.actor.name if entry.actor else "", said.approver(entry.data))))
    detail = entry.data.get("resolution_reason") or entry.data.get("problem_reason")
    detail = detail or (entry.data.get("description") if groupings.group_of(entry.type) == "defects" else "")
    detail = detail or approvals.answer(entry.data) or said.why(entry.data) or of_mail.way(entry.data)
    icon = groupings.icon_of(entry.type, entry.data)
    sentence, wording = said.sentence(entry.type, entry.data), str(entry.data.get("wording", ""))
    return Told(str(entry.id), icon, sentence, entry.at, who, str(detail), state, wording)


def _counting(reading: Reading, talk: Sequence[Spoken]) -> str:
    """R-9: what was just written counts, and nothing more is asked."""
    asked = reading.item.kind is Kind.TICKET and "resolve" in reading.read.allowed
    seq = resolution_seq(reading.item, reading.actor) if asked else None
    found = next((one.entry for one in talk if one.entry.seq == seq and not _where(one, reading)), None)
    if found is None:
        return ""
    time = f"{moments.local(found.at):%H:%M}"
    if found.type == "mail_sent":
        return _("Your mail of %(time)s counts as the resolution.") % {"time": time}
    return _("Your note of %(time)s counts as the resolution.") % {"time": time}


def _case(reading: Reading) -> dict[str, Any]:
    """A Case's Actions in the order of C-6, its steps, what may be launched by hand (C-11). Cost: three statements."""
    item = reading.item
    if item.kind is not Kind.CASE or reading.tab in ("timeline", "files"):
        return {"actions": [], "flow": [], "restarts": [], "startable": []}
    if reading.tab != "actions":
        return {"actions": [], "flow": [], "restarts": [], "startable": _startable(reading)}
    children = actions_of(item, reading.actor)
    names = names_for(children)
    return {
        "actions": [_action(one, names, reading.at) for one in children],
        **flow(reading),
        "startable": _startable(reading),
    }


def _action(action: Item, names: Names, at: datetime) -> dict[str, Any]:
    closed = action.state is State.CLOSED and action.method
    assignee, queue = names.people.get(action.assignee_id or 0), names.queues.get(action.queue_id or 0)
    return {
        "reference": action.reference,
        "title": action.title,
        "state": ENDED.get(action.method or "", action.state.value),
        "word": labels.word("method", action.method) if closed else labels.word("state", action.state),
        "instructions": action.instructions,
        "due": due.shown(due_at=action.due_at, clock=action.clock, seconds_left=action.seconds_left, now=at),
        "assignee": assignee.name if assignee else "",
        "assignee_kind": assignee.kind if assignee else "human",
        "queue": queue.title if queue else "",
    }


def _startable(reading: Reading) -> list[tuple[str, str]]:
    """What a person may launch: the startable types, and the one that a problem names (C-22)."""
    item = reading.item
    if item.process_version_id is None or item.state in (State.DRAFT, State.RESOLVED, State.CLOSED):
        return []
    if not may(reading.actor, "work", item):
        return []
    failed = item.problem_source.action_name if item.problem_source else None
    actions = definitions.case_type(item.process_version_id).actions
    return [(one.name, one.title) for one in actions.values() if one.startable or one.name == failed]
