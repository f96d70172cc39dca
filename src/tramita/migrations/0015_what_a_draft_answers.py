"""A draft remembers which mail it answers, and from which of our addresses it leaves."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tramita", "0012_found_quickly")]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="answers",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="tramita.message"
            ),
        ),
        migrations.AddField(
            model_name="draft",
            name="leaving_from",
            field=models.CharField(db_default="", default="", max_length=254),
        ),
    ]
