"""Emptying the database after a test that committed; what migrations put into it comes back."""

from django.db import connection, transaction

KEPT = {"django_migrations", "django_content_type", "auth_permission"}
FIRST_ITEM_NUMBER = 9999


def empty_tables() -> None:
    """Everything but what migrations made, on either database."""
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True)) - KEPT)
    tables += ["cache"]
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            _delete(cursor, tables)
            cursor.execute("INSERT INTO counters (name, value) VALUES ('item', %s)", [FIRST_ITEM_NUMBER])
        else:
            # ten times as fast as TRUNCATE, which makes new files for sixty tables and their indexes
            cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers, no foreign keys
            cursor.execute(";".join(f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables))
            cursor.execute("SET LOCAL session_replication_role = origin")
            cursor.execute("SELECT setval('item_numbers', %s)", [FIRST_ITEM_NUMBER])
        cursor.execute("INSERT INTO counters (name, value) VALUES ('configuration', 0)")


def _delete(cursor, tables: list[str]) -> None:
    """The ledger refuses deletion by triggers: they are taken off and put back in the same transaction."""
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'entries'")
    triggers = cursor.fetchall()
    for name, _ in triggers:
        cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
    cursor.execute("PRAGMA defer_foreign_keys = ON")
    for table in tables:
        cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
    for _, sql in triggers:
        cursor.execute(sql)
