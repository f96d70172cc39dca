"""The lists people live in: Inbox, Owned Work, queues, what was opened last (L-1 to L-4, L-9, L-10, G-12, H-1, H-2).

A list is one branch or several, each a range of one index in the order of the list; a page reads at most its
own length of each and goes on after the last row of the page before (MEASURED section 3).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from tramita.domain.actors import Actor
from tramita.domain.codes import DueStatus, Listed
from tramita.domain.errors import NotFound
from tramita.domain.kept_text import can_be_kept
from tramita.domain.permissions import Permission
from tramita.queries.list_rows import BESIDES, FIELDS, NAMES, READ, SHOWN, Row, row_from, with_more
from tramita.queries.rows import fetch, stored
from tramita.queries.visibility import TRUE, Fragment, both, listed_sql, may, visible_sql

PAGE = 50
MOST_PEOPLE = 40  # who have a branch each in a list of several people's work
CAP = 1000  # counts stop there: more would cost more than knowing is worth
END_OF_TIME = datetime.fromisoformat("9999-12-31T00:00:00+00:00")  # `sort_due` of what is not due
# written out, not a parameter: so PostgreSQL knows how few items a list has and keeps the plan of a prepared
# statement, instead of planning it anew at each page (2 of 10 ms)
CLOSED, INBOX, OWNED, QUEUED = (f"list = {listed.number}" for listed in Listed)
ORDER = (DueStatus.OVERDUE, DueStatus.TODAY, DueStatus.ON_TARGET, DueStatus.NOT_SET)


After = tuple[Any, ...]  # where the page before ended: the values of the order's columns


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and where to go on; None on the last page."""

    rows: list[Row]
    next: After | None


@dataclass(frozen=True, slots=True)
class Place:
    """Which list: conditions that have no item in common. `anybodys`: it reaches into other people's lists."""

    branches: tuple[Fragment, ...]
    anybodys: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """In which order, and what of a row says where it stands. The id tells apart what is equal."""

    columns: tuple[str, ...]
    at: Callable[[Row], After]
    descending: bool = False


BY_DUE = Order(("sort_due", "id"), lambda row: (row.sort_due, row.id))
BY_UPDATE = Order(("updated_at", "id"), lambda row: (row.updated_at, row.id))
BY_CREATION = Order(("id",), lambda row: (row.id,))
ORDERS: Mapping[str, Order] = {
    f"{sign}{name}": replace(order, descending=bool(sign))
    for name, order in (("due", BY_DUE), ("updated", BY_UPDATE), ("created", BY_CREATION))
    for sign in ("", "-")
}


def inbox(actor: Actor) -> Place:
    """Assigned to this person, with active work (L-1); their Drafts too (L-9)."""
    return Place((Fragment(f"assignee_id = %s AND {INBOX}", (actor.id,)),))


def owned(actor: Actor) -> Place:
    """With no active work now (L-2, L-3): what is assigned to them; unassigned, what they own; their team's (L-10).

    A plus takes a column off the planner's list, so that each branch stays on its own index: what nobody owns is
    a handful, and what waits in a queue is not.
    """
    branches = [
        Fragment(f"assignee_id = %s AND {OWNED}", (actor.id,)),
        Fragment(f"owner_id = %s AND {OWNED} AND +assignee_id IS NULL", (actor.id,)),
    ]
    if queues := sorted(actor.queue_ids):
        marks = ", ".join(["%s"] * len(queues))
        nobodys = f"owner_id IS NULL AND {OWNED} AND +assignee_id IS NULL AND +queue_id IN ({marks})"
        branches.append(Fragment(nobodys, tuple(queues)))
    return Place(tuple(branches))


def in_queue(queue_id: int) -> Place:
    """Nobody's, waiting for this team (L-4)."""
    return in_queues([queue_id])


def of_queue(key: str) -> tuple[Place, str, str | None]:
    """The list of an active queue, what it is called, and after what time it takes back what nobody began (Q-6).

    Raises: NotFound. Cost: one statement.
    """
    known = "SELECT id, title, return_idle FROM queues WHERE key = %s AND active"
    for found, title, idle in fetch(known, [key]) if can_be_kept(key) else ():
        return in_queue(found), title, idle
    raise NotFound("There is no such queue.")


def in_queues(queue_ids: Iterable[int]) -> Place:
    """Several queues, such as all of a person's (H-1): a branch each, which is quick whatever the data."""
    return Place(tuple(Fragment(f"queue_id = %s AND {QUEUED}", (one,)) for one in sorted(queue_ids)))


def of_teams(actor: Actor) -> Place:
    """What this person's queues have, whoever works on it; for who leads, all that is open (H-1, H-5)."""
    if may(actor, Permission.TEAMS):
        return Place(tuple(Fragment(one) for one in (INBOX, QUEUED, OWNED)), anybodys=True)
    return in_teams(actor)


def in_teams(actor: Actor) -> Place:
    """What this person's queues have, whoever works on it (H-1)."""
    lists = (INBOX, QUEUED, OWNED)
    branches = (Fragment(f"queue_id = %s AND {one}", (queue,)) for queue in sorted(actor.queue_ids) for one in lists)
    return Place(tuple(branches), anybodys=True)


def of_people(ids: Collection[int], narrow: Fragment = TRUE) -> Place:
    """What is assigned to these people: a branch a person, which is quick; of very many, what of all is theirs."""
    if not ids:
        return Place((), anybodys=True)
    if len(ids) > MOST_PEOPLE:
        marks = ", ".join(["%s"] * len(ids))
        whose = [Fragment(f"assignee_id IN ({marks})", tuple(sorted(ids)))]
    else:
        whose = [Fragment("assignee_id = %s", (one,)) for one in sorted(ids)]
    branches = (both(one, Fragment(listed), narrow) for one in whose for listed in (INBOX, OWNED))
    return Place(tuple(branches), anybodys=True)


def around_me(actor: Actor, ids: Collection[int]) -> Place:
    """The whole of H-1: what this person's queues have, and what is assigned to them and to these people besides."""
    teams = of_teams(actor)
    if may(actor, Permission.TEAMS):
        return teams
    queues = sorted(actor.queue_ids)
    marks = ", ".join(["%s"] * len(queues))
    besides = Fragment(f"(queue_id IS NULL OR +queue_id NOT IN ({marks}))", tuple(queues)) if queues else TRUE
    return Place((*teams.branches, *of_people({*ids, actor.id or 0}, besides).branches), anybodys=True)


def page(
    place: Place,
    actor: Actor,
    *,
    now: datetime,
    tonight: datetime,
    status: DueStatus | None = None,
    narrow: Fragment = TRUE,
    order: Order = BY_DUE,
    after: After | None = None,
    limit: int = PAGE,
    with_fields: bool = False,
    besides: Sequence[str] = (),
) -> Page:
    """The rows that this actor may see, the earliest due first. `tonight` is the end of the reader's day.

    `besides`: names of `BESIDES` that the rows are to have as well (H-4).
    Cost: one statement; none for a list without branches.
    """
    if not place.branches:
        return Page([], None)
    wanted = both(seen_sql(place, actor), due_range(status, now, tonight), narrow, _after(order, after))
    more = [BESIDES[name] for name in besides] + ([FIELDS] if with_fields else [])
    shown_too = "".join(f", {one.shown}" for one in more)
    branches = [both(branch, _known(branch, order), wanted) for branch in place.branches]
    found = _union(branches, order, limit + 1, READ + "".join(one.read for one in more))
    names = " ".join((NAMES, *(one.join for one in more if one.join)))
    rows = fetch(f"SELECT {SHOWN}{shown_too} FROM ({found.sql}) f {names} {_by(order, of='f.')}", found.params)
    shown = [with_more(row, besides, with_fields=with_fields) for row in rows[:limit]]
    return Page(shown, order.at(shown[-1]) if len(rows) > limit else None)


def _known(branch: Fragment, order: Order) -> Fragment:
    """SQLite takes the index of open work only when it reads that the work is open; PostgreSQL works it out."""
    partial = connection.vendor == "sqlite" and order.columns[0] != "sort_due" and CLOSED not in branch.sql
    return Fragment("NOT (list = 0)") if partial else TRUE


def seen_sql(place: Place, actor: Actor) -> Fragment:
    """What of a list this actor may see; of other people's lists it is the whole predicate (L-9)."""
    return visible_sql(actor) if place.anybodys else listed_sql(actor)


def recent(actor: Actor, *, limit: int = PAGE) -> list[Row]:
    """What this person opened last, newest first (G-12). Cost: one statement."""
    seen = visible_sql(actor)
    rows = fetch(
        f"SELECT {SHOWN} FROM (SELECT items.*, x.at FROM accesses x JOIN items ON items.id = x.item_id "
        f"WHERE x.person_id = %s AND {seen.sql} ORDER BY x.at DESC LIMIT {int(limit)}) f {NAMES} ORDER BY f.at DESC",
        [actor.id, *seen.params],
    )
    return [row_from(row) for row in rows]


def opened_sql(actor: Actor, *, limit: int) -> Fragment:
    """The references and titles of what this person opened last, numbered, the newest first (G-12)."""
    seen = visible_sql(actor)
    return Fragment(
        f"SELECT items.number, items.kind, items.ordinal, items.title, ROW_NUMBER() OVER (ORDER BY x.at DESC) AS place "
        f"FROM accesses x JOIN items ON items.id = x.item_id WHERE x.person_id = %s AND {seen.sql} "
        f"ORDER BY x.at DESC LIMIT {int(limit)}",
        (actor.id, *seen.params),
    )


def focus_sql(actor: Actor, columns: str) -> Fragment:
    """What of their Inbox this person has in focus, at `place` (Z-6)."""
    mine = listed_sql(actor)
    return Fragment(
        f"SELECT {columns}, x.position AS place FROM focus x JOIN items ON items.id = x.item_id "
        f"WHERE x.person_id = %s AND items.assignee_id = %s AND items.{INBOX} AND {mine.sql}",
        (actor.id, actor.id, *mine.params),
    )


def focus(actor: Actor) -> list[Row]:
    """The same as rows of a list, in their reader's order. Cost: one statement."""
    chosen = focus_sql(actor, "items.*")
    rows = fetch(f"SELECT {SHOWN} FROM ({chosen.sql}) f {NAMES} ORDER BY f.place", chosen.params)
    return [row_from(row) for row in rows]


def counted(place: Place, actor: Actor, narrow: Fragment = TRUE) -> Fragment:
    """A scalar subquery: how long a list is, up to one more than the cap."""
    if not place.branches:
        return Fragment("0")
    seen = [both(branch, seen_sql(place, actor), narrow) for branch in place.branches]
    parts = [
        f"SELECT * FROM (SELECT 1 FROM items WHERE {branch.sql} LIMIT {CAP + 1}) c{number}"
        for number, branch in enumerate(seen)
    ]
    together = f"SELECT 1 FROM ({' UNION ALL '.join(parts)}) parts LIMIT {CAP + 1}"
    return Fragment(
        f"(SELECT COUNT(*) FROM ({together}) counted)", tuple(one for branch in seen for one in branch.params)
    )


def _by(order: Order, *, of: str = "") -> str:
    way = " DESC" if order.descending else ""
    return f"ORDER BY {', '.join(f'{of}{column}{way}' for column in order.columns)}"


def _union(branches: Sequence[Fragment], by: Order, limit: int, columns: str) -> Fragment:
    """One limited branch beside the other, then the first of all."""
    order = f"{_by(by)} LIMIT {int(limit)}"
    parts = [f"SELECT {columns} FROM items WHERE {branch.sql} {order}" for branch in branches]
    params = tuple(one for branch in branches for one in branch.params)
    if len(parts) == 1:
        return Fragment(parts[0], params)
    together = " UNION ALL ".join(f"SELECT * FROM ({part}) b{number}" for number, part in enumerate(parts))
    return Fragment(f"{together} {order}", params)


def _after(order: Order, place: After | None) -> Fragment:
    if place is None:
        return TRUE
    marks, sign = ", ".join(["%s"] * len(place)), "<" if order.descending else ">"
    values = tuple(stored(value) if isinstance(value, datetime) else value for value in place)
    return Fragment(f"({', '.join(order.columns)}) {sign} ({marks})", values)


def due_range(status: DueStatus | None, now: datetime, tonight: datetime) -> Fragment:
    """The range of due dates of a status (SLA-13); a paused or stopped clock is not set."""
    start, end, never = stored(now), stored(max(now, tonight)), stored(END_OF_TIME)
    match status:
        case None:
            return TRUE
        case DueStatus.OVERDUE:
            return Fragment("sort_due < %s", (start,))
        case DueStatus.TODAY:
            return Fragment("sort_due >= %s AND sort_due < %s", (start, end))
        case DueStatus.ON_TARGET:
            return Fragment("sort_due >= %s AND sort_due < %s", (end, never))
    return Fragment("sort_due >= %s", (never,))
