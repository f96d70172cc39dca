"""Rows that wait to be written, many an INSERT (MEASURED section 4): what `sql.many_rows` keeps while a batch goes on.

Nobody sees the difference: any statement that names a table with waiting rows has them written first, unless it is a
known look-up that they cannot matter to. Ids are drawn beforehand, so that rows may name each other; foreign keys are
checked at the commit. An item that is changed while it waits is written once, as it became.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection

TABLES = ("items", "messages", "attachments", "entries", "deliveries")  # in the order in which they are written
NAMED = ("items", "messages")  # whose ids others carry
CHUNK = 50  # rows a statement: one text for most of them, which PostgreSQL keeps prepared

Row = dict[str, Any]
Lookup = Callable[["Unwritten", Sequence[Any]], bool]

DRAW = (
    "UPDATE counters SET value = value + 1 WHERE name = 'item' RETURNING value, "
    "(SELECT MAX(seq) FROM sqlite_sequence WHERE name = 'items'), "
    "(SELECT MAX(seq) FROM sqlite_sequence WHERE name = 'messages')"
)
LOOKUPS: dict[str, Lookup] = {DRAW: lambda held, params: False}  # by their text: do the waiting rows matter to them?

_TABLE = re.compile(rf"\b({'|'.join((*TABLES, 'seen_messages'))})\b")


def by_column(table: str, column: str) -> Lookup:
    """Of a look-up whose first parameter is compared with this column: the rows that have the same value matter."""
    return lambda held, params: any(row[column] == params[0] for row in held.rows[table])


def by_columns(table: str, places: Mapping[str, int]) -> Lookup:
    """Of a look-up that compares several columns, each with the parameter at its place."""
    return lambda held, params: any(row[name] == params[at] for row in held.rows[table] for name, at in places.items())


@lru_cache(maxsize=512)
def _tables_in(statement: str) -> frozenset[str]:
    return frozenset(_TABLE.findall(statement))


class Unwritten:
    """The waiting rows of one transaction. `insert` and `execute` write them; `expected` mails or so are to come."""

    def __init__(
        self, insert: Callable[[str, Sequence[Row]], object], finish: Callable[[Sequence[Any]], None], expected: int
    ) -> None:
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.finished: list[Any] = []  # what became of messages seen
        self._insert, self._finish, self._expected = insert, finish, expected
        self._items: dict[int, Row] = {}
        self._ids: dict[str, Iterator[int]] = {}
        self._numbers: list[int] = []

    def add(self, table: str, rows: Sequence[Mapping[str, Any]], *, returning: bool) -> list[int]:
        """Have them wait; the ids of rows that others name."""
        held = [dict(row, id=self._id(table)) if returning else dict(row) for row in rows]
        self.rows[table] += held
        if table == "items":
            self._items |= {row["id"]: row for row in held}
        return [row["id"] for row in held] if returning else []

    def change_item(self, item_id: int, version: int, columns: Mapping[str, Any]) -> bool:
        """Change an item that waits. False: it does not, or has not this version."""
        row = self._items.get(item_id)
        if row is None or row["version"] != version:
            return False
        row |= columns
        row["version"] = version + 1
        return True

    def number(self) -> int:
        """The next number of an item, drawn with the ids that usually follow."""
        if connection.vendor == "postgresql":
            return self._number_of_many()
        with connection.cursor() as cursor:
            cursor.execute(DRAW)
            number, *last = cursor.fetchone()
        for table, highest in zip(NAMED, last, strict=True):
            self._ids.setdefault(table, _upwards(highest))
        return int(number)

    def _number_of_many(self) -> int:
        if not self._numbers:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT nextval('item_numbers'), nextval('items_id_seq'), nextval('messages_id_seq') "
                    "FROM generate_series(1, %s)",
                    [self._expected],
                )
                numbers, items, messages = zip(*cursor.fetchall(), strict=True)
            self._numbers = list(numbers)
            self._ids = {"items": iter(items), "messages": iter(messages)}
            self._expected = 1
        return self._numbers.pop(0)

    def _id(self, table: str) -> int:
        """On SQLite counted up under the lock of the writer: whoever else inserts there has the rows written first."""
        found = next(self._ids.get(table, iter(())), None)
        if found is not None:
            return found
        postgresql = connection.vendor == "postgresql"
        with connection.cursor() as cursor:
            if postgresql:
                cursor.execute("SELECT nextval(%s::regclass)", [f"{table}_id_seq"])
            else:
                cursor.execute("SELECT MAX(seq) FROM sqlite_sequence WHERE name = %s", [table])
            value = cursor.fetchone()[0]
        if postgresql:
            return int(value)
        self._ids[table] = _upwards(value)
        return next(self._ids[table])

    def guard(self, execute: Callable[..., Any], statement: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's
        """Write what waits before a statement that would miss it; what waits inside a savepoint goes with it."""
        if statement.startswith("ROLLBACK TO"):
            self.drop()
        elif statement.startswith("SAVEPOINT") or self._matters(statement, params):
            self.write()
        return execute(statement, params, many, context)

    def _matters(self, statement: str, params: Any) -> bool:
        if lookup := LOOKUPS.get(statement):
            return lookup(self, params)
        tables = _tables_in(statement)
        return bool(("seen_messages" in tables and self.finished) or any(self.rows.get(table) for table in tables))

    def write(self) -> None:
        """All that waits, and nothing waits any more."""
        rows, finished = self.rows, self.finished
        self.drop()
        for table in TABLES:
            for same in _alike(rows.get(table, ())):
                for start in range(0, len(same), CHUNK):
                    self._insert(table, same[start : start + CHUNK])
        if finished:
            self._finish(finished)

    def drop(self) -> None:
        """Forget it."""
        self.rows, self.finished, self._items = defaultdict(list), [], {}
        if connection.vendor == "sqlite":
            self._ids = {}


def _upwards(highest: int | None) -> Iterator[int]:
    following = (highest or 0) + 1
    while True:
        yield following
        following += 1


def _alike(rows: Sequence[Row]) -> list[list[Row]]:
    """Those with the same columns together."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row), []).append(row)
    return list(groups.values())
