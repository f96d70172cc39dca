"""Many rows at once: COPY on PostgreSQL, prepared multi-row inserts on SQLite; indexes are built afterwards.

Measured for a million items: with the indexes in place SQLite writes a tenth of the rows a second, for every row
touches a page of each index somewhere in the file.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from tramita.domain.codes import Clock, Kind, Listed, Method, Problem, State, WaitType

TABLES = ("items", "entries", "messages", "timers")
_JSON, _EMPTY = json.JSONEncoder(ensure_ascii=False), dict[Any, str](((dict, "{}"), (list, "[]")))
WORTH_IT = 5_000  # rows below which building indexes anew costs more than keeping them


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table as the driver takes them, which are the same on their way from another process."""

    table: str
    columns: Sequence[str]
    values: Sequence[Sequence[Any]]


def rows(table: str, columns: Sequence[str], values: Iterable[Sequence[Any]], vendor: str) -> Rows:
    """Values in the order of `columns`, made ready for this database."""
    convert = _CONVERT[vendor]
    ready = [[value if (to := convert.get(type(value))) is None else to(value) for value in row] for row in values]
    return Rows(table, columns, ready)


def write(some: Rows) -> None:
    """Insert them."""
    if not some.values:
        return
    names = ", ".join(some.columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {some.table} ({names}) FROM STDIN") as copy:
                for row in some.values:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(some.columns))
            statement = f"INSERT INTO {some.table} ({names}) VALUES ({marks})"  # noqa: S608 - names of ours
            cursor.executemany(statement, some.values)


def _document(value: Any) -> str:
    return _JSON.encode(value) if value else _EMPTY[type(value)]


def _sqlite_moment(value: datetime) -> str:
    return value.isoformat(" ")[:19]  # all of ours are UTC, to the second


_BOTH: Mapping[type, Any] = {
    **dict.fromkeys((dict, list), _document),
    **{words: {word: word.value for word in words}.__getitem__ for words in (WaitType, Method, Clock, Problem)},
    **{words: {word: word.number for word in words}.__getitem__ for words in (Kind, State, Listed)},
}
_CONVERT: Mapping[str, Mapping[type, Any]] = {
    "sqlite": {**_BOTH, datetime: _sqlite_moment},
    "postgresql": {**_BOTH, datetime: datetime.isoformat},
}


@contextmanager
def without_indexes(count: int) -> Iterator[None]:
    """Take the indexes and foreign keys of the big tables away while so many rows are written, and put them back.

    Inside one transaction: whoever is interrupted finds the database as it was.
    """
    if count < WORTH_IT:
        yield
        return
    with connection.cursor() as cursor:
        away, back = _sqlite(cursor) if connection.vendor == "sqlite" else _postgresql(cursor)
        for statement in away:
            cursor.execute(statement)
        yield
        for statement in back:
            cursor.execute(statement)


def _sqlite(cursor: Any) -> tuple[list[str], list[str]]:
    marks = ", ".join(["%s"] * len(TABLES))
    cursor.execute(
        f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})",  # noqa: S608 - names of ours
        TABLES,
    )
    found = cursor.fetchall()
    return [f'DROP INDEX "{name}"' for name, _ in found], [sql for _, sql in found]


def _postgresql(cursor: Any) -> tuple[list[str], list[str]]:
    """Foreign keys first: a million deferred checks would wait in memory for the commit."""
    cursor.execute(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)",
        [list(TABLES)],
    )
    keys = cursor.fetchall()
    cursor.execute(
        "SELECT quote_ident(indexname), indexdef FROM pg_indexes i WHERE tablename = ANY(%s) AND schemaname = "
        "current_schema() AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)",
        [list(TABLES)],
    )
    indexes = cursor.fetchall()
    away = [f"ALTER TABLE {table} DROP CONSTRAINT {name}" for table, name, _ in keys]
    back = [definition for _, definition in indexes]
    back += [f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for table, name, definition in keys]
    return away + [f"DROP INDEX {name}" for name, _ in indexes], back
