"""`tramita bench`: every benchmark runs and says what it must; times are never asserted."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tramita.cli.benchmarks import flow
from tramita.config.command import main
from tramita.domain.codes import Kind, State
from tramita.models import Item
from tramita.services.seeding import PROFILES, fill

KEYS = {
    "name",
    "what",
    "items",
    "operations",
    "cpu_ms",
    "budget_ms",
    "per_second",
    "statements",
    "raw_cpu_ms",
    "raw_per_second",
    "flat",
}


def test_bench_measures_everything_in_a_database_of_its_own(tmp_path: Path, fresh_database_url: str) -> None:
    """DESIGN section 4: each figure beside the raw limit of the same run; the present database is not touched."""
    environment = {
        **os.environ,
        "TRAMITA_DATABASE_URL": fresh_database_url,
        "TRAMITA_DATA_DIR": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    asked = ["bench", "--items", "60", "--operations", "3", "--json"]

    done = subprocess.run(
        [sys.executable, "-m", "tramita.config.command", *asked], env=environment, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert "a database of its own" in done.stderr
    results = json.loads(done.stdout)["results"]
    names = ["ingest", "import", "list", "item", "update", "pull", "lease", "timers", "search"]
    assert [(result["items"], result["name"]) for result in results] == [(60, name) for name in names]
    assert all(set(result) == KEYS and result["statements"] and result["per_second"] for result in results)


@pytest.mark.django_db(transaction=True)
def test_bench_uses_the_present_database_when_it_was_seeded(capsys: pytest.CaptureFixture[str]) -> None:
    """One benchmark may be named; a larger size is what is missing to it."""
    fill(60, seed=1, profile=PROFILES["standard"])

    code = main(["bench", "list", "--items", "60", "90", "--operations", "2"])

    shown = capsys.readouterr()
    assert code == 0
    assert "the seeded database" in shown.err
    head, *lines = shown.out.splitlines()
    assert head.startswith("Items")
    assert [line.split()[:2] for line in lines] == [["60", "list"], ["90", "list"]]


@pytest.mark.django_db(transaction=True)
def test_bench_tells_what_the_next_step_costs_after_few_and_many(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """C-7: the same statements, whatever has ended; the desk is left with a Case for each figure."""
    monkeypatch.setattr(flow, "FINISHED", (2, 30))
    fill(60, seed=1, profile=PROFILES["standard"])

    code = main(["bench", "flow", "--items", "60", "--operations", "2", "--json"])

    results = json.loads(capsys.readouterr().out)["results"]
    assert code == 0
    assert [(one["finished"], one["operations"]) for one in results] == [(2, 2), (30, 2)]
    assert len({one["statements"] for one in results}) == 1
    assert Item.objects.filter(kind=Kind.ACTION, title__startswith="Part", state__lt=State.RESOLVED.number).count() == 2


@pytest.mark.django_db
def test_bench_names_the_benchmarks_when_it_knows_none_of_that_name(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1."""
    assert main(["bench", "odd"]) == 1
    assert "ingest, import, list, item, update, pull, lease, timers, search, streams, flow" in capsys.readouterr().err
