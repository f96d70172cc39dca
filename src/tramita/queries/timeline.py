"""What happened to an item, and what was said about it (TL-1 to TL-4).

Mails, notes and files are shared inside a related group (G-11): a Case and its Actions, a Ticket and those merged
into it. Staff read what is shared whatever their grants on the other items; whoever asked reads only what is
meant for participants, on items they may see.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, Visibility
from tramita.domain.references import Reference
from tramita.models import Attachment, Item, Message
from tramita.queries import scans
from tramita.queries.names import Who, who
from tramita.queries.records import among, reader, select
from tramita.queries.rows import document, fetch, moment
from tramita.queries.visibility import TRUE, Fragment, both, visible_sql, works

MAILS = ("mail_received", "mail_sent")
NOTES = ("note_added", "submission_note")
MOVED_HERE, MOVED_AWAY = "mail_moved_here", "mail_moved_away"  # MAIL-78
MERGED_HERE = "merged_here"
SAID = (*MAILS, MOVED_HERE, *NOTES)
ENDS = ("resolved", "closed")
DEFECTS = tuple(f"defect_{done}" for done in ("added", "changed", "resolved", "reopened", "removed"))
SHARED = (*SAID, MOVED_AWAY, "file_added", "link_added", "reworked", *DEFECTS)  # C-34: reworks too
TOLD_FROM_SET = ("title", "resolution_reason", "problem_reason")  # columns that an entry tells of besides its words
KINDS = {kind.number: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line. `item` is the reference of where it was written; `actor` is None for the system."""

    id: int
    seq: int
    at: datetime
    actor: Who | None
    type: str
    data: Mapping[str, Any]
    visibility: Visibility
    item: str

    def as_json(self) -> dict[str, Any]:
        """As INTERFACES section 5 has it; `at` is still a moment."""
        actor = {"id": self.actor.id, "name": self.actor.name, "kind": self.actor.kind} if self.actor else None
        return {
            "seq": self.seq,
            "at": self.at,
            "actor": actor,
            "type": self.type,
            "data": self.data,
            "visibility": self.visibility.value,
            "item": self.item,
        }


@dataclass(frozen=True, slots=True)
class Said:
    """A mail or a note, with its entry. `message` is None for a note, whose words are `entry.data["body"]`."""

    entry: TimelineEntry
    message: Message | None
    attachments: Sequence[Attachment]
    leaving: "Leaving | None" = None
    brought: int = 0  # of an item that was merged into this one: the id of the entry that tells of it
    held: Mapping[str, str] = field(default_factory=dict)  # files that the scanner keeps, and why (MAIL-57)


@dataclass(frozen=True, slots=True)
class Leaving:
    """What becomes of a mail of ours on its way out: a row of the outbox (MAIL-110)."""

    state: int  # of `Delivery.State`
    at: datetime
    scheduled: bool
    taken: bool  # by a worker, once at least


def timeline(
    item: Item, actor: Actor, types: Iterable[str] | None = None, *, after: int = 0, limit: int | None = None
) -> list[TimelineEntry]:
    """The entries that this actor may read, oldest first, of these types only.

    Cost: one statement for who works here and asks for types, two for others.

    `after` is the id of an entry to go on after.
    """
    asked = None if types is None else tuple(types)
    along = asked is not None and not after and limit is None and works(actor)  # nothing hides how it ended
    own, shared = _conditions(item, actor, (*asked, *ENDS) if asked is not None and along else asked)
    branch = (
        f"SELECT {COLUMNS} FROM entries e JOIN items ON items.id = e.item_id LEFT JOIN people p ON p.id = e.actor_id"
    )
    top = f" LIMIT {int(limit)}" if limit is not None else ""
    rows = fetch(
        f"{branch} WHERE {own.sql} AND e.id > %s UNION ALL {branch} WHERE {shared.sql} AND e.id > %s ORDER BY id{top}",
        [*own.params, after, *shared.params, after],
    )
    entries = [entry_from(row) for row in rows]
    if asked is None or not along:
        return marked(item, entries)
    here = item.reference
    ends = [entry.data for entry in entries if entry.type in ENDS and entry.item == here]
    return _marked(item, [entry for entry in entries if entry.type in asked], ends)


def marked(item: Item, entries: list[TimelineEntry]) -> list[TimelineEntry]:
    """The entries, those that stand for a resolution marked (R-9, R-10). Cost: one statement.

    An entry never changes: what turned out to be the resolution is told by the entry that resolved.
    """
    if not any(entry.type in SAID for entry in entries):
        return entries
    told_by = fetch("SELECT data FROM entries WHERE item_id = %s AND type IN ('resolved', 'closed')", [item.pk])
    return _marked(item, entries, [document(data) for (data,) in told_by])


def _marked(item: Item, entries: list[TimelineEntry], ends: Sequence[Mapping[str, Any]]) -> list[TimelineEntry]:
    """`ends` is what its entries of `ENDS` say."""
    seqs, here = {data.get("resolution_seq") for data in ends}, item.reference
    return [
        replace(entry, data={**entry.data, "resolution": True}) if entry.item == here and entry.seq in seqs else entry
        for entry in entries
    ]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many entries of each type there are, and after which one all is new: the last update submitted (TL-3)."""

    types: Mapping[str, int]
    seen: int = 0  # the id of an entry


def counts(item: Item, actor: Actor) -> Tally:
    """How many entries of each type this actor may read, in the order of the alphabet (TL-2). Cost: one statement."""
    own, shared = _conditions(item, actor, None)
    branch = "SELECT e.type AS type, e.id AS id FROM entries e JOIN items ON items.id = e.item_id"
    rows = fetch(
        f"SELECT type, COUNT(*), MAX(id) FROM ({branch} WHERE {own.sql} UNION ALL {branch} WHERE {shared.sql}) told "
        "GROUP BY type ORDER BY type",
        [*own.params, *shared.params],
    )
    seen = next((newest for type_, _, newest in rows if type_ == "seen"), 0)
    return Tally({type_: count for type_, count, _ in rows}, seen)


def comms(item: Item, actor: Actor) -> list[Said]:
    """Mails and notes, newest first, with texts and attachments (TL-1).

    Cost: three statements, one more with a scanner.
    """
    return conversation(item, actor)[0]


def conversation(item: Item, actor: Actor) -> tuple[list[Said], list[Attachment]]:
    """As above, and what was put on this item besides: files and links that came in no mail (F-1).

    HTML stays where it is: up to two megabytes a mail, which only its own frame reads.
    """
    told = timeline(item, actor, (*SAID, MOVED_AWAY, MERGED_HERE))
    entries, brought = _still_here(told)[::-1], _brought(told)
    ids = [entry.data["message"] for entry in entries if "message" in entry.data]
    messages, leaving = _messages(ids) if ids else ({}, {})
    noted = [number for entry in entries for number in entry.data.get("files", ())]
    enclosed: dict[int | None, list[Attachment]] = {}
    for attachment in _enclosed(item, ids, noted, actor):
        enclosed.setdefault(attachment.message_id, []).append(attachment)
    files = [one.sha256 for message, several in enclosed.items() if message for one in several]
    kept = scans.held(files)
    said = [
        replace(_said(entry, messages, enclosed, leaving), held=kept, brought=brought.get(entry.item, 0))
        for entry in entries
    ]
    return said, enclosed.get(None, [])


def _enclosed(item: Item, mails: Sequence[int], noted: Sequence[int], actor: Actor) -> list[Attachment]:
    """The files of these mails, of the notes, and those of the item itself; outside the house none that stays inside
    (F-1). Cost: one statement.
    """
    wanted = [among(column, ids) for column, ids in (("message_id", mails), ("id", noted)) if ids]
    here = " OR ".join(["(item_id = %s AND message_id IS NULL)", *wanted])
    mine = "" if works(actor) else " AND NOT COALESCE(internal, message_id IS NULL)"
    return select(Attachment, f"({here}){mine} ORDER BY id", [item.pk, *mails, *noted])


def _messages(ids: Sequence[int]) -> tuple[dict[int, Message], dict[int, Leaving]]:
    """The mails with these ids, and what becomes of ours."""
    read = reader(Message, but=["html"])
    rows = fetch(
        f"SELECT {read.columns}, d.state, d.next_at, d.payload, d.fence FROM messages LEFT JOIN deliveries d "
        f"ON d.message_id = messages.id AND d.kind = 'mail' WHERE {among('messages.id', ids)}",
        ids,
    )
    messages = {row[0]: read.read(row[:-4]) for row in rows}
    leaving = {
        row[0]: Leaving(row[-4], moment(row[-3]), bool(document(row[-2]).get("scheduled")), bool(row[-1]))
        for row in rows
        if row[-4] is not None
    }
    return messages, leaving


def _still_here(entries: list[TimelineEntry]) -> list[TimelineEntry]:
    """Without mails that were taken to another item since (MAIL-78)."""
    gone = {(one.item, one.data["message"]): one.id for one in entries if one.type == MOVED_AWAY}
    said = (one for one in entries if one.type not in (MOVED_AWAY, MERGED_HERE))
    return [one for one in said if one.id > gone.get((one.item, one.data.get("message")), 0)]


def _brought(entries: list[TimelineEntry]) -> dict[str, int]:
    """Which items' communications came with a merge, and with which (X-4)."""
    return {one: entry.id for entry in entries if entry.type == MERGED_HERE for one in entry.data.get("items", ())}


COLUMNS = (
    "e.id AS id, e.seq, e.at, e.type, e.reason, e.data, e.words, e.visibility, "
    "items.number, items.kind, items.ordinal, p.id AS person_id, p.name, p.email, p.role"
)


def entry_from(row: Sequence[Any]) -> TimelineEntry:
    """An entry from a row of `COLUMNS`."""
    id_, seq, at, type_, reason, data, words, visibility, number, kind, ordinal, person, name, email, role = row
    return TimelineEntry(
        id=id_,
        seq=seq,
        at=moment(at),
        actor=None if person is None else who(person, name, email or "", role),
        type=type_,
        data=told(document(data), document(words), reason),
        visibility=Visibility(visibility),
        item=str(Reference(KINDS[kind], number, ordinal)),
    )


def told(data: Mapping[str, Any], words: Mapping[str, Any], reason: int | None) -> dict[str, Any]:
    """Facts and words as one, without the columns that only the ledger needs.

    `reason` is the number of API-3 for every state change; a reason in words is then `reason_text`.
    """
    said = {name: value for name, value in words.items() if name != "set"}
    columns = words.get("set") or {}
    shown = {name: columns[name] for name in TOLD_FROM_SET if columns.get(name)}
    merged = {**shown, **{name: value for name, value in data.items() if name != "set"}, **said}
    if reason is not None:
        if "reason" in said:
            merged["reason_text"] = said["reason"]
        merged["reason"] = reason
    return merged


def _conditions(item: Item, actor: Actor, types: Iterable[str] | None) -> tuple[Fragment, Fragment]:
    """Of the item's own entries, and of those that the others of its group share with it."""
    may_read = readable(actor)
    wanted = None if types is None else tuple(types)
    own = both(Fragment("e.item_id = %s", (item.pk,)), may_read, _of_types(wanted))
    shared = SHARED if wanted is None else tuple(name for name in SHARED if name in wanted)
    return own, both(_group(item, actor), may_read, _of_types(shared))


def readable(actor: Actor) -> Fragment:
    """Entries `e` that this actor may read on an item they may see."""
    if works(actor):
        return TRUE
    return Fragment("e.visibility = %s", (Visibility.PARTICIPANTS.value,))


def _group(item: Item, actor: Actor) -> Fragment:
    first = item.related_to_id or item.pk
    group = Fragment(
        "e.item_id IN (SELECT r.id FROM items r WHERE (r.related_to_id = %s OR r.id = %s) AND r.id <> %s)",
        (first, first, item.pk),
    )
    return group if works(actor) else both(group, visible_sql(actor))


def _of_types(types: tuple[str, ...] | None) -> Fragment:
    if types is None:
        return TRUE
    return Fragment(f"e.type IN ({', '.join(['%s'] * len(types))})" if types else "FALSE", types)


def _said(
    entry: TimelineEntry,
    messages: Mapping[int, Message],
    enclosed: Mapping[int | None, list[Attachment]],
    leaving: Mapping[int, Leaving],
) -> Said:
    message = messages.get(entry.data.get("message", 0))
    if message is None:
        own = set(entry.data.get("files", ()))
        return Said(entry, None, [one for one in enclosed.get(None, ()) if one.pk in own] if own else [])
    return Said(entry, message, enclosed.get(message.pk, []), leaving.get(message.pk))
