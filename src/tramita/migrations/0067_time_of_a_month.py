from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0066_deeds_of_robots"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="timespent",
            index=models.Index(fields=["begun_at"], name="time_of_a_month"),
        ),
    ]
