"""Who is told of what, and by which way (SPEC section 21). Decisions only; services read and write.

A person has to do with an item in up to four ways, and chooses for each what to hear and how (N-1):

    me        what is meant for this person alone: assigned, taken back, mentioned, a problem of their Case, a mail that
              did not go, a decision that they wait for
    inbox     items assigned to them or owned by them
    followed  items that they follow
    queue     items that wait in one of their queues
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from tramita.domain.codes import Kind, Listed, Reason, State


class Event(StrEnum):
    """What happened; in this order one is told of the first, when one change did several things."""

    MENTIONED = "mentioned"
    APPROVAL = "approval"  # decided (AP-18)
    PROBLEM = "problem"  # N-3
    ASSIGNED = "assigned"
    COPIED = "copied"  # a rule gave something to somebody, and they hold its position: by mail, not to be chosen
    RETURNED = "returned"  # what they had and nobody began went back to its queue
    UNSENT = "unsent"  # a mail did not go out (MAIL-113), or came back (MAIL-96)
    MAIL = "mail"  # a mail arrived
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    STATE = "state"
    WRITTEN = "written"  # a note, or a colleague's mail
    QUEUED = "queued"  # new in the queue
    BULK = "bulk"  # what they asked for many items has ended (Z-7): in the hub alone, and not to be chosen


class Channel(StrEnum):
    """By which way."""

    HUB = "hub"  # the list behind the bell
    BROWSER = "browser"  # a pop-up, from an open page
    MAIL = "mail"


class Tie(StrEnum):
    """What a person has to do with an item."""

    ME = "me"
    INBOX = "inbox"
    FOLLOWED = "followed"
    QUEUE = "queue"


Channels = frozenset[Channel]
_HUB: Channels = frozenset({Channel.HUB})
_SEEN: Channels = _HUB | {Channel.BROWSER}
_ALL: Channels = _SEEN | {Channel.MAIL}
_MAILED: Channels = _HUB | {Channel.MAIL}
_NONE: Channels = frozenset()

# what can be chosen, and what holds for who has chosen nothing: mail only for what is meant for one person alone
USUAL: Mapping[tuple[Tie, Event], Channels] = {
    (Tie.ME, Event.ASSIGNED): _ALL,
    (Tie.ME, Event.MENTIONED): _ALL,
    (Tie.ME, Event.APPROVAL): _ALL,
    (Tie.ME, Event.PROBLEM): _ALL,
    (Tie.ME, Event.RETURNED): _SEEN,
    (Tie.ME, Event.UNSENT): _SEEN,
    (Tie.INBOX, Event.MAIL): _SEEN,
    (Tie.INBOX, Event.WRITTEN): _HUB,
    (Tie.INBOX, Event.STATE): _HUB,
    (Tie.INBOX, Event.DUE_SOON): _SEEN,
    (Tie.INBOX, Event.OVERDUE): _SEEN,
    (Tie.FOLLOWED, Event.APPROVAL): _HUB,
    (Tie.FOLLOWED, Event.MAIL): _SEEN,
    (Tie.FOLLOWED, Event.WRITTEN): _HUB,
    (Tie.FOLLOWED, Event.STATE): _HUB,
    (Tie.FOLLOWED, Event.DUE_SOON): _HUB,
    (Tie.FOLLOWED, Event.OVERDUE): _HUB,
    (Tie.QUEUE, Event.QUEUED): _NONE,
    (Tie.QUEUE, Event.MAIL): _NONE,
    (Tie.QUEUE, Event.OVERDUE): _NONE,
}

SOON = timedelta(hours=1)  # before the due date
TROUBLE = frozenset({"mail_failed", "mail_uncertain", "mail_held", "mail_late"})
DECISIONS = frozenset({"approval_approved", "approval_rejected"})
AT_ONCE = frozenset({Event.APPROVAL})  # its mail waits for no burst to end: somebody waits for this (AP-18)
RANK = {event: rank for rank, event in enumerate(Event)}


def code(tie: Tie, event: Event) -> str:
    """`inbox.mail`: a choice as it is kept and sent."""
    return f"{tie}.{event}"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What one person chose. `chosen` names channels by choice; what it does not name is as usual."""

    chosen: Mapping[str, Collection[str]] = field(default_factory=dict)
    mails: bool = True
    quiet_from: time | None = None
    quiet_until: time | None = None

    def channels(self, tie: Tie, event: Event, *, mailed: bool = False) -> Channels:
        """By which ways they hear of this; `mailed`: by mail whatever was chosen, but for who wants no mail at all."""
        usual = USUAL.get((tie, event), _NONE)
        named = self.chosen.get(code(tie, event))
        found = usual if named is None else frozenset(one for one in Channel if one.value in named)
        found |= _MAILED if mailed else _NONE
        return found if self.mails else found - {Channel.MAIL}

    def quiet_till(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """The end of the quiet hours that `at` lies in, on the clock of that zone; None outside them.

        Quiet hours may go over midnight. Where the clock is set forward over their end, they end with the jump.
        """
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        there = at.astimezone(zone)
        now, over_midnight = there.time().replace(tzinfo=None), self.quiet_until < self.quiet_from
        inside = (
            now >= self.quiet_from or now < self.quiet_until
            if over_midnight
            else (self.quiet_from <= now < self.quiet_until)
        )
        if not inside:
            return None
        day = there.date() + timedelta(days=1) if over_midnight and now >= self.quiet_from else there.date()
        end = datetime.combine(day, self.quiet_until, tzinfo=zone).astimezone(UTC)
        return end if end > at else None


@dataclass(frozen=True, slots=True)
class Happening:
    """An entry of the ledger with its item as it stands now."""

    type: str
    data: Mapping[str, Any]
    words: Mapping[str, Any]
    reason: int | None
    kind: Kind
    state: State
    listed: Listed
    assignee_id: int | None
    owner_id: int | None
    queue_id: int | None

    @property
    def columns(self) -> Mapping[str, Any]:
        """What the entry changed."""
        found: Mapping[str, Any] = self.data.get("set") or {}
        return found

    @property
    def due_moved(self) -> bool:
        """Its due date came, went or changed."""
        return "due_at" in self.columns


@dataclass(frozen=True, slots=True)
class Told:
    """One event, and for whom: people by name, or everybody tied to the item in one of these ways."""

    event: Event
    people: frozenset[int] = frozenset()
    ties: tuple[Tie, ...] = ()
    mailed: bool = False  # by mail in any case


def told_by(what: Happening) -> Iterator[Told]:
    """What an entry tells, and whom.

    Nothing is told of what was filed as old mail (MAIL-17), and of Drafts (N-2) but to whoever gets one of somebody who
    left (decision 87).
    """
    if what.data.get("archive") or what.type == "archived":
        return
    if what.state is not State.DRAFT or what.type == "reallocated":
        yield from _to_one(what)
    if what.state is State.DRAFT:
        return
    yield from _decided(what)
    yield from _said(what)
    if _changes_state(what):
        yield Told(Event.STATE, ties=_state_ties(what))
    if _comes_to_queue(what):
        yield Told(Event.QUEUED, ties=(Tie.QUEUE,))


def _to_one(what: Happening) -> Iterator[Told]:
    informed = what.data.get("inform")  # whom the rule wants told, be it theirs already
    assignee = informed or what.columns.get("assignee_id")
    if assignee is not None:
        yield Told(Event.ASSIGNED, frozenset({assignee}), mailed=informed is not None)
    if copied := frozenset(what.data.get("copied", ())):
        yield Told(Event.COPIED, copied, mailed=True)
    if what.type == "returned":
        yield Told(Event.RETURNED, frozenset({what.data["assignee_id"]}))
    if what.type == "problem_raised" and what.owner_id is not None:
        yield Told(Event.PROBLEM, frozenset({what.owner_id}))  # N-3, A-23
    if mentioned := frozenset(one["id"] for one in what.words.get("mentions", ())):
        yield Told(Event.MENTIONED, mentioned)


def _decided(what: Happening) -> Iterator[Told]:
    """To whose Ticket it is, to who asked, to who follows it; of what is told twice the last counts (N-4, AP-18)."""
    if what.type in DECISIONS:
        agents = (what.assignee_id, what.owner_id, what.data.get("asked_by"))
        yield Told(Event.APPROVAL, ties=(Tie.FOLLOWED,))
        yield Told(Event.APPROVAL, frozenset(one for one in agents if one is not None))


def _said(what: Happening) -> Iterator[Told]:
    """Mails and notes. A report is no mail: a failure is told to whose item it is, the rest to nobody (MAIL-96)."""
    workers = frozenset(one for one in (what.assignee_id, what.owner_id) if one is not None)
    if what.type in TROUBLE:
        yield Told(Event.UNSENT, workers)
    elif what.type == "mail_received" and what.data.get("event"):
        if what.data["event"] == "failed":
            yield Told(Event.UNSENT, workers)
    elif what.type == "mail_received":
        waiting = (Tie.QUEUE,) if what.listed is Listed.QUEUE else ()
        yield Told(Event.MAIL, ties=(Tie.INBOX, Tie.FOLLOWED, *waiting))
    elif what.type == "note_added" or (what.type == "mail_sent" and not what.data.get("automatic")):
        yield Told(Event.WRITTEN, ties=(Tie.INBOX, Tie.FOLLOWED))


def _changes_state(what: Happening) -> bool:
    before, after = what.data.get("from"), what.data.get("to")
    return what.reason is not None and before is not None and before != after


def _state_ties(what: Happening) -> tuple[Tie, ...]:
    """Who follows an Action hears nothing when it ends with a rework or with its Case (C-35, A-43)."""
    swept = what.reason == Reason.REWORK or what.data.get("because") == "case_aborted"
    return (Tie.INBOX,) if swept and what.kind is Kind.ACTION else (Tie.INBOX, Tie.FOLLOWED)


def _comes_to_queue(what: Happening) -> bool:
    moved = what.columns.get("listed") == Listed.QUEUE.value or what.columns.get("queue_id") is not None
    return moved and what.listed is Listed.QUEUE and what.queue_id is not None
