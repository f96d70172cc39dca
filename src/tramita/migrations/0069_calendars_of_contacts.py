from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0068_dates_that_items_lend"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="calendar",
            field=models.CharField(max_length=100, null=True),
        ),
    ]
