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
    from tramita.services.bringing_in import Import, Outcome


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


def bring_in(system: str, passes: "Iterable[Iterator[Record | Unread]]", *, total: int, args: Namespace) -> int:
    """Take one pass after the other, with a line for each record, and at the end how many came to what."""
    from django.utils.timezone import now

    from tramita.services.bringing_in import Import, settle

    run, counts = Import(system, now(), dry_run=args.dry_run), Counter[str]()
    with terminal.progress("Items", total=total) as advance:
        for outcome in _outcomes(run, passes):
            counts[outcome.what] += 1
            advance(1)
            _tell(outcome, args)
    if not args.dry_run:
        settle(system, at=now())
    terminal.note(", ".join(f"{counts[what]} {what}" for what in ("created", "unchanged", "refused")))
    return SUCCESS


def _outcomes(run: "Import", passes: "Iterable[Iterator[Record | Unread]]") -> "Iterator[Outcome]":
    for records in passes:
        yield from run.take(records)


def _tell(outcome: "Outcome", args: Namespace) -> None:
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
