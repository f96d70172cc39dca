"""The database's schema: is it current, and making it so."""

from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from tramita.domain.errors import Conflict
from tramita.services.carrying_on import carry_on


def missing_migrations() -> int:
    """How many migrations the database still lacks. Raises: OperationalError when it does not answer."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def what_is_missing() -> str:
    """That and its remedy, in a line; empty for a database that is current. Raises: OperationalError."""
    missing = missing_migrations()
    return f"{missing} migrations are missing: run tramita migrate" if missing else ""


def bring_up_to_date() -> int:
    """Apply what is missing, make the cache's table, and let a restored ledger go on; how many migrations were applied.

    Raises: OperationalError, when the database does not answer; Conflict, when a migration fails.
    """
    missing = missing_migrations()
    if missing:
        _migrate()
    call_command("createcachetable", verbosity=0)
    carry_on()
    return missing


def _migrate() -> None:
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as error:
        cause = str(error).strip().splitlines()[0]
        raise Conflict("The database could not be brought up to date: %(cause)s", cause=cause) from error
