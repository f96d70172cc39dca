"""A condition as SQL, the list that a narrowing means, and what is counted of it (H-7).

What is counted of a narrowed list is counted among its first rows: a rare value in a long list would else cost more
than knowing is worth. Where there were more rows than were looked at, the number says “or more”.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Any

from django.db import connection

from tramita.domain.actors import Actor
from tramita.domain.codes import DueStatus, Kind, Listed, Mark, State
from tramita.domain.conditions import All, AnyOf, Comparison, Condition, Literal, Not
from tramita.domain.narrowing import OPEN, TAG, Narrowing, Reader, is_own
from tramita.domain.narrowing import condition as meaning
from tramita.queries.own_fields import value_sql
from tramita.queries.rows import stored
from tramita.queries.visibility import TRUE, Fragment, both
from tramita.queries.worklists import Place, due_range, seen_sql

MOST_BRANCHES = 12
TALLIED = 2000  # rows that the totals of a narrowed list look at
GLANCED = 200  # rows that the number beside a view in the sidebar looks at
# codes are numbers of ours, written out: so PostgreSQL knows how few items each has
NUMBERS: Mapping[str, Callable[[str], int]] = {
    "kind": lambda code: Kind(code).number,
    "state": lambda code: State(code).number,
    "list": lambda code: Listed(code).number,
}
COLUMNS: Mapping[str, str] = {
    **{mark: mark.value for mark in Mark},
    "assignee": "assignee_id",
    "owner": "owner_id",
    "queue": "queue_id",
    "organisation": "organisation_id",
    "process": "process_id",
    "wait": "wait_type",
    "created": "created_at",
    "updated": "updated_at",
}
TABLES: Mapping[str, str] = {"queue": "queues", "organisation": "organisations"}
DRIVES = ("assignee", "owner", "queue", "organisation")  # an index each, which a branch a value reads in order


def compiled(condition: Condition, reader: Reader) -> Fragment:
    """The condition over the table `items`; it holds for the same items as `conditions.holds` says of their values."""
    match condition:
        case All(parts):
            return both(*(compiled(part, reader) for part in parts))
        case AnyOf(parts):
            return _any([compiled(part, reader) for part in parts])
        case Not(part):
            inner = compiled(part, reader)
            return Fragment(f"(NOT COALESCE(({inner.sql}), FALSE))", inner.params)
        case Comparison():
            return _compared(condition, reader)


def narrow(narrowing: Narrowing, reader: Reader) -> Fragment:
    """What of a list is let through."""
    return compiled(meaning(narrowing, reader), reader)


def everywhere(narrowing: Narrowing, reader: Reader) -> Place:
    """Every list at once; what is Closed only when it is asked for.

    A branch for each list and for each value of the first field that has an index of its own.
    """
    asked = dict(narrowing)
    lists = [Fragment(f"list = {Listed(one).number}") for one in _lists(asked)]
    return Place(tuple(both(*parts) for parts in product(_driven(asked, len(lists), reader), lists)), anybodys=True)


def tally(place: Place, actor: Actor, wanted: Fragment, now: datetime, tonight: datetime) -> Fragment:
    """Lines `('tally', status, 'hit' or '', number)` over the first rows of the list (H-2)."""
    looked, status = looked_at(place, actor, wanted, TALLIED), status_sql(now, tonight)
    return Fragment(
        f"SELECT 'tally', status, hit, COUNT(*) FROM (SELECT {status.sql} AS status, hit FROM ({looked.sql}) l) t "
        "GROUP BY status, hit",
        (*status.params, *looked.params),
    )


def status_sql(now: datetime, tonight: datetime) -> Fragment:
    """The due status of a row, as its code (SLA-13)."""
    ranges = [(one, due_range(one, now, tonight)) for one in (DueStatus.OVERDUE, DueStatus.TODAY, DueStatus.ON_TARGET)]
    cases = " ".join(f"WHEN {due.sql} THEN '{status.value}'" for status, due in ranges)
    return Fragment(f"CASE {cases} ELSE '{DueStatus.NOT_SET.value}' END", _params([due for _, due in ranges]))


def glance(view: int, place: Place, actor: Actor, wanted: Fragment) -> Fragment:
    """Lines `('view', id, 'hit' or '', number)` over the first rows of a view."""
    looked = looked_at(place, actor, wanted, GLANCED)
    return Fragment(f"SELECT 'view', '{int(view)}', hit, COUNT(*) FROM ({looked.sql}) l GROUP BY hit", looked.params)


def looked_at(place: Place, actor: Actor, wanted: Fragment, most: int, *, also: Sequence[str] = ()) -> Fragment:
    """The first rows of a list and one more, and which of them are meant: the same rows however long the list is."""
    hit, order = both(seen_sql(place, actor), wanted), f"ORDER BY sort_due, id LIMIT {most + 1}"
    columns = f"{', '.join(('sort_due', 'id', *also))}, CASE WHEN {hit.sql} THEN 'hit' ELSE '' END AS hit"
    parts = [
        f"SELECT * FROM (SELECT {columns} FROM items WHERE {branch.sql} {order}) b{number}"
        for number, branch in enumerate(place.branches or (Fragment("FALSE"),))
    ]
    params = tuple(one for branch in place.branches or (TRUE,) for one in (*hit.params, *branch.params))
    return Fragment(f"SELECT * FROM ({' UNION ALL '.join(parts)}) u {order}", params)


def _params(fragments: Sequence[Fragment]) -> tuple[Any, ...]:
    return tuple(one for fragment in fragments for one in fragment.params)


def _lists(asked: Mapping[str, Sequence[str]]) -> Iterator[Listed]:
    """What is Closed stands in no list, and nothing else is Closed (L-1 to L-4)."""
    states = asked.get("state", ())
    if not states or set(states) != {State.CLOSED.value}:
        yield from (one for one in OPEN if one in asked.get("list", OPEN))
    if State.CLOSED.value in states and "list" not in asked:
        yield Listed.NONE


def _driven(asked: Mapping[str, Sequence[str]], lists: int, reader: Reader) -> list[Fragment]:
    for name in DRIVES:
        values = asked.get(name, ())
        if values and len(values) * lists <= MOST_BRANCHES:
            parts = {narrow(((name, (value,)),), reader): None for value in values}
            return list(parts)  # “me” and my own number are one
    return [TRUE]


def _any(parts: Sequence[Fragment]) -> Fragment:
    if not parts:
        return Fragment("FALSE")
    return Fragment(f"({' OR '.join(part.sql for part in parts)})", _params(parts))


def _compared(wanted: Comparison, reader: Reader) -> Fragment:
    field, op, value = wanted.field, wanted.op, wanted.value
    if value is None:
        return Fragment(f"{column_of(field)} IS {'NULL' if op == '==' else 'NOT NULL'}")
    if op == "in":
        return _in(field, value if isinstance(value, tuple) else (value,), reader)
    if isinstance(value, bool):
        return Fragment(_flag(field) if value == (op == "==") else f"NOT {_flag(field)}")
    sign = {"==": "=", "!=": "<>"}.get(op, op)
    return Fragment(f"{COLUMNS[field]} {sign} %s", (stored(datetime.fromisoformat(str(value))),))


def _in(field: str, values: Sequence[Literal], reader: Reader) -> Fragment:
    if field == "due":
        return _any([due_range(DueStatus(str(value)), reader.now, reader.tonight) for value in values])
    if field in NUMBERS:
        return Fragment(f"{field} IN ({', '.join(str(NUMBERS[field](str(value))) for value in values)})")
    if field == "process":
        return _below([str(value) for value in values])
    marks = ", ".join(["%s"] * len(values))
    if field == TAG:
        # asked of each row that is walked, whatever the planner: a tag's own list has all that ever had it
        tagged = f"SELECT 1 FROM item_tags t WHERE t.item_id = items.id AND t.tag IN ({marks}) LIMIT 1"
        return Fragment(f"(({tagged}) IS NOT NULL)", tuple(values))
    column = column_of(field)
    if table := TABLES.get(field):
        how = (
            f"= (SELECT id FROM {table} WHERE key = %s)"
            if len(values) == 1
            else (f"IN (SELECT id FROM {table} WHERE key IN ({marks}))")
        )
        return Fragment(f"{column} {how}", tuple(values))
    return Fragment(f"{column} = %s" if len(values) == 1 else f"{column} IN ({marks})", tuple(values))


def _flag(field: str) -> str:
    """SQLite would walk a whole list for the handful that is first; PostgreSQL finds their index by itself."""
    handful = field == Mark.PRIORITISED and connection.vendor == "sqlite"
    return "id IN (SELECT id FROM items WHERE prioritised)" if handful else COLUMNS[field]


def column_of(field: str) -> str:
    """What of an item a field of a narrowing is compared with."""
    return value_sql(field) if is_own(field) else COLUMNS.get(field, field)


def _below(paths: Sequence[str]) -> Fragment:
    """At or below a customer, contract, service, category or Case type."""
    parts = [Fragment(f"key = %s OR substr(key, 1, {len(path) + 1}) = %s", (path, f"{path}/")) for path in paths]
    inside = _any(parts)
    return Fragment(
        f"process_id IN (SELECT id FROM definitions WHERE kind IN ('category', 'case_type') AND {inside.sql})",
        inside.params,
    )
