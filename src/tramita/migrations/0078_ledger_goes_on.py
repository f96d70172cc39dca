"""The turn of an entry is its transaction's number and what the ledger had counted on servers before this one."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

FORWARDS = (
    "CREATE FUNCTION ledger_before() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT 0::bigint $$",
    "ALTER TABLE entries ALTER tx SET DEFAULT (pg_current_xact_id()::text::bigint + ledger_before())::text::xid8",
)
BACKWARDS = (
    "ALTER TABLE entries ALTER tx SET DEFAULT pg_current_xact_id()",
    "DROP FUNCTION ledger_before",
)


def forwards(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _each(FORWARDS, schema_editor)


def backwards(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _each(BACKWARDS, schema_editor)


def _each(statements: tuple[str, ...], schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("tramita", "0077_prioritised")]
    operations = [migrations.RunPython(forwards, backwards)]
