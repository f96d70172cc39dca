from django.db import migrations, models


class Migration(migrations.Migration):
    """What a machine of ours said lately (MAIL-93), and whose bytes are still kept (MAIL-18), without a scan."""

    dependencies = [("tramita", "0011_stamp_of_the_configuration")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("automatic", True), ("outgoing", True)),
                fields=["sender_address", "at"],
                name="messages_by_machine",
            ),
        ),
        migrations.AddIndex(
            model_name="seenmessage",
            index=models.Index(
                condition=models.Q(("raw", ""), _negated=True), fields=["seen_at"], name="seen_with_raw"
            ),
        ),
    ]
