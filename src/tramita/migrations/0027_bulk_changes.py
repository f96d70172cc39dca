"""Changes of many items at once: jobs, and what came of each item (Z-7)."""

import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tramita", "0026_files_of_an_item")]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("change", models.CharField(max_length=12)),
                ("given", models.JSONField(default=dict)),
                ("total", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="undone_by",
                        to="tramita.job",
                    ),
                ),
            ],
            options={
                "db_table": "jobs",
                "indexes": [
                    models.Index(fields=["person", "-id"], name="jobs_by_person"),
                    models.Index(condition=models.Q(("ended_at__isnull", True)), fields=["id"], name="jobs_running"),
                    models.Index(fields=["ended_at"], name="jobs_by_age"),
                ],
            },
        ),
        migrations.CreateModel(
            name="JobItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("change", models.CharField(max_length=12)),
                ("payload", models.JSONField(default=dict)),
                (
                    "outcome",
                    models.SmallIntegerField(
                        choices=[(0, "Waiting"), (1, "Done"), (2, "Unchanged"), (3, "Refused"), (4, "Stopped")],
                        default=0,
                    ),
                ),
                ("told", models.JSONField(default=dict)),
                ("before", models.JSONField(default=dict)),
                ("due_at", models.DateTimeField()),
                (
                    "lease_until",
                    models.DateTimeField(default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                ),
                ("fence", models.PositiveIntegerField(default=0)),
                ("tries", models.PositiveIntegerField(default=0)),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tramita.item"
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="tramita.job",
                    ),
                ),
            ],
            options={
                "db_table": "job_items",
                "indexes": [
                    models.Index(fields=["job", "outcome", "id"], name="job_items_by_outcome"),
                    models.Index(condition=models.Q(("outcome", 0)), fields=["due_at", "id"], name="job_items_due"),
                ],
                "constraints": [models.UniqueConstraint(fields=("job", "item"), name="once_in_a_job")],
            },
        ),
    ]
