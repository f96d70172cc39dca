"""An import of items that is killed, and begun again: nothing lost, nothing doubled, on both databases."""

import csv
import json
import random
import resource
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.domain.test_legacy import LINES
from tests.faults.test_kill import CODE, DESK, SOAK, House, both_end_well, later
from tramita.services.legacy_sheet import COLUMNS

ROWS, KILLS = (100_000, 5) if SOAK else (1_200, 2)
A_SECOND = 500  # rows; the least that is promised, of a processor that does nothing else
CASES = """            case_types:
              onboarding: {title: Onboarding, queue: invoices, due: two_days, steps: []}
mailboxes:"""
SHEET = """
import sys
import django; django.setup()
from django.utils.timezone import now
from tramita.models import Person, SheetRow, Sheet
from tramita.queries.people import actor_by_id
from tramita.services import bulk_sheets
who, _ = Person.objects.get_or_create(
    email="leo@desk.example", defaults={"name": "Leo", "role": "team_leader", "created_at": now()}
)
leo, given = actor_by_id(who.pk), {"category": "acme/main/finance/invoice-query", "requester": who.email}
if sys.argv[1] == "give":
    rows = [bulk_sheets.Row(n, {}, given | {"title": f"Row {n}", "description": "d"}) for n in range(int(sys.argv[2]))]
    bulk_sheets.begin("ticket", rows, name="a.csv", unique_titles=True, by=leo, at=now())
else:
    bulk_sheets.create(Sheet.objects.get(), by=leo, at=now())
"""
TOLD = """
import django; django.setup()
import json
from tramita.models import Item, SheetRow
print(json.dumps({
    "items": Item.objects.count(),
    "titles": Item.objects.values("title").distinct().count(),
    "rows": SheetRow.objects.filter(outcome=2, item__isnull=False).values("item").distinct().count(),
}))
"""
COUNT = """
import django; django.setup()
import json
from django.db.models import Count
from tramita.models import BroughtIn, Entry, Item, Link
from tramita.services import ledger
some = Item.objects.order_by("?")[:300]
print(json.dumps({
    "items": Item.objects.count(),
    "entries": Entry.objects.filter(type="brought_in").count(),
    "names": BroughtIn.objects.values("key").distinct().count(),
    "links": Link.objects.count(),
    "orphans": Item.objects.filter(kind=3, parent=None).count(),
    "unsound": sum(ledger.differences(item) != {} for item in some),
}))
"""


@pytest.fixture
def house(tmp_path: Path, migrated_database_url: str) -> House:
    return House(tmp_path, migrated_database_url, DESK.replace("mailboxes:", CASES))


def export(folder: Path, rows: int) -> tuple[Path, int]:
    """A file with every old state, children before what they hang below; and how many of them are parts of a Ticket."""
    path, parts = folder / "export.csv", 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for number in range(rows):
            _, kind, was, *_ = LINES[number % len(LINES)]
            block = 1 + number // len(LINES)
            row = {"kind": kind, "state": was, "title": f"Row {number}", "requester": f"rui{number % 500}@acme.example"}
            row |= {"created_at": "2024-05-06T07:08:09Z", "resolved_at": "2024-06-07T08:09:10Z"}
            row |= {"follow_up_at": "2030-01-02T03:04:05Z"}
            if kind == "action":
                row |= {"reference": f"{block * 1000}-C-A{number}"}
            elif kind == "case":
                case = block * 1000 + (0 if was.startswith("In progress (not") else number % len(LINES))
                row |= {"reference": f"{case}-C", "process": "acme/main/finance/onboarding"}
            else:
                row |= {"reference": f"{5_000_000 + number}-T", "process": "acme/main/finance/invoice-query"}
                if was.startswith("Rejected") and number % len(LINES) < 25 and rows > number + 25:
                    whole = number - number % len(LINES) + 25  # the line that was split
                    row |= {"parent": f"{5_000_000 + whole}-T"}
                    parts += 1
            writer.writerow(row)
    return path, parts


def counted(house: House) -> dict[str, int]:
    return json.loads(asked(house, COUNT))


def asked(house: House, script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=house.environment,
        capture_output=True,
        text=True,
        check=True,
        cwd=house.folder,
    )
    return done.stdout


def worked() -> float:
    """Seconds of a processor that went into the processes that have ended: load of others does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def progressed(house: House, report: Path, lines: int) -> bool:
    """Whether the import has told of so many rows."""
    return report.is_file() and report.read_bytes().count(b"\n") >= lines


@pytest.mark.soak
def test_a_killed_import_soaks_to_its_end_without_a_double(house: House, tmp_path: Path) -> None:
    """V-2 to V-62, issue: an interrupted import of 100,000 rows is resumed; at least 500 rows a second."""
    path, parts = export(tmp_path, ROWS)
    report, chance, kills = tmp_path / "report", random.Random(7), 0
    house.environment["PYTHONUNBUFFERED"] = "1"

    begun = worked()
    for most in sorted(chance.sample(range(ROWS // 10, ROWS - ROWS // 5), KILLS)):
        kills += killed(house, report, most, path)
    last = house.run("import", "legacy", str(path), "--json").splitlines()
    seconds = worked() - begun

    told, outcomes = counted(house), [json.loads(line)["outcome"] for line in last]
    assert kills, "nothing was ever killed: the test proves nothing"
    assert (told["items"], told["entries"], told["names"]) == (ROWS, ROWS, ROWS)
    assert (told["links"], told["orphans"], told["unsound"]) == (parts, 0, 0)
    assert len(outcomes) == ROWS
    assert set(outcomes) == {"created", "unchanged"}
    assert not SOAK or ROWS / seconds > A_SECOND, f"{ROWS / seconds:.0f} rows a second"


def killed(house: House, report: Path, lines: int, path: Path) -> bool:
    """Run it, and kill it when it has told of so many rows; whether it still ran."""
    with report.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", CODE, "import", "legacy", str(path), "--json"],
            env=house.environment,
            cwd=house.folder,
            stdout=out,
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None:
            if progressed(house, report, lines):
                process.send_signal(signal.SIGKILL)
                process.wait()
                return True
            try:
                process.wait(timeout=0.01)
            except subprocess.TimeoutExpired:
                continue
    return False


def test_two_imports_of_one_file_at_once_make_each_item_once(house: House, tmp_path: Path) -> None:
    """INTERFACES 2."""
    path, _ = export(tmp_path, ROWS // 4)

    both_end_well(house.start("import", "legacy", str(path)) for _ in range(2))

    told = counted(house)
    assert (told["items"], told["entries"], told["names"]) == (ROWS // 4,) * 3


def test_a_dry_run_is_told_line_by_line(house: House, tmp_path: Path) -> None:
    """INTERFACES 2."""
    path, _ = export(tmp_path, 60)

    plain = house.run("import", "legacy", str(path), "--dry-run").splitlines()

    assert len(plain) == 60
    assert all(": would be created " in line for line in plain)
    assert counted(house)["items"] == 0


def items_now(url: str) -> int:
    """How many there are, asked beside the product."""
    if url.startswith("postgresql"):
        import psycopg

        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT COUNT(*) FROM items").fetchone()
    else:
        import sqlite3

        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            row = connection.execute("SELECT COUNT(*) FROM items").fetchone()
    return int(row[0]) if row else 0


def test_a_worker_that_is_killed_creates_each_row_of_a_sheet_once(house: House, migrated_database_url: str) -> None:
    """BK-1: also when it is killed while it only tries the rows out."""
    asked(house, SHEET, "give", "120")
    checking = house.killed(lambda: True, "worker", "--once")
    house.run("worker", "--once", "--as-of", later(5))
    asked(house, SHEET, "create")
    creating = house.killed(lambda: items_now(migrated_database_url) > 20, "worker", "--once", "--as-of", later(10))
    house.run("worker", "--once", "--as-of", later(20))

    assert checking
    assert creating, "it was never killed: the test proves nothing"
    assert json.loads(asked(house, TOLD)) == {"items": 120, "titles": 120, "rows": 120}
