"""What a database is made of, told so that two of them can be compared, whatever the order in which they came to be.

python -m tests.described        # an empty one is taken through every step, and told as JSON
"""

import json
import re
import sys
from typing import Any

POSTGRESQL = {
    "columns": """SELECT table_name, column_name, udt_name, character_maximum_length, is_nullable, column_default,
                  is_identity, generation_expression FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraints": """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
                      WHERE connamespace = 'public'::regnamespace""",
    "options": """SELECT relname, reloptions FROM pg_class WHERE relnamespace = 'public'::regnamespace
                  AND reloptions IS NOT NULL""",
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "sequences": "SELECT sequence_name, start_value FROM information_schema.sequences",
}
ROWS = ("counters", "followers")  # what a step puts there


def described() -> dict[str, list[str]]:
    """Of the default database."""
    from django.db import connection

    with connection.cursor() as cursor:

        def asked(sql: str) -> list[str]:
            cursor.execute(sql)
            return sorted(" | ".join(map(str, row)) for row in cursor.fetchall())

        if connection.vendor == "postgresql":
            told = {name: asked(sql) for name, sql in POSTGRESQL.items()}
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
            told = {name: sorted(parts(sql)) for name, sql in cursor.fetchall()}
        return told | {table: asked(f"SELECT * FROM {table}") for table in ROWS}


def parts(sql: str) -> list[str]:
    """What stands between the outer commas of `CREATE TABLE x (…)`; anything else is one part."""
    if not sql.startswith("CREATE TABLE"):
        return [sql]
    found, depth = [""], 0
    for letter in sql.partition("(")[2].rpartition(")")[0]:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            found.append("")
        else:
            found[-1] += letter
    return [re.sub(r"\s+", " ", one).strip() for one in found]


def step_by_step() -> None:
    """Every migration by itself, as a database of any age goes on."""
    from django.core.management import call_command
    from django.db.migrations.loader import MigrationLoader

    read = MigrationLoader.load_disk

    def without(self: Any) -> None:
        read(self)
        for app, name in [key for key, one in self.disk_migrations.items() if key[0] == "tramita" and one.replaces]:
            del self.disk_migrations[app, name]

    MigrationLoader.load_disk = without  # type: ignore[method-assign]  # in a process of its own
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


if __name__ == "__main__":
    import os

    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "tramita.config.settings"
    django.setup()
    step_by_step()
    sys.stdout.write(json.dumps(described()))
