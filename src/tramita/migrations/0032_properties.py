"""Extension properties of people and organisations (D-22)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tramita", "0031_reports_to")]

    # null: with a default SQLite would make the tables anew, and lose their triggers (migration 0011)
    operations = [
        migrations.AddField("organisation", "properties", models.JSONField(null=True)),
        migrations.AddField("person", "properties", models.JSONField(null=True)),
    ]
