"""What the bars around every page show: how much waits in each list, and what was opened last (G-12)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.codes import DueStatus
from tramita.queries.rows import fetch
from tramita.queries.visibility import Fragment, may
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
IN_TRAY = ("unhandled", "failed")  # INTERFACES section 6


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
    totals: Mapping[DueStatus, Count] = field(default_factory=dict)  # of the list that the page shows (H-2)


@dataclass(frozen=True, slots=True)
class Listing:
    """The list on the page, and the reader's day: its totals are counted along with the bars."""

    place: Place
    now: datetime
    tonight: datetime


def shell_of(actor: Actor, listing: Listing | None = None) -> Shell:
    """The bars of this person's pages. Cost: two statements, the totals of a list included."""
    lines = [
        _line("inbox", counted(inbox(actor), actor)),
        _line("owned", counted(owned(actor), actor)),
        _line("unhandled", _unhandled() if may(actor, "mail") else Fragment("0")),
        *(_queue(queue_id, actor) for queue_id in sorted(actor.queue_ids)),
        *_totals(actor, listing),
    ]
    rows = fetch(" UNION ALL ".join(line.sql for line in lines), [one for line in lines for one in line.params])
    found = {name: Count(number) for name, _, _, number in rows if name != "queue"}
    queues = [QueueCount(key, title, Count(number)) for name, key, title, number in rows if name == "queue"]
    return Shell(
        name=actor.name,
        inbox=found["inbox"],
        owned=found["owned"],
        unhandled=found["unhandled"],
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


def _unhandled() -> Fragment:
    """The mail that nobody has looked at yet, a branch an outcome."""
    parts = [
        f"SELECT * FROM (SELECT 1 FROM seen_messages WHERE outcome = '{outcome}' LIMIT {CAP + 1}) t{number}"
        for number, outcome in enumerate(IN_TRAY)
    ]
    return Fragment(f"(SELECT COUNT(*) FROM ({' UNION ALL '.join(parts)}) tray)")
