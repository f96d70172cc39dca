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
        return cursor.fetchall()  # type: ignore[no-any-return]


def moment(value: Any) -> datetime | None:
    """A moment as the driver gave it, aware, in UTC: SQLite keeps text."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value  # type: ignore[no-any-return]


def stored(value: datetime) -> Any:
    """A moment as the driver wants it."""
    return connection.ops.adapt_datetimefield_value(value)


def document(value: Any) -> Any:
    """A JSON column's value: both drivers give its text."""
    return json.loads(value) if isinstance(value, str) else value
