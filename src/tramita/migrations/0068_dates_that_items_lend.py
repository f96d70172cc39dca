"""What an item's due date is counted by where another item says it (SLA-2)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0067_time_of_a_month"),
    ]

    operations = [
        migrations.AddField(model_name="item", name="lent", field=models.JSONField(null=True)),
        migrations.AddField(model_name="item", name="followed", field=models.BooleanField(null=True)),
    ]
