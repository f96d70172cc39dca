"""Mail of the tray shown with its layout, and what a scanner says of files (MAIL-7, MAIL-57)."""

import django.db.models.deletion
from django.db import migrations, models

# what waits in the tray already is made ready like what comes
WAITING = """
INSERT INTO tray_views (seen_id, html, shown, view)
SELECT id, '', 1, NULL FROM seen_messages WHERE outcome IN ('unhandled', 'failed') AND raw <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("tramita", "0019_mail_proves_itself")]

    operations = [
        migrations.CreateModel(
            name="TrayView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("html", models.TextField(default="")),
                (
                    "shown",
                    models.SmallIntegerField(
                        choices=[(0, "Text"), (1, "Waiting"), (2, "Clean"), (3, "Too Much")], default=1
                    ),
                ),
                ("view", models.JSONField(null=True)),
                (
                    "seen",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tray_view",
                        to="tramita.seenmessage",
                    ),
                ),
            ],
            options={
                "db_table": "tray_views",
                "indexes": [models.Index(condition=models.Q(("shown", 1)), fields=["id"], name="tray_views_to_clean")],
            },
        ),
        migrations.CreateModel(
            name="Scan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
                ("mail", models.BooleanField(default=False)),
                (
                    "verdict",
                    models.SmallIntegerField(choices=[(0, "Waiting"), (1, "Clean"), (2, "Found")], default=0),
                ),
                ("words", models.CharField(default="", max_length=300)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "scans",
                "indexes": [models.Index(condition=models.Q(("verdict", 0)), fields=["next_at"], name="scans_due")],
            },
        ),
        migrations.RunSQL(WAITING, migrations.RunSQL.noop),
    ]
