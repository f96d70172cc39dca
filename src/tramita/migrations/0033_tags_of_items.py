"""Tags of items, and what a job came to (Z-7)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tramita", "0032_properties")]

    operations = [
        migrations.AddField("job", "counts", models.JSONField(null=True)),
        migrations.CreateModel(
            name="ItemTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tag", models.CharField(max_length=40)),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tags",
                        to="tramita.item",
                    ),
                ),
            ],
            options={
                "db_table": "item_tags",
                "indexes": [models.Index(fields=["tag", "item"], name="items_by_tag")],
                "constraints": [models.UniqueConstraint(fields=("item", "tag"), name="once_on_an_item")],
            },
        ),
    ]
