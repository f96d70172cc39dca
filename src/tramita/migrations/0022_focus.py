"""The Focus list (Z-6), and the trigger by which an item leaves it along with the Inbox: no statement forgets it."""

from collections.abc import Callable

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQLITE = [
    """CREATE TRIGGER items_leave_the_focus AFTER UPDATE OF list, assignee_id ON items
        WHEN OLD.list = 1 AND (NEW.list <> 1 OR NEW.assignee_id IS NOT OLD.assignee_id)
        BEGIN DELETE FROM focus WHERE item_id = OLD.id; END"""
]
SQLITE_BACK = ["DROP TRIGGER items_leave_the_focus"]
POSTGRESQL = [
    """CREATE FUNCTION items_leave_the_focus() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN DELETE FROM focus WHERE item_id = OLD.id; RETURN NULL; END $$""",
    """CREATE TRIGGER items_leave_the_focus AFTER UPDATE OF list, assignee_id ON items FOR EACH ROW
        WHEN (OLD.list = 1 AND (NEW.list <> 1 OR NEW.assignee_id IS DISTINCT FROM OLD.assignee_id))
        EXECUTE FUNCTION items_leave_the_focus()""",
]
POSTGRESQL_BACK = ["DROP TRIGGER items_leave_the_focus ON items", "DROP FUNCTION items_leave_the_focus"]


def run(sqlite: list[str], postgresql: list[str]) -> Callable[[StateApps, BaseDatabaseSchemaEditor], None]:
    """The step that speaks to the database at hand."""

    def step(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for statement in sqlite if schema_editor.connection.vendor == "sqlite" else postgresql:
            schema_editor.execute(statement)

    return step


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0021_approvals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Focus",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                (
                    "item",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tramita.item"),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "focus",
                "constraints": [models.UniqueConstraint(fields=("person", "item"), name="once_in_a_focus")],
            },
        ),
        migrations.RunPython(run(SQLITE, POSTGRESQL), run(SQLITE_BACK, POSTGRESQL_BACK)),
    ]
