"""The database's schema: is it current, and making it so."""

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def missing_migrations() -> int:
    """How many migrations the database still lacks. Raises: OperationalError when it does not answer."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def bring_up_to_date() -> int:
    """Apply what is missing, and make the cache's table; answers how many migrations were applied."""
    missing = missing_migrations()
    if missing:
        call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    return missing
