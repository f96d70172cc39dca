"""What the command line shares: the shape of a command, and how it speaks.

A face offers its commands as `COMMANDS` in its module `commands`; that module is read before Django is set up, so
`run` imports what needs models. Results go to stdout, everything else to stderr.
"""

import json
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

PLAIN_LINE_EVERY = 5.0  # seconds between two lines of progress when nobody watches
SUCCESS, FAILURE, USAGE = 0, 1, 2


def _no_arguments(parser: ArgumentParser) -> None:
    del parser


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command. `name` may be of two words ("mail parse"); `run` answers the exit code."""

    name: str
    help: str
    run: Callable[[Namespace], int]
    configure: Callable[[ArgumentParser], None] = _no_arguments
    needs_django: bool = True


def say(*lines: str) -> None:
    """Lines on stdout."""
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


def say_json(value: object) -> None:
    """One JSON value, on one line of stdout; what JSON does not know is written as text."""
    say(json.dumps(value, ensure_ascii=False, default=str))


def note(line: str) -> None:
    """One line on stderr, for what is not a result."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def fail(message: str) -> int:
    """Name a failure in one line on stderr; `return fail("…")` ends a command with exit code 1."""
    note(f"tramita: {' '.join(message.split())}")
    return FAILURE


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table: with lines on a terminal, aligned columns elsewhere."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _rich_table(headers, cells)
        return
    widths = [max(map(len, column)) for column in zip(headers, *cells, strict=True)]
    for row in (headers, *cells):
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@contextmanager
def progress(label: str, *, total: int) -> Iterator[Callable[[int], None]]:
    """`with progress("Items", total=500) as advance: advance(50)`: a bar on a terminal, plain lines elsewhere."""
    if sys.stderr.isatty():
        with _rich_bar(label, total) as advance:
            yield advance
        return
    lines = _PlainProgress(label, total)
    yield lines.advance
    lines.end()


class _PlainProgress:
    """`Items: 1500 of 20000 (7%)`, every few seconds and at the end."""

    def __init__(self, label: str, total: int) -> None:
        self.label, self.total, self.done = label, total, 0
        self.said_at = time.monotonic()

    def advance(self, count: int = 1) -> None:
        self.done += count
        if time.monotonic() - self.said_at >= PLAIN_LINE_EVERY:
            self.end()

    def end(self) -> None:
        self.said_at = time.monotonic()
        share = f" ({100 * self.done // self.total}%)" if self.total else ""
        note(f"{self.label}: {self.done} of {self.total}{share}")


@contextmanager
def _rich_bar(label: str, total: int) -> Iterator[Callable[[int], None]]:
    from rich.console import Console  # costs 2 MB: only where it is shown
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=total)
        yield partial(bar.advance, task)


def _rich_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(*headers)
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    Console().print(shown)
