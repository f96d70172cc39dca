"""A ledger that was restored on another PostgreSQL server goes on where it was (DESIGN decision 4, decision 90).

Its order is that of transactions, and the other server's numbers may be far lower: what happens there would lie before
what followers have read, and none of them, nor a program with a cursor, would ever be told.
"""

from django.db import connection, transaction

_AHEAD = (  # the newest turn, if neither a transaction that has ended here nor our own gave it
    "SELECT turn FROM (SELECT tx::text::bigint AS turn FROM entries ORDER BY tx DESC LIMIT 1) newest "
    "WHERE turn - ledger_before() > GREATEST(pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1, "
    "pg_current_xact_id_if_assigned()::text::bigint)"
)
_BEFORE = "CREATE OR REPLACE FUNCTION ledger_before() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT {}::bigint $$"


def is_ahead() -> bool:
    """Whether the ledger has turns that this server has not given: it comes from another one."""
    return _newest_ahead() is not None


def carry_on() -> bool:
    """Count from the newest turn on, if it is not this server's; whether it was so. Nobody may be writing meanwhile."""
    with transaction.atomic():
        newest = _newest_ahead()
        if newest is not None:
            count_from(newest + 1)
    return newest is not None


def count_from(turn: int) -> None:
    """The turns of entries to come are the numbers of their transactions and this."""
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE.format(int(turn)))


def _newest_ahead() -> int | None:
    if connection.vendor == "sqlite":  # there the id of an entry is its turn
        return None
    with connection.cursor() as cursor:
        cursor.execute(_AHEAD)
        row = cursor.fetchone()
    return int(row[0]) if row else None
