"""What the database drivers give and want, where a query is written as SQL text: the two differ in moments and JSON."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection


def fetch(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of one statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def fetch_planned_anew(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The same, where the best way depends on the values: of a rare word, or of a thousand items.

    PostgreSQL may settle on one plan for all values of a statement that is asked again and again; here it never does.
    """
    connection.ensure_connection()
    if connection.vendor != "postgresql":
        return fetch(sql, params)
    driver = connection.connection
    threshold, driver.prepare_threshold = driver.prepare_threshold, None
    try:
        return fetch(sql, params)
    finally:
        driver.prepare_threshold = threshold


def any_of(column: str, ids: Sequence[int]) -> tuple[str, list[Any]]:
    """The condition that an id is one of these, of any number, and its values.

    PostgreSQL takes them as one array: a thousand values cost its driver 3 ms, and each number of them is another
    statement to plan. Written out here: the driver looks at each of them twice.
    """
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s::bigint[])", [f"{{{','.join(map(str, ids))}}}"]
    return f"{column} IN ({', '.join(['%s'] * len(ids)) or 'NULL'})", list(ids)


def moment(value: Any) -> datetime:
    """A moment as the driver gave it, aware, in UTC: SQLite keeps it as text without a zone."""
    read = datetime.fromisoformat(value) if isinstance(value, str) else value
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def moment_or_none(value: Any) -> datetime | None:
    """As above, of a column that may be empty."""
    return None if value is None else moment(value)


def stored(value: datetime) -> Any:
    """A moment as the driver wants it."""
    return connection.ops.adapt_datetimefield_value(value)


def document(value: Any) -> Any:
    """A JSON column's value: both drivers give its text."""
    return json.loads(value) if isinstance(value, str) else value
