"""`tramita bench`: the published benchmarks, at several sizes, beside the raw limit of the same run."""

import math
import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any

from tramita.ui import terminal
from tramita.ui.terminal import FAILURE, SUCCESS, Command

SIZES = (20_000, 100_000)
COUNT = 200  # operations of each benchmark
STREAMS = 500
APART = ("streams", "flow")  # a whole server; Cases with few and many finished Actions
HEADERS = ("Items", "Benchmark", "CPU ms", "Budget", "Per s", "Statements", "Raw ms", "Raw per s", "Flat")


def configure(parser: ArgumentParser) -> None:
    """Which, how big, how often."""
    parser.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help="ingest, import, list, item, …, streams or flow; else all but the last two",
    )
    sizes = " and ".join(map(str, SIZES))
    parser.add_argument("--items", type=int, nargs="+", metavar="N", help=f"sizes of the desk ({sizes})")
    parser.add_argument("--operations", type=int, default=COUNT, metavar="N", help=f"of each benchmark ({COUNT})")
    parser.add_argument("--streams", type=int, default=STREAMS, metavar="N", help=f"open pages ({STREAMS})")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")


def run(args: Namespace) -> int:
    """Measure in a database of its own, or in the present one if it was seeded."""
    from tramita.cli.benchmarks.database import database
    from tramita.cli.benchmarks.suite import SUITE

    if args.name in APART:
        return {"streams": _streams, "flow": _flow}[args.name](args)
    if args.name is not None and args.name not in SUITE:
        return terminal.fail(f"there is no benchmark “{args.name}”; there are {', '.join((*SUITE, *APART))}")
    names = [args.name] if args.name else list(SUITE)
    with database() as where:
        terminal.note(f"Benchmarks run in {where}.")
        results = list(_measured(names, sorted(args.items or SIZES), args.operations))
    if args.json:
        terminal.say_json({"database": _vendor(), "cpus": os.cpu_count(), "results": results})
    else:
        terminal.table(HEADERS, [_line(result) for result in results])
    return SUCCESS


def _streams(args: Namespace) -> int:
    """What so many open pages cost, and whether each knew in time. Exit code 1 if one missed or was told too much."""
    from tramita.cli.benchmarks.database import database
    from tramita.cli.benchmarks.streams import measure

    with database() as where:
        terminal.note(f"Streams are opened on {where}.")
        _filled(min(args.items or [1000]))
        result = measure(args.streams, args.operations)
    if args.json:
        terminal.say_json({"database": _vendor(), "cpus": os.cpu_count(), **result})
    else:
        terminal.table(("Figure", "Value"), [[name.replace("_", " "), value] for name, value in result.items()])
    return FAILURE if result["missed"] or result["leaked"] else SUCCESS


def _flow(args: Namespace) -> int:
    """What the next step of a Case costs, whatever has ended before it."""
    from tramita.cli.benchmarks.database import database
    from tramita.cli.benchmarks.flow import measured

    with database() as where:
        terminal.note(f"Cases flow in {where}.")
        _filled(min(args.items or [1000]))
        results = list(measured(args.operations))
    if args.json:
        terminal.say_json({"database": _vendor(), "cpus": os.cpu_count(), "results": results})
    else:
        terminal.table([name.replace("_", " ") for name in results[0]], [list(one.values()) for one in results])
    return SUCCESS


def _measured(names: list[str], sizes: list[int], operations: int) -> Iterator[dict[str, Any]]:
    """Smallest desk first: the next size is what is missing to it."""
    first: dict[str, float] = {}
    for size in sizes:
        items = _filled(size)
        for name in names:
            result = {"items": items, **_one(name, operations)}
            terminal.note(f"{name} at {items} items: {result['cpu_ms']} ms")  # known, though the run be cut short
            flat = result["cpu_ms"] / first.setdefault(name, result["cpu_ms"])
            yield result | {"flat": round(flat, 2)}


def _filled(size: int) -> int:
    """How many items the desk then has."""
    from tramita.services.seeding import PROFILES, fill, seeded

    missing = max(size - (seeded() or 0), 0)
    if missing:
        with terminal.progress("Items", total=missing) as advance:
            fill(size, seed=1, profile=PROFILES["standard"], advance=advance)
    return seeded() or 0


def _one(name: str, operations: int) -> dict[str, Any]:
    from tramita.cli.benchmarks.measuring import measure
    from tramita.cli.benchmarks.suite import SUITE, Stage

    benchmark = SUITE[name]
    each, times = benchmark.each, math.ceil(operations / benchmark.each)
    prepared = benchmark.prepare(Stage(count=operations))
    done, alone = (measure(one, times).of(each) for one in (prepared.operation, prepared.raw))
    return {
        "name": name,
        "what": benchmark.what,
        "operations": times * each,
        "cpu_ms": done.cpu_ms,
        "budget_ms": benchmark.budget_ms,
        "per_second": done.per_second,
        "statements": math.ceil(len(prepared.sent) / each),
        "raw_cpu_ms": alone.cpu_ms,
        "raw_per_second": alone.per_second,
    }


def _line(result: dict[str, Any]) -> list[object]:
    keys = ("items", "name", "cpu_ms", "budget_ms", "per_second", "statements", "raw_cpu_ms", "raw_per_second", "flat")
    return [result[key] for key in keys]


def _vendor() -> str:
    from django.db import connection

    return connection.vendor


BENCH = Command(name="bench", help="measure the published benchmarks", configure=configure, run=run)
