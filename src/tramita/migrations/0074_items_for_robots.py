"""What robots may be given is found without reading past what they may not, nor all that they had (Q-2, B-3)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0073_skills"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(listed=3, robot_rejected=False),
                fields=["queue", "kind", "sort_due", "id"],
                name="items_for_robots",
            ),
        ),
        migrations.RemoveIndex(model_name="lease", name="leases_living"),
        migrations.AddIndex(
            model_name="lease",
            index=models.Index(
                condition=models.Q(ended_at__isnull=True),
                fields=["robot", "ended_at", "id"],
                name="leases_of_the_living",
            ),
        ),
    ]
