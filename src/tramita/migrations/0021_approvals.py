"""Approval requests in Tickets, and the keys of the links by which managers decide (SPEC section 13, MAIL-52)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PROTECT, CASCADE = django.db.models.deletion.PROTECT, django.db.models.deletion.CASCADE


class Migration(migrations.Migration):
    dependencies = [("tramita", "0020_tray_views_and_scans")]

    operations = [
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(default="awaiting", max_length=32)),
                ("comment", models.TextField(default="")),
                ("requested_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(default="")),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("item", models.ForeignKey(on_delete=PROTECT, related_name="approvals", to="tramita.item")),
                ("organisation", models.ForeignKey(on_delete=PROTECT, related_name="+", to="tramita.organisation")),
                (
                    "requested_by",
                    models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "type",
                    models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to="tramita.definition"),
                ),
                (
                    "version",
                    models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to="tramita.version"),
                ),
            ],
            options={
                "db_table": "approvals",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "awaiting")), fields=("item",), name="one_approval_at_a_time"
                    )
                ],
                "indexes": [models.Index(fields=["state", "id"], name="approvals_by_state")],
            },
        ),
        migrations.AddField(
            model_name="item",
            name="approval",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=PROTECT, related_name="+", to="tramita.approval"
            ),
        ),
        migrations.CreateModel(
            name="ApprovalToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("sealed", models.TextField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("approval", models.ForeignKey(on_delete=CASCADE, related_name="tokens", to="tramita.approval")),
                (
                    "message",
                    models.OneToOneField(on_delete=CASCADE, related_name="approval_token", to="tramita.message"),
                ),
                ("person", models.ForeignKey(on_delete=CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"db_table": "approval_tokens"},
        ),
    ]
