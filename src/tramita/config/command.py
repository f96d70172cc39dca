"""`tramita`: one entry point; each face contributes its commands (INTERFACES section 2).

Exit codes: 0 done, 1 a failure named in one line on stderr, 2 wrong usage.
"""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from tramita.domain.errors import TramitaError
from tramita.ui.terminal import FAILURE, Command, fail

FACES = ("tramita.config", "tramita.cli", "tramita.mail", "tramita.api")
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and answer its exit code; argparse itself exits with 2 on wrong usage."""
    args = _parser().parse_args(argv)
    return guarded(lambda: _run(args.command, args))


def guarded(run: Callable[[], int]) -> int:
    """Run it; what people can cure themselves becomes one line and an exit code."""
    try:
        return run()
    except BrokenPipeError:
        return _reader_gone()
    except KeyboardInterrupt:
        return INTERRUPTED
    except _named_failures() as error:
        line = _one_line(error)
        if not line:
            raise
        return fail(line)


def commands() -> Iterator[Command]:
    """Every command of every face."""
    for face in FACES:
        if find_spec(f"{face}.commands"):
            yield from import_module(f"{face}.commands").COMMANDS


def _run(command: Command, args: Namespace) -> int:
    if command.needs_django:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tramita.config.settings")
        import django  # 40 MB and 0.3 s that `mail parse` does not pay

        django.setup()
    code = command.run(args)
    sys.stdout.flush()
    return code


def _parser() -> ArgumentParser:
    """A parser a command; the words of "mail parse" are nested."""
    root = ArgumentParser(prog="tramita", description="A work-orchestration desk: Tickets, Cases and Actions.")
    root.add_argument("--version", action="version", version=f"tramita {_version()}")
    level = root.add_subparsers(metavar="COMMAND", required=True)
    groups = {}
    for command in sorted(commands(), key=lambda each: each.name):
        first, _, second = command.name.partition(" ")
        if second and first not in groups:
            group = level.add_parser(first, help=f"see tramita {first} --help")
            groups[first] = group.add_subparsers(metavar="COMMAND", required=True)
        place = groups[first] if second else level
        parser = place.add_parser(second or first, help=command.help, description=command.help)
        command.configure(parser)
        parser.set_defaults(command=command)
    return root


def _version() -> str:
    try:
        return version("tramita")
    except PackageNotFoundError:  # run from a source tree that is not installed
        return "unknown"


def _named_failures() -> tuple[type[Exception], ...]:
    """What people can cure themselves; anything else is a bug and shows its trace."""
    named: tuple[type[Exception], ...] = (TramitaError, OSError)
    if "django.db" in sys.modules:
        from django.db import OperationalError, ProgrammingError

        named = (*named, OperationalError, ProgrammingError)
    return named


def _one_line(error: Exception) -> str:
    """Empty for a statement that is wrong although the database is current: a bug."""
    if isinstance(error, TramitaError):
        return str(error)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    from django.db import OperationalError

    if behind := _behind():
        return behind
    return f"the database does not answer: {error}" if isinstance(error, OperationalError) else ""


def _behind() -> str:
    """What a database of an older version lacks; the driver names a column only, each in its own way."""
    from django.db import DatabaseError

    from tramita.config.schema import what_is_missing

    try:
        return what_is_missing()
    except DatabaseError:
        return ""


def _reader_gone() -> int:
    """`tramita … | head`: quiet, and nothing more is written when Python closes stdout."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILURE


if __name__ == "__main__":
    sys.exit(main())
