"""What is told of a file on an item: tags, a note, whether it stays inside; and links, which have an address."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tramita", "0025_notifications")]

    operations = [
        migrations.AddField("attachment", "url", models.TextField(null=True)),
        migrations.AddField("attachment", "tags", models.JSONField(null=True)),
        migrations.AddField("attachment", "note", models.TextField(null=True)),
        migrations.AddField("attachment", "internal", models.BooleanField(null=True)),
    ]
