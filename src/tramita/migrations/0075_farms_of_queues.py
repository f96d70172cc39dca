"""Queues name farms, and know who is in them because of that (Q-10).

Without defaults: with one SQLite would make the tables anew, and lose their triggers (migration 0011).
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0074_items_for_robots"),
    ]

    operations = [
        migrations.AddField(model_name="queue", name="farms", field=models.JSONField(null=True)),
        migrations.AddField(model_name="membership", name="by_farm", field=models.BooleanField(null=True)),
    ]
