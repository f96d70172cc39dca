"""Leaders put items of their queues first (Q-2).

Without a default: with one SQLite would make the table anew, and lose its triggers.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0076_teams"),
    ]

    operations = [
        migrations.AddField(model_name="item", name="prioritised", field=models.BooleanField(null=True)),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("prioritised", True)),
                fields=["queue", "sort_due", "id"],
                name="items_prioritised",
            ),
        ),
    ]
