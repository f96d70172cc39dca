"""An Action of a Case asks for approvals: nobody requests them, and several persons may decide (SPEC section 15)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0036_planned_starts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="approval",
            name="organisation",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tramita.organisation"
            ),
        ),
        migrations.AlterField(
            model_name="approval",
            name="requested_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.PositiveSmallIntegerField()),
                ("every", models.BooleanField()),
                ("state", models.CharField(default="awaiting", max_length=32)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "approval",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to="tramita.approval",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "consents",
                "constraints": [
                    models.UniqueConstraint(fields=("approval", "level", "person"), name="asked_once_on_a_level")
                ],
            },
        ),
    ]
