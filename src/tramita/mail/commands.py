"""What mail adds to the command line (INTERFACES section 2)."""

import io
import sys
from argparse import ArgumentParser, Namespace

from tramita.domain.mime import parse
from tramita.gateways.charsets import guess_charset
from tramita.mail.sources import messages
from tramita.ui.terminal import FAILURE, SUCCESS, Command, fail, say_json


def _configure_parse(parser: ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help=".eml file, folder, mbox, Maildir, or - for stdin")


def _parse(args: Namespace) -> int:
    """One JSON object a message. A file that cannot be read is named, the others are printed all the same."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # whatever the terminal's locale: the output is for programs
    failures: list[str] = []
    for raw in messages(args.paths, on_error=failures.append):
        file = {} if raw.file is None else {"file": raw.file}
        say_json(file | parse(raw.data, guess=guess_charset).to_json())
    for failure in failures:
        fail(failure)
    return FAILURE if failures else SUCCESS


COMMANDS = [
    Command(
        name="mail parse",
        help="print what messages say, one JSON object each; needs no database",
        configure=_configure_parse,
        run=_parse,
        needs_django=False,
    ),
]
