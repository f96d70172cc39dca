"""The database stamps each change of what is configured, so that mail alone may go on with what is remembered.

The stamp is a random number: one that was rolled back never comes again (`queries.memory`).
"""

from collections.abc import Iterator

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLES = ("definitions", "mailboxes", "routes", "queues", "organisations")
WORKERS = ("id", "email", "key", "is_active")  # of people: what an allocation asks for
ROW = "INSERT INTO counters (name, value) VALUES ('configuration', 0)"
GONE = "DELETE FROM counters WHERE name = 'configuration'"

STAMP_SQLITE = "UPDATE counters SET value = random() WHERE name = 'configuration';"
FUNCTION = """CREATE FUNCTION configuration_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE counters SET value = ('x' || translate(left(gen_random_uuid()::text, 18), '-', ''))::bit(64)::bigint
       WHERE name = 'configuration';
      RETURN NULL;
    END $$"""


def on_sqlite() -> Iterator[str]:
    for table in TABLES:
        for event in ("INSERT", "UPDATE", "DELETE"):
            yield f"CREATE TRIGGER {table}_{event.lower()}_stamped AFTER {event} ON {table} BEGIN {STAMP_SQLITE} END"
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in WORKERS)
    for event, condition in (("INSERT", "NEW.role <> 'requester'"), ("UPDATE", changed), ("DELETE", "1")):
        name = f"people_{event.lower()}_stamped"
        yield f"CREATE TRIGGER {name} AFTER {event} ON people WHEN {condition} BEGIN {STAMP_SQLITE} END"


def on_postgresql() -> Iterator[str]:
    yield FUNCTION
    run = "EXECUTE FUNCTION configuration_changed()"
    for table in TABLES:
        yield f"CREATE TRIGGER {table}_stamped AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH STATEMENT {run}"
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in WORKERS)
    for event, condition in (("INSERT", "NEW.role <> 'requester'"), ("UPDATE", changed), ("DELETE", "true")):
        name = f"people_{event.lower()}_stamped"
        yield f"CREATE TRIGGER {name} AFTER {event} ON people FOR EACH ROW WHEN ({condition}) {run}"


def off_sqlite() -> Iterator[str]:
    for table in (*TABLES, "people"):
        for event in ("insert", "update", "delete"):
            yield f"DROP TRIGGER {table}_{event}_stamped"


def off_postgresql() -> Iterator[str]:
    yield "DROP FUNCTION configuration_changed CASCADE"


def forward(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in (ROW, *(on_sqlite() if sqlite else on_postgresql())):
        schema_editor.execute(statement)


def backward(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in (*(off_sqlite() if sqlite else off_postgresql()), GONE):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("tramita", "0003_mail_in_full")]
    operations = [migrations.RunPython(forward, backward)]
