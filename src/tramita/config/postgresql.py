"""What this installation asks of PostgreSQL's driver. Imported where that database is used: psycopg is an extra."""

from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.psycopg_any import BaseTzLoader


class Moment(BaseTzLoader):
    """A `timestamptz` read by Python's own reader of ISO 8601.

    Django's goes through a pattern and an arithmetic of offsets, a twelfth of the time of a list of fifty rows.
    """

    timezone = UTC  # Django compares it with the connection's, and puts its own loader in the place where they differ

    def load(self, data: Any) -> datetime:
        """Aware. What the server writes another way (`infinity`, a year BC, another DateStyle) is left to psycopg."""
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            read: datetime = super().load(data)
            return read


def read_moments_quickly(connection: BaseDatabaseWrapper) -> None:
    """Where the session's zone is UTC, as everywhere here."""
    if connection.timezone is UTC:
        connection.connection.adapters.register_loader("timestamptz", Moment)
