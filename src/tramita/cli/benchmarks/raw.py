"""The raw limit: the rows of an operation written again with the driver alone, as new rows."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

MARK = {"sqlite": "?", "postgresql": "%s"}
_unused = itertools.count(10**9)


def unused() -> int:
    """A number that no row has yet in this run."""
    return next(_unused) + connection_start()


def connection_start() -> int:
    """Where this run's numbers begin, so that a second run in the same database does not meet the first."""
    return _start[0]


_start = [0]


def begin_after_earlier_runs() -> None:
    """Look for what an earlier run left."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(MAX(number), 0) FROM items WHERE number >= %s", [10**9])
        _start[0] = max(int(cursor.fetchone()[0]) - 10**9 + 1, 0)


@contextmanager
def transaction() -> Iterator[Any]:
    """The driver's connection, inside a transaction."""
    driver = connection.connection
    driver.execute("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN")
    yield driver
    driver.execute("COMMIT")


class Template:
    """Rows of one table to be written again, with other values in some columns."""

    def __init__(self, table: str, condition: str, params: Sequence[Any]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} WHERE {condition} ORDER BY id", params)  # noqa: S608 - ours
            names = [column[0] for column in cursor.description]
            self.columns = [name for name in names if name not in {"id", "tx"}]
            places = [names.index(name) for name in self.columns]
            self.rows = [[row[place] for place in places] for row in cursor.fetchall()]
        marks = ", ".join([MARK[connection.vendor]] * len(self.columns))
        every = ", ".join([f"({marks})"] * len(self.rows))
        self.sql = f"INSERT INTO {table} ({', '.join(self.columns)}) VALUES {every}"  # noqa: S608 - ours

    def write(self, driver: Any, changed: Mapping[str, Any], *, returning: bool = False) -> int:
        """Insert them all in one statement; the id of the first when asked for."""
        values = [
            changed.get(column, value) for row in self.rows for column, value in zip(self.columns, row, strict=True)
        ]
        cursor = driver.execute(self.sql + (" RETURNING id" if returning else ""), values)
        return int(cursor.fetchone()[0]) if returning else 0
