"""What is remembered about mail besides the mails: who was told, how fast a mailbox sends, whose mail is erased."""

import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0022_focus"),
    ]

    operations = [
        migrations.CreateModel(
            name="Lane",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mailbox", models.CharField(max_length=254, unique=True)),
                ("left", models.JSONField(default=list)),
                (
                    "closed_until",
                    models.DateTimeField(default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                ),
                (
                    "lease_until",
                    models.DateTimeField(default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
                ),
                ("fence", models.PositiveIntegerField(default=0)),
            ],
            options={
                "db_table": "lanes",
            },
        ),
        migrations.AddField(
            model_name="mailbox",
            name="outgoing",
            field=models.JSONField(null=True),
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("about", models.CharField(max_length=64)),
                ("reason", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                ("counts", models.JSONField(default=dict)),
                ("keys", models.JSONField(default=list)),
                ("done", models.BooleanField(default=False)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "erasures",
                "indexes": [models.Index(condition=models.Q(("done", False)), fields=["id"], name="erasures_open")],
            },
        ),
        migrations.CreateModel(
            name="ToldSender",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.CharField(max_length=254)),
                ("at", models.DateTimeField()),
                (
                    "seen",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tramita.seenmessage"
                    ),
                ),
            ],
            options={
                "db_table": "told_senders",
                "indexes": [models.Index(fields=["address", "at"], name="told_lately")],
            },
        ),
    ]
