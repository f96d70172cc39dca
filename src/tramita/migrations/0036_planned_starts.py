"""When Case types start by themselves (BU-6)."""

import django.db.models.deletion
from django.db import migrations, models

from tramita.models.leases import NEVER_LEASED


class Migration(migrations.Migration):
    dependencies = [("tramita", "0035_the_flow_of_a_case")]

    operations = [
        migrations.CreateModel(
            name="PlannedStart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lease_until", models.DateTimeField(default=NEVER_LEASED)),
                ("fence", models.PositiveIntegerField(default=0)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("error", models.TextField(default="")),
                ("due_at", models.DateTimeField()),
                ("payload", models.JSONField(default=dict)),
                ("trigger", models.CharField(max_length=200)),
                ("purpose", models.CharField(default="case", max_length=10)),
                (
                    "process",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tramita.definition",
                    ),
                ),
            ],
            options={
                "db_table": "planned_starts",
                "indexes": [models.Index(fields=["due_at"], name="starts_due")],
                "constraints": [models.UniqueConstraint(fields=("process", "trigger"), name="one_start_a_trigger")],
            },
        ),
    ]
