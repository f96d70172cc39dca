"""What the bars around every page show: how much waits in each list, and what was opened last (G-12)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.cards import FieldDefinition
from tramita.domain.codes import DueStatus
from tramita.domain.narrowing import Narrowing, Reader
from tramita.domain.references import Reference
from tramita.queries import charts, narrowed, own_fields
from tramita.queries.charts import Bar
from tramita.queries.events import BEGINNING, cursor_at, newest_sql
from tramita.queries.list_rows import KINDS
from tramita.queries.notices import latest_sql, unread_sql
from tramita.queries.rows import fetch, stored
from tramita.queries.tray import RECENT as A_DAY
from tramita.queries.tray import WAITING, theirs_sql
from tramita.queries.views import Shortcut, names
from tramita.queries.visibility import TRUE, Fragment, both, may
from tramita.queries.worklists import (
    CAP,
    ORDER,
    Place,
    counted,
    due_range,
    focus_sql,
    in_queue,
    inbox,
    opened_sql,
    owned,
)

RECENT = 5
NAME = "name:"
FIGURES = (
    "inbox",
    "owned",
    "unhandled",
    "unhandled_today",
    "alerts",
    "news",
    "newest_news",
    *(status.value for status in ORDER),
)
NEWS_CAP = 99  # what the bell shows

Line = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True)
class Count:
    """How many, up to a cap; `more`: there may be more than was looked at."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        if self.more:
            return f"{self.number:,}+"
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
class ViewCount:
    """A view of the reader, and how much is in it."""

    id: int
    title: str
    count: Count


@dataclass(frozen=True, slots=True)
class Opened:
    """An item that the reader opened lately."""

    reference: str
    title: str


@dataclass(frozen=True, slots=True)
class Shell:
    """The bars."""

    name: str
    inbox: Count
    owned: Count
    unhandled: Count
    queues: Sequence[QueueCount]
    recent: Sequence[Opened]
    cursor: str  # of the ledger, read before the rest: the stream goes on from here
    reader: int  # their id
    totals: Mapping[DueStatus, Count] = field(default_factory=dict)  # of the list that the page shows (H-2)
    unhandled_today: Count = field(default_factory=lambda: Count(0))  # of the last 24 hours (M-21)
    alerts: Count | None = None  # what an operator must know; None: not this reader
    designs: bool = False  # they may open the Builder
    views: Sequence[ViewCount] = ()
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)  # of what the list is narrowed by
    focus: Collection[str] = ()  # what of the Inbox its reader has in focus (Z-6)
    chart: Sequence[Bar] = ()  # of the list, the largest first (H-3, H-5)
    own: Mapping[str, FieldDefinition] = field(default_factory=dict)  # what the list may show of fields (D-20)
    news: Count = field(default_factory=lambda: Count(0))  # notifications that they have not read
    newest_news: int = 0  # the last one there is

    @property
    def news_shown(self) -> str:
        """As the bell has it: there is little room."""
        return f"{NEWS_CAP}+" if self.news.number > NEWS_CAP else str(self.news)


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Whom a Team page shows besides those who share a queue with its reader (H-1); `alone`: nobody else."""

    near: Collection[int] = ()
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """The list on the page, and the reader's day: its totals are counted along with the bars."""

    place: Place
    now: datetime
    tonight: datetime
    narrow: Fragment = TRUE
    narrowing: Narrowing = ()
    chart: str = ""  # the field over which its work is shown
    team: Colleagues | None = None  # each of them is shown, also those who have nothing
    own: bool = False  # it shows or offers declared fields


@dataclass(frozen=True, slots=True)
class Views:
    """The views in the sidebar, and who reads them."""

    shortcuts: Sequence[Shortcut]
    reader: Reader


def shell_of(
    actor: Actor, listing: Listing | None = None, *, now: datetime | None = None, views: Views | None = None
) -> Shell:
    """The bars of this person's pages. Cost: one statement, the totals of a list and its names included."""
    now = listing.now if listing else now
    lines = [
        Fragment(f"SELECT 'cursor', tx, entry, 0 FROM ({newest_sql()}) newest"),
        _line("inbox", counted(inbox(actor), actor)),
        _line("owned", counted(owned(actor), actor)),
        _line("unhandled", _unhandled(actor)),
        _line("unhandled_today", _unhandled(actor, now)),
        _line("alerts", _alerts(actor)),
        _line("news", unread_sql(actor, NEWS_CAP + 1)),
        _line("newest_news", latest_sql(actor)),
        *(_queue(queue_id, actor) for queue_id in sorted(actor.queue_ids)),
        _items("opened", "title", opened_sql(actor, limit=RECENT)),
        _items("focus", "''", focus_sql(actor, "items.number, items.kind, items.ordinal")),
        *_totals(actor, listing),
        *_views(actor, views),
        *(names(listing.narrowing) if listing else ()),
        *_chart(actor, listing),
        *([own_fields.declared_sql()] if listing and listing.own else ()),
    ]
    rows = fetch(" UNION ALL ".join(line.sql for line in lines), [one for line in lines for one in line.params])
    found = {name: Count(number) for name, _, _, number in rows if name in FIGURES}
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
        news=found["news"],
        newest_news=found["newest_news"].number,
        alerts=found["alerts"] if operates(actor) else None,
        designs=designs(actor),
        queues=sorted(queues, key=lambda queue: queue.title.casefold()),
        recent=[Opened(one, title) for one, title in _referred("opened", rows)],
        focus=[one for one, _ in _referred("focus", rows)],
        totals=_counts(rows, found) if listing else {},
        views=_seen_views(rows, views),
        names={(name.removeprefix(NAME), key): title for name, key, title, _ in rows if name.startswith(NAME)},
        chart=_bars(actor, listing, rows),
        own=own_fields.known(rows) if listing and listing.own else {},
    )


def _line(name: str, number: Fragment) -> Fragment:
    return Fragment(f"SELECT '{name}', '', '', {number.sql}", number.params)


def _items(name: str, says: str, chosen: Fragment) -> Fragment:
    reference = "number || ' ' || kind || ' ' || ordinal"
    return Fragment(f"SELECT '{name}', {reference}, {says}, place FROM ({chosen.sql}) {name}", chosen.params)


def _referred(name: str, rows: Sequence[Line]) -> list[tuple[str, str]]:
    """The references of these lines with what is said of them, in their order."""
    lines = sorted((place, key, says) for line, key, says, place in rows if line == name)
    found = ((map(int, key.split()), says) for _, key, says in lines)
    return [(str(Reference(KINDS[kind], number, ordinal)), says) for (number, kind, ordinal), says in found]


def _totals(actor: Actor, listing: Listing | None) -> list[Fragment]:
    if listing is None:
        return []
    if listing.narrow != TRUE or listing.place.anybodys:
        return [narrowed.tally(listing.place, actor, listing.narrow, listing.now, listing.tonight)]
    ranges = {status: due_range(status, listing.now, listing.tonight) for status in ORDER}
    return [_line(status.value, counted(listing.place, actor, due)) for status, due in ranges.items()]


def _counts(rows: Sequence[Line], found: Mapping[str, Count]) -> Mapping[DueStatus, Count]:
    """The totals of a list; of a narrowed one, those among the rows that were looked at."""
    tallied = [(key, hit, number) for name, key, hit, number in rows if name == "tally"]
    if DueStatus.OVERDUE.value in found:
        return {status: found[status.value] for status in ORDER}
    more = sum(number for _, _, number in tallied) > narrowed.TALLIED
    hits = {key: number for key, hit, number in tallied if hit}
    return {status: Count(hits.get(status.value, 0), more) for status in ORDER}


def _chart(actor: Actor, listing: Listing | None) -> list[Fragment]:
    if listing is None or not listing.chart:
        return []
    day = (listing.now, listing.tonight)
    drawn = charts.chart(listing.chart, listing.place, actor, listing.narrow, *day)
    return [drawn, charts.colleagues(actor, listing.team.near, only=listing.team.alone)] if listing.team else [drawn]


def _bars(actor: Actor, listing: Listing | None, rows: Sequence[Line]) -> list[Bar]:
    if listing is None or not listing.chart:
        return []
    found = charts.bars(listing.chart, rows)
    return charts.team(actor, rows, found) if listing.team else charts.pareto(found)


def _views(actor: Actor, views: Views | None) -> list[Fragment]:
    if views is None:
        return []
    reader = views.reader
    return [
        narrowed.glance(
            one.id, narrowed.everywhere(one.narrowing, reader), actor, narrowed.narrow(one.narrowing, reader)
        )
        for one in views.shortcuts
    ]


def _seen_views(rows: Sequence[Line], views: Views | None) -> list[ViewCount]:
    looked: dict[str, dict[str, int]] = {}
    for name, key, hit, number in rows:
        if name == "view":
            looked.setdefault(key, {})[hit] = number
    counts = {key: Count(of.get("hit", 0), sum(of.values()) > narrowed.GLANCED) for key, of in looked.items()}
    nothing = Count(0)
    return [ViewCount(one.id, one.title, counts.get(str(one.id), nothing)) for one in views.shortcuts] if views else []


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
    return actor.grants is None and actor.is_staff and may(actor, "publish")


def designs(actor: Actor) -> bool:
    """Whether this person writes drafts of processes, be it for others to set them live (BU-4)."""
    return actor.grants is None and actor.is_staff and may(actor, "configure")
