"""`tramita example`: prints a whole configuration to begin with."""

import sys
from argparse import ArgumentParser, Namespace

from tramita.ui import terminal
from tramita.ui.terminal import SUCCESS, Command


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", help="which one; the names of all when left out")


def run(args: Namespace) -> int:
    """Print it as `apply` takes it, or the names of all there are."""
    from tramita.services.demo import EXAMPLES

    if args.name is None:
        terminal.say(*EXAMPLES)
        return SUCCESS
    if args.name not in EXAMPLES:
        return terminal.fail(f"there is no example “{args.name}”; there are {', '.join(EXAMPLES)}")
    sys.stdout.write(EXAMPLES[args.name].read_text(encoding="utf-8"))
    return SUCCESS


EXAMPLE = Command(
    name="example",
    help="print a configuration to begin with, for `apply` in an empty folder",
    configure=configure,
    run=run,
)
