"""The ledger: a change of an item and the entries that tell of it are written together.

Every entry carries the columns it changed, so that folding an item's entries gives the item (DESIGN decision 4).
People's words stand apart from facts: erasing a person replaces the words, and the chain over the digests
stays valid.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Any

from django.db import models

from tramita.domain.actors import Actor
from tramita.domain.bounds import LimitReached
from tramita.domain.codes import Listed, Reason, Visibility
from tramita.domain.errors import StaleVersion
from tramita.domain.robots import ending
from tramita.models import Entry, Item, Lease
from tramita.services import sql

WORDS = frozenset(
    {"title", "description", "resolution_reason", "problem_reason", "instructions", "fields", "checklist"}
)
OWN = frozenset({"id", "version", "seq", "chain", "sort_due", "updated_at"})  # the ledger's own, or derived
ATTNAMES = {f.attname: f for f in Item._meta.concrete_fields}
COLUMN = {f.attname: str(f.column) for f in Item._meta.concrete_fields}
ENDS_LEASE = frozenset({"state", "assignee_id"})
LEASE = "lease"  # the timer of one
PLAIN = frozenset({str, int, bool})
END_OF_TIME = datetime.fromisoformat("9999-12-31T00:00:00+00:00")
NOTHING: Mapping[str, Any] = MappingProxyType({})

_besides: ContextVar[Mapping[str, Any]] = ContextVar("besides", default=NOTHING)


@contextmanager
def telling(**facts: Any) -> Iterator[None]:
    """Every entry that is made meanwhile carries these facts too: that it is part of a bulk change (Z-7)."""
    token = _besides.set({**_besides.get(), **facts})
    try:
        yield
    finally:
        _besides.reset(token)


@dataclass(slots=True)
class _Line:
    type: str
    reason: Reason | None
    visibility: Visibility
    data: dict[str, Any]
    words: dict[str, Any]
    actor_id: int | None = None  # somebody else than who makes the change: the sender of a mail
    by_system: bool = False  # what follows from the change of a person by itself (SLA-15)


@dataclass(slots=True)
class Change:
    """What one use case does to one item: columns, entries and timers, written once by `write`.

    Entries see the columns as they become: `item` is updated in memory at once, in the database on `write`,
    and only if nobody else changed it since it was read (`StaleVersion`).
    """

    item: Item
    by: Actor
    at: datetime
    columns: dict[str, Any] = field(default_factory=dict)
    lines: list[_Line] = field(default_factory=list)
    timers: dict[str, tuple[datetime, dict[str, Any]] | None] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)  # entries made and not yet written
    beside: list[Callable[[], object]] = field(default_factory=list)  # what else `write` writes, after the item

    def record(
        self,
        type: str,  # noqa: A002 - the entry's field
        *,
        reason: Reason | None = None,
        visibility: Visibility = Visibility.INTERNAL,
        data: Mapping[str, Any] | None = None,
        words: Mapping[str, Any] | None = None,
        actor_id: int | None = None,
        by_system: bool = False,
        **columns: Any,
    ) -> None:
        """Append an entry and set these columns (attribute names, `assignee_id`). Facts in data, words in words."""
        facts, said = {**(data or NOTHING), **_besides.get()}, dict(words or {})
        changed = {name: value for name, value in columns.items() if getattr(self.item, name) != value}
        if self.item.fence is not None and not ENDS_LEASE.isdisjoint(changed):
            changed["fence"] = None
            self._end_lease(self.item.fence, type, actor_id or self.by.id)
        if self.item.prioritised and (changed.get("listed", Listed.QUEUE) is not Listed.QUEUE or "queue_id" in changed):
            changed["prioritised"] = None  # it was first where it waited
        for name, value in changed.items():
            side = said if name in WORDS else facts
            side.setdefault("set", {})[name] = plain(value)
            setattr(self.item, name, value)
        self.columns.update(changed)
        self.lines.append(_Line(type, reason, visibility, facts, said, actor_id, by_system))

    def lend(self, lasting: timedelta, *, tainted: bool) -> dict[str, Any]:
        """Let the robot that makes this change have the item for so long; the columns that say so (Z-17).

        The fence is the version that the item will have, so it only grows, and the row follows the item's.
        """
        fence, until, robot_id = self.item.version + 1, self.at + lasting, self.by.id or 0
        self.set_timer(LEASE, until)
        lease = Lease(item_id=self.item.pk, robot_id=robot_id, fence=fence, taken_at=self.at, expires_at=until)
        lease.tainted = tainted
        self.beside.append(lease.save)
        return {"fence": fence}

    def _end_lease(self, fence: int, entry: str, actor_id: int | None) -> None:
        """Whoever moves the item, or takes it away, ends the robot's lease in the same breath (Z-17)."""
        self.cancel_timers(LEASE)
        how = ending(entry, by_itself=actor_id is not None and actor_id == self.item.assignee_id)
        living = Lease.objects.filter(item=self.item.pk, fence=fence, ended_at=None)
        self.beside.append(lambda: living.update(ended_at=self.at, ending=how))

    def set_timer(self, purpose: str, due_at: datetime, **payload: Any) -> None:
        """Have the worker act at this moment, if it still applies then."""
        self.timers[purpose] = (due_at, payload)

    def cancel_timers(self, *purposes: str) -> None:
        """What was to happen will not."""
        self.timers.update(dict.fromkeys(purposes))

    def write(self) -> None:
        """One UPDATE, one INSERT of the entries, then the timers that changed."""
        rows = self.told + self._entries()
        counted = self.by.bounds is not None and not self.by.bounds.approved  # what was agreed to, is where it was
        if counted and self.item.fence is not None and "fence" not in self.columns:
            count_write(self.by, Lease.objects.filter(item=self.item.pk, fence=self.item.fence))
        if "due_at" in self.columns:
            self.columns["sort_due"] = self.item.sort_due = self.item.due_at or END_OF_TIME
        self.item.updated_at = max(self.item.updated_at, self.at)  # what is filed afterwards may be old (MAIL-17)
        ours = {"updated_at": self.item.updated_at, "seq": self.item.seq, "chain": self.item.chain}
        columns = {COLUMN[name]: value for name, value in self.columns.items()} | ours
        if not sql.update_item(self.item.pk, self.item.version, columns):
            raise stale(self.item.pk, self.item.version)
        self.item.version += 1
        if rows:
            sql.insert("entries", rows)
        write_timers(self.item.pk, self.timers)
        for more in self.beside:
            more()
        self.columns, self.lines, self.timers, self.told, self.beside = {}, [], {}, [], []

    def _entries(self) -> list[dict[str, Any]]:
        return [entry_row(self.item, line, by=self.by, at=self.at) for line in self.lines]


def create(item: Item, *, by: Actor, at: datetime, change: Change, more_to_tell: bool = False) -> None:
    """Write a new item with the entries of `change`, which must have been made for it.

    The first entry carries every column that is not its default. Cost: one INSERT of the item, one of entries.
    `more_to_tell`: the caller goes on with the change and writes it, the entries so far with it.
    """
    if by.bounds is not None and not by.bounds.approved:
        count_write(by, Lease.objects.filter(robot=by.id, ended_at=None))
    item.created_at = item.__dict__.get("created_at") or at  # what is brought in is older
    item.updated_at = at
    item.sort_due = item.due_at or END_OF_TIME
    change.lines[0].data["set"], change.lines[0].words["set"] = _split(item)
    rows = [entry_row(item, line, by=by, at=at) for line in change.lines]
    columns = {COLUMN[name]: getattr(item, name) for name in ATTNAMES if name != "id"}
    item.pk = sql.insert("items", [columns], returning=True)[0]
    item._state.adding = False
    rows = [row | {"item_id": item.pk} for row in rows]
    if more_to_tell:
        change.columns, change.lines, change.told = {}, [], rows
        return
    sql.insert("entries", rows)
    write_timers(item.pk, change.timers)


def count_write(by: Actor, leases: "models.QuerySet[Lease]") -> None:
    """One write more of these runs. Raises: LimitReached, if one of them wrote as much as it may.

    Counted first and looked at then: of two calls at once the second waits at the row, and sees what the first wrote.
    """
    leases.update(writes=models.F("writes") + 1)
    if leases.filter(writes__gt=by.bounds.writes if by.bounds is not None else 0).exists():
        raise LimitReached("This run has written as much as one may.")


def _split(item: Item) -> tuple[dict[str, Any], dict[str, Any]]:
    held = item.__dict__
    values = {name: plain(value) for name, usual in USUAL.items() if (value := held.get(name, usual)) != usual}
    return (
        {name: value for name, value in values.items() if name not in WORDS},
        {name: value for name, value in values.items() if name in WORDS},
    )


def default(column: "models.Field[Any, Any]") -> Any:
    return column.get_default() if column.has_default() else None


USUAL = {name: default(column) for name, column in ATTNAMES.items() if name not in OWN}


def write_timers(item_id: int, timers: Mapping[str, tuple[datetime, dict[str, Any]] | None]) -> None:
    """Set those that have a moment, take away the others."""
    gone = [purpose for purpose, when in timers.items() if when is None]
    if gone:
        sql.cancel_timers(item_id, gone)
    for purpose, when in timers.items():
        if when is not None:
            sql.set_timer(item_id, purpose, *when)


def entry_row(item: Item, line: _Line, *, by: Actor, at: datetime) -> dict[str, Any]:
    """The row of an entry; moves the item's `seq` and `chain` on."""
    item.seq += 1
    digest = hashlib.sha256(canonical(line.words)).hexdigest() if line.words else WORDLESS
    row = {
        "item_id": item.pk,
        "seq": item.seq,
        "at": at,
        "actor_id": None if line.by_system else line.actor_id or by.id,
        "type": line.type,
        "reason": None if line.reason is None else int(line.reason),
        "visibility": line.visibility.value,
        "data": line.data,
        "words": line.words,
        "digest": digest,
    }
    item.chain = row["chain"] = link(item.chain, row)
    return row


def link(chain: str, row: Mapping[str, Any]) -> str:
    """The chain one entry further: a digest over the one before and all of this entry but its words."""
    facts = {name: row[name] for name in ("seq", "actor_id", "type", "reason", "visibility", "data", "digest")}
    facts["at"] = row["at"].isoformat()
    return hashlib.sha256(chain.encode() + canonical(facts)).hexdigest()


def canonical(value: Any) -> bytes:
    """One text for one value, whatever the database did to the order of its keys."""
    return _CANONICAL.encode(value).encode()


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


WORDLESS = hashlib.sha256(canonical({})).hexdigest()


def plain(value: Any) -> Any:
    """The value as JSON has it."""
    if value is None or type(value) in PLAIN:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    return value


def stale(item_id: int, version: int) -> StaleVersion:
    """The error that says what others changed since `version` was read."""
    current = Item.objects.values_list("version", flat=True).get(pk=item_id)
    missed = max(current - version, 0)  # more than there are: a version that never was
    types = Entry.objects.filter(item=item_id).order_by("-seq").values_list("type", flat=True)[:missed]
    return StaleVersion(read=version, current=current, changed=types)


def fold(entries: Iterable[Entry]) -> dict[str, Any]:
    """The item's columns as its entries tell them, in JSON form."""
    columns = {name: plain(default(column)) for name, column in ATTNAMES.items() if name not in OWN}
    for entry in entries:
        columns.update(entry.data.get("set", {}))
        columns.update(entry.words.get("set", {}))
    return columns


def differences(item: Item) -> dict[str, tuple[Any, Any]]:
    """Columns in which the item and its folded entries disagree: none, unless somebody wrote past the ledger."""
    entries = list(item.entries.order_by("seq"))
    told = fold(entries)
    held = {name: plain(getattr(item, name)) for name in told}
    return {name: (held[name], told[name]) for name in told if held[name] != told[name]}


def chain_holds(entries: Iterable[Entry]) -> bool:
    """Whether an item's entries, oldest first, are complete and unchanged but for tombstones."""
    chain = ""
    for seq, entry in enumerate(entries, start=1):
        chain = chain_link(chain, entry)
        if entry.seq != seq or entry.chain != chain:
            return False
    return True


def chain_link(chain: str, entry: Entry) -> str:
    """The chain after this entry, by what it says now; the words of one that was erased are not there any more."""
    row = {name: getattr(entry, name) for name in ("seq", "actor_id", "type", "reason", "visibility", "data")}
    erased = entry.words == {"erased": True}
    digest = entry.digest if erased else hashlib.sha256(canonical(entry.words)).hexdigest()
    return link(chain, row | {"at": entry.at, "digest": digest})
