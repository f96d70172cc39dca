"""`tramita lifecycle`: prints the tables that the code runs on."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from tramita.domain import lifecycle_text
from tramita.domain.codes import Kind
from tramita.domain.lifecycle import Lifecycle
from tramita.domain.lifecycles import LIFECYCLES
from tramita.ui import terminal
from tramita.ui.terminal import SUCCESS, Command

FORMATS = ("table", "mermaid", "json", "markdown")


def configure(parser: ArgumentParser) -> None:
    """The options of INTERFACES section 2, and where `docs/lifecycles/` is written."""
    parser.add_argument("--kind", choices=[kind.value for kind in Kind], help="only this kind")
    parser.add_argument("--format", choices=FORMATS, default="table")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write one Markdown page a kind into this folder")


def run(args: Namespace) -> int:
    """Print the lifecycle of one kind, or of all three."""
    chosen = [LIFECYCLES[Kind(args.kind)]] if args.kind else list(LIFECYCLES.values())
    if args.out:
        _write(chosen, args.out)
    elif args.format == "json":
        tables = [lifecycle_text.data(lifecycle) for lifecycle in chosen]
        terminal.say_json(tables[0] if args.kind else tables)
    else:
        for lifecycle in chosen:
            _print(lifecycle, args.format)
    return SUCCESS


def _print(lifecycle: Lifecycle, form: str) -> None:
    if form == "mermaid":
        terminal.say(lifecycle_text.mermaid(lifecycle))
    elif form == "markdown":
        terminal.say(lifecycle_text.markdown(lifecycle))
    else:
        terminal.say(lifecycle.kind.value.title())
        terminal.table(lifecycle_text.HEADERS, lifecycle_text.table(lifecycle))
        terminal.say(*(f"{rule}: {remark}" for rule, remark in lifecycle.remarks.items()), "")


def _write(lifecycles: list[Lifecycle], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for lifecycle in lifecycles:
        page = folder / f"{lifecycle.kind.value}.md"
        page.write_text(lifecycle_text.markdown(lifecycle), encoding="utf-8")
        terminal.note(f"wrote {page}")


LIFECYCLE = Command(
    name="lifecycle",
    help="print the lifecycle tables that the code runs on",
    run=run,
    configure=configure,
    needs_django=False,
)
