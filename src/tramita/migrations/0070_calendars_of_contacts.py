from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0069_roles_of_the_desk"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="calendar",
            field=models.CharField(max_length=100, null=True),
        ),
    ]
