"""What the bars around every page show: how much waits in each list, and what was opened last (G-12)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.codes import DueStatus
from tramita.queries.events import BEGINNING, cursor_at, newest_sql
from tramita.queries.rows import fetch, stored
from tramita.queries.tray import RECENT as A_DAY
from tramita.queries.tray import WAITING, theirs_sql
from tramita.queries.visibility import TRUE, Fragment, both, may
from tramita.queries.worklists import (
    CAP,
    ORDER,
    Place,
    Row,
    counted,
    due_range,
    in_queue,
    inbox,
    owned,
    recent,
)

RECENT = 5


@dataclass(frozen=True, slots=True)
class Count:
    """How many, up to a cap."""

    number: int

    def __str__(self) -> str:
        return f"{CAP:,}+" if self.number > CAP else str(self.number)

    def __bool__(self) -> bool:
        return self.number > 0


@dataclass(frozen=True, slots=True)
class QueueCount:
    """A queue of the reader, and how much waits in it for somebody."""

    key: str
    title: str
    count: Count


@dataclass(frozen=True, slots=True)
class Shell:
    """The bars."""

    name: str
    inbox: Count
    owned: Count
    unhandled: Count
    queues: Sequence[QueueCount]
    recent: Sequence[Row]
    cursor: str  # of the ledger, read before the rest: the stream goes on from here
    reader: int  # their id
    totals: Mapping[DueStatus, Count] = field(default_factory=dict)  # of the list that the page shows (H-2)
    unhandled_today: Count = field(default_factory=lambda: Count(0))  # of the last 24 hours (M-21)
    alerts: Count | None = None  # what an operator must know; None: not this reader


@dataclass(frozen=True, slots=True)
class Listing:
    """The list on the page, and the reader's day: its totals are counted along with the bars."""

    place: Place
    now: datetime
    tonight: datetime


def shell_of(actor: Actor, listing: Listing | None = None, *, now: datetime | None = None) -> Shell:
    """The bars of this person's pages. Cost: two statements, the totals of a list included."""
    now = listing.now if listing else now
    lines = [
        Fragment(f"SELECT 'cursor', tx, entry, 0 FROM ({newest_sql()}) newest"),
        _line("inbox", counted(inbox(actor), actor)),
        _line("owned", counted(owned(actor), actor)),
        _line("unhandled", _unhandled(actor)),
        _line("unhandled_today", _unhandled(actor, now)),
        _line("alerts", _alerts(actor)),
        *(_queue(queue_id, actor) for queue_id in sorted(actor.queue_ids)),
        *_totals(actor, listing),
    ]
    rows = fetch(" UNION ALL ".join(line.sql for line in lines), [one for line in lines for one in line.params])
    found = {name: Count(number) for name, _, _, number in rows if name not in ("queue", "cursor")}
    queues = [QueueCount(key, title, Count(number)) for name, key, title, number in rows if name == "queue"]
    place = next(((int(tx), int(entry)) for name, tx, entry, _ in rows if name == "cursor"), BEGINNING)
    return Shell(
        name=actor.name,
        reader=actor.id or 0,
        cursor=cursor_at(place),
        inbox=found["inbox"],
        owned=found["owned"],
        unhandled=found["unhandled"],
        unhandled_today=found["unhandled_today"],
        alerts=found["alerts"] if operates(actor) else None,
        queues=sorted(queues, key=lambda queue: queue.title.casefold()),
        recent=recent(actor, limit=RECENT),
        totals={status: found[status.value] for status in ORDER} if listing else {},
    )


def _line(name: str, number: Fragment) -> Fragment:
    return Fragment(f"SELECT '{name}', '', '', {number.sql}", number.params)


def _totals(actor: Actor, listing: Listing | None) -> list[Fragment]:
    if listing is None:
        return []
    ranges = {status: due_range(status, listing.now, listing.tonight) for status in ORDER}
    return [_line(status.value, counted(listing.place, actor, due)) for status, due in ranges.items()]


def _queue(queue_id: int, actor: Actor) -> Fragment:
    number = counted(in_queue(queue_id), actor)
    return Fragment(
        f"SELECT 'queue', key, title, {number.sql} FROM queues WHERE id = %s AND active", (*number.params, queue_id)
    )


def _unhandled(actor: Actor, now: datetime | None = None) -> Fragment:
    """The mail that nobody has looked at yet, a branch an outcome; with `now`, that of the last day (M-21)."""
    if not actor.is_staff or not may(actor, "mail"):
        return Fragment("0")
    young = Fragment("seen_at >= %s", (stored(now - A_DAY),)) if now else TRUE
    narrow = both(theirs_sql(actor), young)
    parts = [
        f"SELECT * FROM (SELECT 1 FROM seen_messages WHERE outcome = '{outcome}' AND {narrow.sql} "
        f"LIMIT {CAP + 1}) t{number}"
        for number, outcome in enumerate(WAITING)
    ]
    return Fragment(f"(SELECT COUNT(*) FROM ({' UNION ALL '.join(parts)}) tray)", narrow.params * len(WAITING))


def _alerts(actor: Actor) -> Fragment:
    return Fragment("(SELECT COUNT(*) FROM alerts)" if operates(actor) else "0")


def operates(actor: Actor) -> bool:
    """Whether this person looks after the desk as a whole, its mailboxes for one."""
    return actor.grants is None and actor.is_staff and may(actor, "configure")
