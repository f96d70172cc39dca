"""Queues may take back what nobody begins (Q-6).

Without a default: with one SQLite would make the table anew, and lose its triggers (migration 0011).
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0071_webhook_answers"),
    ]

    operations = [
        migrations.AddField(model_name="queue", name="return_idle", field=models.CharField(max_length=60, null=True)),
    ]
