"""What the database itself keeps true: an append-only ledger, item numbers, and a cursor that misses nothing."""

from collections.abc import Callable

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TOMBSTONE = '{"erased": true}'

SQLITE = [
    f"""CREATE TRIGGER entries_keep BEFORE UPDATE ON entries
        WHEN NOT (NEW.words = '{TOMBSTONE}' AND NEW.id = OLD.id AND NEW.item_id = OLD.item_id AND NEW.seq = OLD.seq
                  AND NEW.at = OLD.at AND NEW.actor_id IS OLD.actor_id AND NEW.type = OLD.type
                  AND NEW.reason IS OLD.reason AND NEW.visibility = OLD.visibility AND NEW.data = OLD.data
                  AND NEW.digest = OLD.digest AND NEW.chain = OLD.chain)
        BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END""",
    """CREATE TRIGGER entries_stay BEFORE DELETE ON entries
        BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END""",
    "INSERT INTO counters (name, value) VALUES ('item', 9999)",
]
SQLITE_BACK = ["DROP TRIGGER entries_keep", "DROP TRIGGER entries_stay", "DELETE FROM counters"]

POSTGRESQL = [
    f"""CREATE FUNCTION entries_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'UPDATE' AND NEW.words = '{TOMBSTONE}'::jsonb
             AND (to_jsonb(NEW) - 'words') = (to_jsonb(OLD) - 'words') THEN RETURN NEW;
          END IF;
          RAISE EXCEPTION 'entries are append-only';
        END $$""",
    """CREATE TRIGGER entries_keep BEFORE UPDATE OR DELETE ON entries
        FOR EACH ROW EXECUTE FUNCTION entries_are_kept()""",
    "ALTER TABLE entries ADD tx xid8 NOT NULL DEFAULT pg_current_xact_id()",
    "CREATE INDEX entries_by_tx ON entries (tx, id)",
    "CREATE SEQUENCE item_numbers START 10000",
]
POSTGRESQL_BACK = [
    "DROP SEQUENCE item_numbers",
    "ALTER TABLE entries DROP COLUMN tx",
    "DROP TRIGGER entries_keep ON entries",
    "DROP FUNCTION entries_are_kept",
]


def run(sqlite: list[str], postgresql: list[str]) -> Callable[[StateApps, BaseDatabaseSchemaEditor], None]:
    """The step that speaks to the database at hand."""

    def step(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for statement in sqlite if schema_editor.connection.vendor == "sqlite" else postgresql:
            schema_editor.execute(statement)

    return step


class Migration(migrations.Migration):
    dependencies = [("tramita", "0001_initial")]
    operations = [migrations.RunPython(run(SQLITE, POSTGRESQL), run(SQLITE_BACK, POSTGRESQL_BACK))]
