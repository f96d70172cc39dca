"""The words of SQLite's search index as a list: read from the index itself, nothing is kept twice."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def come(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab('search_words', 'instance')")


def go(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE search_vocabulary")


class Migration(migrations.Migration):
    dependencies = [("tramita", "0033_tags_of_items")]

    operations = [migrations.RunPython(come, go)]
