"""Queues belong to teams, and are called by their names within them (Q-4).

Without defaults: with one SQLite would make the tables anew, and lose their triggers (migration 0011).
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0075_farms_of_queues"),
    ]

    operations = [
        migrations.AddField(model_name="queue", name="name", field=models.CharField(max_length=100, null=True)),
        migrations.AddField(model_name="queue", name="team", field=models.CharField(max_length=100, null=True)),
        migrations.AddField(model_name="queue", name="own_title", field=models.CharField(max_length=200, null=True)),
        migrations.AddField(model_name="membership", name="said", field=models.CharField(max_length=10, null=True)),
    ]
