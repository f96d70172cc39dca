"""Commands of the installation itself."""

from argparse import Namespace

from tramita.ui.terminal import SUCCESS, Command, say


def migrate(args: Namespace) -> int:
    """Bring the database to the current schema; running it again changes nothing."""
    from tramita.config.schema import bring_up_to_date

    del args
    applied = bring_up_to_date()
    say(f"{applied} migrations applied." if applied else "The database is up to date.")
    return SUCCESS


COMMANDS = [
    Command(name="migrate", help="bring the database to the current schema", run=migrate),
]
