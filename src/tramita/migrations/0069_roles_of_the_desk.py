"""Roles that a desk makes itself, and those of builders (SEC-1, decision 73)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0068_dates_that_items_lend"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="custom",
            field=models.CharField(max_length=100, null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="builder",
            field=models.CharField(max_length=20, null=True),
        ),
    ]
