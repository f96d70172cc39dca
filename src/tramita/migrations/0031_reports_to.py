"""Whom somebody reports to (H-1, Q-11)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tramita", "0030_contacts")]

    operations = [
        migrations.AddField(
            "person",
            "reports_to",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="reports",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
