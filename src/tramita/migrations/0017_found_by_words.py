"""Texts of items for search, and beside them the index of each database."""

from collections.abc import Callable

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQLITE = [
    """CREATE VIRTUAL TABLE search_words USING fts5(
         body, content='search_docs', content_rowid='id', prefix='2 3', tokenize='unicode61 remove_diacritics 0')""",
    """CREATE TRIGGER search_docs_come AFTER INSERT ON search_docs
         BEGIN INSERT INTO search_words(rowid, body) VALUES (NEW.id, NEW.body); END""",
    """CREATE TRIGGER search_docs_go AFTER DELETE ON search_docs
         BEGIN INSERT INTO search_words(search_words, rowid, body) VALUES ('delete', OLD.id, OLD.body); END""",
]
SQLITE_BACK = ["DROP TRIGGER search_docs_come", "DROP TRIGGER search_docs_go", "DROP TABLE search_words"]
POSTGRESQL = [
    "ALTER TABLE search_docs ADD words tsvector GENERATED ALWAYS AS (to_tsvector('simple', body)) STORED",
    "CREATE INDEX search_words ON search_docs USING gin (words)",
]
POSTGRESQL_BACK = ["DROP INDEX search_words", "ALTER TABLE search_docs DROP COLUMN words"]


def run(sqlite: list[str], postgresql: list[str]) -> Callable[[StateApps, BaseDatabaseSchemaEditor], None]:
    """The step that speaks to the database at hand."""

    def step(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for statement in sqlite if schema_editor.connection.vendor == "sqlite" else postgresql:
            schema_editor.execute(statement)

    return step


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0016_mail_views"),
    ]

    operations = [
        migrations.CreateModel(
            name="Follower",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("tx", models.BigIntegerField(default=0)),
                ("entry", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "followers",
            },
        ),
        migrations.CreateModel(
            name="SearchDoc",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("about", models.SmallIntegerField(choices=[(1, "Item"), (2, "Mail"), (3, "Note"), (4, "File")])),
                ("source", models.BigIntegerField(default=0)),
                ("body", models.TextField()),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tramita.item"
                    ),
                ),
            ],
            options={
                "db_table": "search_docs",
                "constraints": [models.UniqueConstraint(fields=("item", "about", "source"), name="one_doc_a_text")],
            },
        ),
        migrations.RunPython(run(SQLITE, POSTGRESQL), run(SQLITE_BACK, POSTGRESQL_BACK)),
    ]
