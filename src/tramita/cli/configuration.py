"""`tramita apply` and `tramita export`: the configuration as YAML files."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from tramita.domain.actors import SYSTEM
from tramita.ui import terminal
from tramita.ui.terminal import FAILURE, SUCCESS, Command


def configure_apply(parser: ArgumentParser) -> None:
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="YAML; several form one configuration")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")


def run_apply(args: Namespace) -> int:
    """Apply the files; each fault is a line `file:line: reason` on stderr."""
    from django.utils.timezone import now

    from tramita.services.definitions import WrongConfiguration, apply

    try:
        applied = apply(args.files, by=SYSTEM, at=now(), dry_run=args.dry_run)
    except WrongConfiguration as wrong:
        for line in wrong.lines():
            terminal.fail(line)
        return FAILURE
    if args.json:
        terminal.say_json(applied.as_json())
        return SUCCESS
    would = "would be " if args.dry_run else ""
    for word in ("created", "changed"):
        terminal.say(*(f"{would}{retired(name, word, applied.retired)}  {name}" for name in getattr(applied, word)))
    terminal.say(f"{len(applied.created)} created, {len(applied.changed)} changed, {len(applied.left)} left")
    return SUCCESS


def retired(name: str, word: str, gone: list[str]) -> str:
    return "deactivated" if name in gone else word


def configure_export(parser: ArgumentParser) -> None:
    parser.add_argument("--out", metavar="FILE", type=Path, help="write into this file instead of stdout")


def run_export(args: Namespace) -> int:
    """Print the configuration, or write it into a file that appears complete."""
    from tramita.services.definitions import export

    text = export()
    if args.out is None:
        sys.stdout.write(text)
        return SUCCESS
    aside = args.out.with_name(f".{args.out.name}.part")
    aside.write_text(text, encoding="utf-8")
    aside.replace(args.out)
    return SUCCESS


APPLY = Command(
    name="apply",
    help="make the configuration equal to these YAML files",
    configure=configure_apply,
    run=run_apply,
)
EXPORT = Command(
    name="export",
    help="print the configuration as the YAML that `apply` takes",
    configure=configure_export,
    run=run_export,
)
