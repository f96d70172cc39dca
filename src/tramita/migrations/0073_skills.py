"""What people and robots can do, and what processes ask for (Q-1).

Tables of their own: a column of people with a default would make SQLite build the table anew, and lose its triggers
(migration 0011); and who pulls compares the two in the database.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0072_return_idle"),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonSkill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("skill", models.CharField(max_length=100)),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="skills",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "person_skills",
                "constraints": [models.UniqueConstraint(fields=("person", "skill"), name="each_skill_once")],
            },
        ),
        migrations.CreateModel(
            name="SkillDemand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("action", models.CharField(default="", max_length=100)),
                ("skill", models.CharField(max_length=100)),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tramita.version",
                    ),
                ),
            ],
            options={
                "db_table": "skill_demands",
                "constraints": [
                    models.UniqueConstraint(fields=("version", "action", "skill"), name="each_demand_once")
                ],
            },
        ),
    ]
