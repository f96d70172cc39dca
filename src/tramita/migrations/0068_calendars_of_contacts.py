from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0067_time_of_a_month"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="calendar",
            field=models.CharField(max_length=100, null=True),
        ),
    ]
