"""The steps that a Case went through, and their Actions (C-7, C-10)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tramita", "0034_search_vocabulary")]

    operations = [
        migrations.AddField("item", "finished_step", models.CharField(max_length=100, null=True)),
        migrations.AddIndex(
            "item",
            models.Index(
                fields=["parent"],
                name="items_open_below",
                condition=models.Q(("parent__isnull", False), ("state__lt", 4)),
            ),
        ),
        migrations.CreateModel(
            name="CaseStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("step", models.CharField(max_length=100)),
                ("begun_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="tramita.item",
                    ),
                ),
            ],
            options={
                "db_table": "case_steps",
                "constraints": [models.UniqueConstraint(fields=("case", "number"), name="one_step_a_number")],
            },
        ),
        migrations.CreateModel(
            name="CaseAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("copy", models.PositiveIntegerField(default=0)),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tramita.item",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="actions",
                        to="tramita.casestep",
                    ),
                ),
            ],
            options={
                "db_table": "case_actions",
                "constraints": [models.UniqueConstraint(fields=("step", "name", "copy"), name="once_in_a_pass")],
            },
        ),
    ]
