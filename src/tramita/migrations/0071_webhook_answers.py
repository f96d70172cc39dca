"""What each try was answered, when something was last taken, and more than one secret that still signs (API-2)."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def keep_old(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for hook in apps.get_model("tramita", "Webhook").objects.exclude(old_until=None):
        hook.old_secrets = [[hook.old_secret, hook.old_until.isoformat()]]
        hook.save(update_fields=["old_secrets"])


class Migration(migrations.Migration):
    dependencies = [
        ("tramita", "0070_calendars_of_contacts"),
    ]

    operations = [
        migrations.AddField(model_name="webhook", name="taken_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="webhook", name="old_secrets", field=models.JSONField(default=list)),
        migrations.AddField(model_name="webhookdelivery", name="answers", field=models.JSONField(null=True)),
        migrations.RunPython(keep_old, migrations.RunPython.noop),
        migrations.RemoveField(model_name="webhook", name="old_secret"),
        migrations.RemoveField(model_name="webhook", name="old_until"),
    ]
