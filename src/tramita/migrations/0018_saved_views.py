"""Saved views (H-7), and the indexes of what they are narrowed and sorted by."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

OPEN = models.Q(("listed", 0), _negated=True)
BY_PROCESS = models.ForeignKey(
    db_index=False,
    null=True,
    on_delete=django.db.models.deletion.PROTECT,
    related_name="+",
    to="tramita.definition",
)


def drop_plain_index(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """The foreign key's own index: the new one begins with it. By its name, since SQLite would remake the table."""
    with editor.connection.cursor() as cursor:
        found = editor.connection.introspection.get_constraints(cursor, "items")
    for name, facts in found.items():
        if facts["columns"] == ["process_id"] and facts["index"] and not facts["foreign_key"]:
            editor.execute(f"DROP INDEX {editor.quote_name(name)}")


def make_plain_index(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    editor.execute('CREATE INDEX "items_process_id_again" ON "items" ("process_id")')


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0017_found_by_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="View",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=80)),
                (
                    "shared",
                    models.CharField(
                        choices=[("", "Nobody"), ("team", "Team"), ("all", "All")], default="", max_length=4
                    ),
                ),
                ("narrowing", models.JSONField(default=dict)),
                ("columns", models.JSONField(default=list)),
                ("sort", models.CharField(default="due", max_length=20)),
                ("grouping", models.CharField(default="", max_length=20)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tramita.queue",
                    ),
                ),
            ],
            options={
                "db_table": "views",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("shared", "team"), ("team__isnull", False)),
                            models.Q(models.Q(("shared", "team"), _negated=True), ("team", None)),
                            _connector="OR",
                        ),
                        name="a_team_s_view_has_a_team",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["organisation", "listed", "sort_due", "id"], name="items_of_organisation"),
        ),
        migrations.RemoveIndex(model_name="item", name="items_by_organisation"),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["process", "listed", "sort_due", "id"], name="items_of_process"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop_plain_index, make_plain_index)],
            state_operations=[migrations.AlterField(model_name="item", name="process", field=BY_PROCESS)],
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(condition=OPEN, fields=["listed", "updated_at", "id"], name="open_by_update"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(condition=OPEN, fields=["listed", "id"], name="open_by_creation"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=OPEN, fields=["queue", "listed", "updated_at", "id"], name="open_queues_by_update"
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(condition=OPEN, fields=["queue", "listed", "id"], name="open_queues_by_creation"),
        ),
    ]
