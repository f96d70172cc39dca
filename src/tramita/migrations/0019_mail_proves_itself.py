"""What proves that mail works: a mail to oneself, and the records of the domains that we write From (MAIL-123, 142)."""

from datetime import UTC, datetime

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0018_saved_views"),
    ]

    operations = [
        migrations.CreateModel(
            name="SenderDomain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("domain", models.CharField(max_length=253, unique=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField()),
                ("records", models.JSONField(default=list)),
            ],
            options={"db_table": "sender_domains"},
        ),
        # null, so that SQLite need not make the table again, which would lose the stamps of migration 0011
        migrations.AddField(model_name="mailbox", name="dkim_selectors", field=models.JSONField(null=True)),
        migrations.AddField(model_name="mailbox", name="plus_delivered", field=models.BooleanField(null=True)),
        migrations.CreateModel(
            name="Probe",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nonce", models.CharField(max_length=40)),
                ("ordered_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("arrived_at", models.DateTimeField(null=True)),
                ("plus_at", models.DateTimeField(null=True)),
                ("plus_refused", models.TextField(default="")),
                ("ended_at", models.DateTimeField(null=True)),
                ("fault", models.CharField(default="", max_length=40)),
                ("words", models.TextField(default="")),
                ("signatures", models.JSONField(default=list)),
                ("verdicts", models.JSONField(default=dict)),
                ("lease_until", models.DateTimeField(default=datetime(1970, 1, 1, tzinfo=UTC))),
                ("fence", models.PositiveIntegerField(default=0)),
                (
                    "mailbox",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="probe", to="tramita.mailbox"
                    ),
                ),
            ],
            options={"db_table": "probes"},
        ),
    ]
