"""The few rows of `items` that change are swept early (PostgreSQL).

Lists are counted by their indexes alone as long as PostgreSQL knows that all of a page is seen by everybody, which
VACUUM tells it. By default it waits until a fifth of a table has changed; but of a million items two in a hundred are
open, and change every day. With 900 of a thousand counted rows looked up, the bars of a page cost 2.1 ms instead of 1.0.
"""

from typing import ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def sweep_early(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "ALTER TABLE items SET (autovacuum_vacuum_scale_factor = 0.002, autovacuum_vacuum_threshold = 500)"
        )


def sweep_as_usual(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE items RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("tramita", "0059_audit_of_the_desk")]
    operations: ClassVar = [migrations.RunPython(sweep_early, sweep_as_usual)]
