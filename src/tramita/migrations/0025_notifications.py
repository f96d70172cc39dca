"""Who follows what, what they are told, how they want it; and how far the ledger was read for it (SPEC section 21)."""

import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# what happened before is news to nobody
BEGIN = {
    "sqlite": "INSERT INTO followers (name, tx, entry) SELECT 'notices', 0, MAX(id) FROM entries HAVING MAX(id) > 0",
    "postgresql": "INSERT INTO followers (name, tx, entry) SELECT 'notices', tx::text::bigint, id FROM entries "
    "ORDER BY entries.tx DESC, id DESC LIMIT 1",
}


def begin(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    del apps
    schema_editor.execute(BEGIN[schema_editor.connection.vendor])


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0024_who_is_here"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="density",
            field=models.CharField(max_length=10, null=True),
        ),
        migrations.CreateModel(
            name="NoticeSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("chosen", models.JSONField(default=dict)),
                ("mails", models.BooleanField(default=True)),
                ("quiet_from", models.TimeField(null=True)),
                ("quiet_until", models.TimeField(null=True)),
                ("mailed", models.JSONField(default=list)),
                ("fault", models.TextField(default="")),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notice_settings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "notice_settings",
            },
        ),
        migrations.CreateModel(
            name="Digest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=10)),
                ("due_at", models.DateTimeField()),
                ("payload", models.JSONField(default=dict)),
                (
                    "lease_until",
                    models.DateTimeField(default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                ),
                ("fence", models.PositiveIntegerField(default=0)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("error", models.TextField(default="")),
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
                "db_table": "digests",
                "indexes": [models.Index(fields=["due_at"], name="digests_due")],
                "constraints": [models.UniqueConstraint(fields=("person", "purpose"), name="one_digest_a_person")],
            },
        ),
        migrations.CreateModel(
            name="Follow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("muted", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="follows",
                        to="tramita.item",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="follows", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "follows",
                "constraints": [models.UniqueConstraint(fields=("item", "person"), name="followed_once")],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.CharField(max_length=12)),
                ("key", models.CharField(max_length=50)),
                ("at", models.DateTimeField()),
                ("hub", models.BooleanField()),
                ("browser", models.BooleanField()),
                ("mail", models.SmallIntegerField(choices=[(0, "None"), (1, "Waiting"), (2, "Done")])),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tramita.entry",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tramita.item"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "notifications",
                "indexes": [
                    models.Index(fields=["person", "-id"], name="notifications_by_person"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["person", "-id"],
                        name="notifications_unread",
                    ),
                    models.Index(condition=models.Q(("mail", 1)), fields=["person"], name="notifications_to_mail"),
                    models.Index(fields=["at"], name="notifications_by_age"),
                ],
                "constraints": [models.UniqueConstraint(fields=("person", "item", "key"), name="told_once")],
            },
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
