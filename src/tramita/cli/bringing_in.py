"""`tramita import …`: what was worked on in another system comes along (SPEC section 27)."""

from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tramita.ui import terminal
from tramita.ui.terminal import SUCCESS, Command

if TYPE_CHECKING:
    from tramita.domain.bringing_in import Record, Unread
    from tramita.services.bringing_in import Import, Verdict
    from tramita.services.osticket import Export
    from tramita.services.zammad import Folder


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="say what would become of each line, and change nothing")
    parser.add_argument("--json", action="store_true", help="one JSON line a row")


def configure_legacy(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE.csv", type=Path, help="UTF-8, the first row names the columns")
    _configure(parser)


def legacy(args: Namespace) -> int:
    """Items of a v2020.1 export, with the states that SPEC section 27 maps; again makes nothing new."""
    from tramita.services.legacy_sheet import open_sheet

    sheet = open_sheet(args.file)
    return bring_in("legacy", sheet.passes(), total=len(sheet), args=args)


def configure_zammad(parser: ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", help="what its API gave: see the manual")
    _configure_map(parser)
    _configure(parser)


def zammad(args: Namespace) -> int:
    """Users, tickets, articles and files that the API of Zammad gave; again makes nothing new."""
    from tramita.services.foreign_maps import names_for
    from tramita.services.zammad import open_folder

    if args.print_map:
        return print_map("zammad")
    if args.folder is None:
        return terminal.fail("name a folder, or --print-map")
    return bring_said("zammad", open_folder(args.folder, names_for("zammad", args.map)), args)


def configure_osticket(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="TICKETS.csv", type=Path, nargs="?", help="as osTicket exports it")
    parser.add_argument("--entries", metavar="FILE.csv", type=Path, help="what was said: see the manual")
    parser.add_argument("--files", metavar="FOLDER", type=Path, help="the files that the entries name")
    _configure_map(parser)
    _configure(parser)


def osticket(args: Namespace) -> int:
    """Users, tickets, entries and files of osTicket; again makes nothing new."""
    from tramita.services.foreign_maps import names_for
    from tramita.services.osticket import open_export

    if args.print_map:
        return print_map("osticket")
    if args.file is None:
        return terminal.fail("name a file, or --print-map")
    names = names_for("osticket", args.map)
    with open_export(args.file, entries=args.entries, files=args.files, names=names) as export:
        return bring_said("osticket", export, args)


def _configure_map(parser: ArgumentParser) -> None:
    parser.add_argument("--map", metavar="FILE.yaml", type=Path, help="how its names are called here")
    parser.add_argument("--print-map", action="store_true", help="print the delivered mapping, to be edited")


def print_map(system: str) -> int:
    """The delivered mapping as it is."""
    from tramita.services.foreign_maps import DELIVERED

    terminal.say(DELIVERED[system].rstrip())
    return SUCCESS


def bring_said(system: str, source: "Folder | Export", args: Namespace) -> int:
    """Who asks there first, then the tickets with all that was said."""
    from django.utils.timezone import now

    from tramita.services.bringing_in import SAID, Import

    new = Import(system, now(), dry_run=args.dry_run).people(source.customers())
    terminal.note(f"{new} contacts {'would be' if args.dry_run else ''} created".replace("  ", " "))
    return bring_in(system, source.passes(), total=len(source), args=args, size=SAID)


def bring_in(
    system: str, passes: "Iterable[Iterator[Record | Unread]]", *, total: int, args: Namespace, size: int | None = None
) -> int:
    """Take one pass after the other, with a line for each record, and at the end how many came to what."""
    from django.utils.timezone import now

    from tramita.services.bringing_in import Import, settle

    run, counts = Import(system, now(), dry_run=args.dry_run, size=size), Counter[str]()
    with terminal.progress("Items", total=total) as advance:
        for outcome in _outcomes(run, passes):
            counts[outcome.what] += 1
            advance(1)
            _tell(outcome, args)
    if not args.dry_run:
        settle(system, at=now())
    terminal.note(", ".join(f"{counts[what]} {what}" for what in ("created", "unchanged", "refused")))
    return SUCCESS


def _outcomes(run: "Import", passes: "Iterable[Iterator[Record | Unread]]") -> "Iterator[Verdict]":
    for records in passes:
        yield from run.take(records)


def _tell(outcome: "Verdict", args: Namespace) -> None:
    why = str(outcome.fault or "") or "; ".join(outcome.notes)
    if args.json:
        said = {"line": outcome.line, "key": outcome.key, "reference": outcome.reference or None}
        said |= {"outcome": outcome.what, "state": outcome.state or None, "rule": outcome.rule or None, "reason": why}
        terminal.say_json(said | ({"dry_run": True} if args.dry_run else {}))
        return
    name = outcome.reference or outcome.key
    came = f" from {outcome.key}" if outcome.reference and outcome.reference != outcome.key else ""
    what = "would be created" if args.dry_run and outcome.what == "created" else outcome.what
    state = f" {outcome.state} ({outcome.rule})" if outcome.rule else f" {outcome.state}" if outcome.state else ""
    terminal.say(f"{name}: {what}{state}{came}" + (f": {why}" if why else ""))


IMPORT_LEGACY = Command(
    name="import legacy",
    help="bring in the items of a v2020.1 export (CSV); again makes nothing new",
    configure=configure_legacy,
    run=legacy,
)
IMPORT_ZAMMAD = Command(
    name="import zammad",
    help="bring in what the API of Zammad gave, with all that was said",
    configure=configure_zammad,
    run=zammad,
)
IMPORT_OSTICKET = Command(
    name="import osticket",
    help="bring in the tickets that osTicket exported, with all that was said",
    configure=configure_osticket,
    run=osticket,
)
