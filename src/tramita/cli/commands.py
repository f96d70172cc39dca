"""The commands of the command line's own face."""

from tramita.cli.bench import BENCH
from tramita.cli.bringing_in import IMPORT_LEGACY, IMPORT_OSTICKET, IMPORT_ZAMMAD
from tramita.cli.configuration import APPLY, EXPORT
from tramita.cli.examples import EXAMPLE
from tramita.cli.files import FILE_KEEP
from tramita.cli.lifecycle import LIFECYCLE
from tramita.cli.people import SECOND_FACTOR_OFF, SIGN_ON_FORGET, TOKEN_CREATE, USER_CREATE
from tramita.cli.robots import ROBOTS_RESUME, ROBOTS_STOP
from tramita.cli.seals import AUDIT_VERIFY
from tramita.cli.seed import SEED
from tramita.cli.upgrading import CASE_TYPE_MOVE
from tramita.ui.terminal import Command

COMMANDS: list[Command] = [
    APPLY,
    AUDIT_VERIFY,
    BENCH,
    CASE_TYPE_MOVE,
    EXAMPLE,
    EXPORT,
    FILE_KEEP,
    IMPORT_LEGACY,
    IMPORT_OSTICKET,
    IMPORT_ZAMMAD,
    LIFECYCLE,
    SEED,
    TOKEN_CREATE,
    USER_CREATE,
    ROBOTS_STOP,
    ROBOTS_RESUME,
    SECOND_FACTOR_OFF,
    SIGN_ON_FORGET,
]
