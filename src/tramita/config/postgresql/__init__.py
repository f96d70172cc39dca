"""What this installation asks of PostgreSQL's driver. Imported where that database is used: psycopg is an extra."""

from datetime import UTC, datetime
from typing import Any

import psycopg._queries
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.types.datetime import TimestamptzLoader

LONGEST_REMEMBERED, MOST_VALUES = 16_384, 250  # characters, values


class Moment(TimestamptzLoader):
    """A `timestamptz` read by Python's own reader of ISO 8601.

    Django's goes through a pattern and an arithmetic of offsets, a twelfth of the time of a list of fifty rows.
    """

    timezone = UTC  # Django compares it with the connection's, and puts its own loader in the place where they differ

    def load(self, data: Any) -> datetime:
        """Aware. What the server writes another way (`infinity`, a year BC, another DateStyle) is left to psycopg."""
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            return super().load(data).astimezone(UTC)


def read_moments_quickly(connection: BaseDatabaseWrapper) -> None:
    """Where the session's zone is UTC, as everywhere here."""
    if connection.timezone is UTC:
        connection.connection.adapters.register_loader("timestamptz", Moment)


def remember_long_statements() -> None:
    """The driver takes a statement apart anew each time that has more than 50 values, as an item with its entries.

    That is a tenth of the time of a mail. Its limits are not public: where a version has none, nothing is changed, and
    a test notices.
    """
    psycopg._queries.MAX_CACHED_STATEMENT_LENGTH = LONGEST_REMEMBERED
    psycopg._queries.MAX_CACHED_STATEMENT_PARAMS = MOST_VALUES
