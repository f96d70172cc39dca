"""What the Mail views read from the newest: mail by mailbox, and what waits or will not go out (M-20, MAIL-113)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0015_what_a_draft_answers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=models.Q(("state__in", (0, 2, 3, 4))), fields=["id"], name="deliveries_open"),
        ),
        migrations.AddIndex(
            model_name="seenmessage",
            index=models.Index(fields=["mailbox", "id"], name="seen_by_mailbox"),
        ),
    ]
