"""Every visible item, narrowed and sorted: `GET /items` (INTERFACES section 5)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from tramita.domain import references
from tramita.domain.actors import Actor
from tramita.domain.codes import DueStatus, Kind, Listed, Mark, Role, State
from tramita.domain.errors import Invalid
from tramita.domain.narrowing import Reader
from tramita.domain.permissions import Sight
from tramita.models import Definition, Item, Organisation, Person, Queue
from tramita.queries import cursors
from tramita.queries.due_rules import installation_zone
from tramita.queries.narrowed import narrow
from tramita.queries.rows import fetch, stored
from tramita.queries.visibility import NOTHING, TRUE, Fragment, both, condition, visible_sql, works
from tramita.queries.worklists import due_range


@dataclass(frozen=True, slots=True)
class Filters:
    """What to narrow by; empty means all. Names that do not exist match nothing."""

    kind: Sequence[Kind] = ()
    state: Sequence[State] = ()
    list: Sequence[Listed] = ()
    mark: Sequence[Mark] = ()  # any of them; whoever asks for things is shown none
    queue: str = ""  # its key
    assignee: str = ""  # me, none, an id, an address, or a robot's name
    organisation: str = ""  # its key
    category: str = ""  # its path
    due: DueStatus | None = None  # a day begins and ends in the installation's zone
    overdue: bool | None = None
    q: str = ""  # a reference, or part of the title
    updated_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Some items, and the cursor of the next page, None on the last."""

    items: Sequence[Item]
    next: str | None


@dataclass(frozen=True, slots=True)
class Sort:
    """An order that an index gives: its columns, and how a cursor's parts are read."""

    columns: tuple[str, ...]
    read: tuple[Callable[[str], Any], ...]


SORTS: Mapping[str, Sort] = {
    "due": Sort(("sort_due", "id"), (cursors.moment, cursors.number)),
    "updated": Sort(("updated_at", "id"), (cursors.moment, cursors.number)),
    "created": Sort(("id",), (cursors.number,)),
    "number": Sort(("number", "kind", "ordinal"), (cursors.number, cursors.number, cursors.number)),
}
NEWEST = "-updated"
FALSE = Fragment("FALSE")
LONGEST_ID = 18  # digits that a database's integer can hold


def search(
    actor: Actor,
    filters: Filters,
    *,
    at: datetime,
    sort: str = NEWEST,
    cursor: str | None = None,
    limit: int = 50,
) -> Found:
    """The items that this actor may see and the filters let through. Cost: two statements.

    Raises: Invalid, for a sort or a cursor that we do not have.
    """
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name not in SORTS:
        raise Invalid.one("sort", "invalid", "Sort by due, updated, created or number, with - for the other way.")
    order = SORTS[name]
    wanted = both(visible_sql(actor), _asked(actor), narrowed(actor, filters, at), _beyond(order, sort, cursor))
    ids = [row[0] for row in fetch(*_ordered(order, wanted, filters, descending=descending, limit=limit + 1))]
    held = Item.objects.in_bulk(ids[:limit])
    items = [held[one] for one in ids[:limit] if one in held]
    more = len(ids) > limit and bool(items)
    return Found(items, _cursor(order, sort, items[-1]) if more else None)


def narrowed(actor: Actor, filters: Filters, at: datetime) -> Fragment:
    """The filters as one condition without joins."""
    q = Q()
    for name, values in (("kind", filters.kind), ("state", filters.state), ("listed", filters.list)):
        if values:
            q &= Q(**{f"{name}__in": [value.number for value in values]})
    if filters.queue:
        q &= Q(queue=Queue.objects.filter(key=filters.queue).values("pk")[:1])
    if filters.assignee:
        q &= _assignee(actor, filters.assignee)
    if filters.organisation:
        q &= Q(organisation=Organisation.objects.filter(key=filters.organisation).values("pk")[:1])
    if filters.category:
        q &= Q(process=Definition.objects.filter(kind="category", key=filters.category).values("pk")[:1])
    if filters.updated_since:
        q &= Q(updated_at__gte=filters.updated_since)
    if filters.q:
        q &= _words(filters.q)
    return both(condition(Item, q), _marked(actor, filters, at), _due(filters, at))


def _marked(actor: Actor, filters: Filters, at: datetime) -> Fragment:
    if not filters.mark:
        return TRUE
    return narrow((("mark", tuple(filters.mark)),), Reader(actor.id, at, at, UTC)) if works(actor) else FALSE


def _assignee(actor: Actor, wanted: str) -> Q:
    if wanted == "me":
        return Q(assignee=actor.id)
    if wanted == "none":
        return Q(assignee=None)
    if wanted.isascii() and wanted.isdecimal():
        return Q(assignee=int(wanted)) if len(wanted) <= LONGEST_ID else NOTHING
    name = {"email": wanted.strip().lower()} if "@" in wanted else {"key": wanted.strip()}
    return Q(assignee=Person.objects.filter(**name).values("pk")[:1])


def _words(text: str) -> Q:
    """What is a reference is looked up as one; anything else is part of the title."""
    if named := references.parse(text):
        return Q(kind=named.kind, number=named.number, ordinal=named.ordinal)
    return Q(title__icontains=text.strip())


def _due(filters: Filters, at: datetime) -> Fragment:
    tomorrow = at.astimezone(installation_zone()).date() + timedelta(days=1)
    tonight = datetime.combine(tomorrow, time(), tzinfo=installation_zone())
    late = TRUE
    if filters.overdue is not None:
        late = Fragment(f"sort_due {'<' if filters.overdue else '>='} %s", (stored(at),))
    return both(due_range(filters.due, at, tonight), late)


def _asked(actor: Actor) -> Fragment:
    """Whoever asked has few items in a large table: three indexes find them, none orders them."""
    if actor.role not in (Role.REQUESTER, Role.MANAGER):
        return TRUE
    parts = ["SELECT id FROM items WHERE requester_id = %s", "SELECT id FROM items WHERE primary_contact_id = %s"]
    params = [actor.id, actor.id]
    if actor.role is Role.MANAGER and actor.organisation_id is not None:
        ours = "SELECT id FROM organisations WHERE id = %s OR parent_id = %s"
        parts.append(f"SELECT id FROM items WHERE organisation_id IN ({ours})")
        params += [actor.organisation_id, actor.organisation_id]
    elif actor.sees == Sight.ORGANISATION and actor.organisation_id is not None:
        parts.append("SELECT id FROM items WHERE organisation_id = %s")
        params.append(actor.organisation_id)
    return Fragment(f"items.id {ONE_OF[connection.vendor].format(' UNION '.join(parts))}", tuple(params))


# PostgreSQL would rather read the whole table than join a set whose size it guesses wrong
ONE_OF = {"postgresql": "= ANY(ARRAY({}))", "sqlite": "IN ({})"}


def _beyond(order: Sort, sort: str, cursor: str | None) -> Fragment:
    """What comes after the last item of the page before."""
    if not cursor:
        return TRUE
    of, *parts = cursors.decoded(cursor)
    if of != sort or len(parts) != len(order.columns):
        raise cursors.not_ours()
    values = tuple(read(part) for read, part in zip(order.read, parts, strict=True))
    marks = ", ".join(["%s"] * len(values))
    sign = "<" if sort.startswith("-") else ">"
    params = tuple(stored(value) if isinstance(value, datetime) else value for value in values)
    return Fragment(f"({', '.join(f'items.{column}' for column in order.columns)}) {sign} ({marks})", params)


def _ordered(
    order: Sort, wanted: Fragment, filters: Filters, *, descending: bool, limit: int
) -> tuple[str, tuple[Any, ...]]:
    """The statement that gives the ids. By due date it is a branch a list, for that is the order of the index."""
    way = " DESC" if descending else ""
    by = f"ORDER BY {', '.join(f'{column}{way}' for column in order.columns)} LIMIT {int(limit)}"
    columns = ", ".join(dict.fromkeys(("id", *order.columns)))
    if order.columns[0] != "sort_due":
        return f"SELECT {columns} FROM items WHERE {wanted.sql} {by}", wanted.params
    lists = [one.number for one in filters.list or Listed]
    parts = [
        f"SELECT * FROM (SELECT {columns} FROM items WHERE list = {one} AND {wanted.sql} {by}) b{one}"
        for one in dict.fromkeys(lists)
    ]
    return f"{' UNION ALL '.join(parts)} {by}", wanted.params * len(parts)


def _cursor(order: Sort, sort: str, item: Item) -> str:
    values = (getattr(item, column) for column in order.columns)
    return cursors.encoded(sort, *(value.number if isinstance(value, Kind) else value for value in values))
