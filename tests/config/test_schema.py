"""The schema of the database under test."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from tests.described import described

from tramita.config.schema import bring_up_to_date, missing_migrations
from tramita.models import Person

ROOT = Path(__file__).parents[2]


@pytest.mark.django_db
def test_bringing_a_current_database_up_to_date_changes_nothing():
    """INTERFACES section 2: migrate may be run again."""
    assert missing_migrations() == 0
    assert bring_up_to_date() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_that_commits_leaves_nothing_behind(turn, django_assert_num_queries):
    assert not Person.objects.exists()

    Person.objects.create(email="ana@desk.example", name="Ana", created_at="2026-01-01T00:00Z")
    cache.set("seen", turn)

    assert Person.objects.count() == 1
    assert cache.get("seen") == turn


@pytest.mark.django_db
def test_sqlite_waits_for_its_turn_and_postgresql_prepares():
    """Decision 0002; the options were measured."""
    options = connection.settings_dict["OPTIONS"]

    if connection.vendor == "sqlite":
        assert options["transaction_mode"] == "IMMEDIATE"
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)
    else:
        assert options["server_side_binding"] is True
        assert options["prepare_threshold"] == 3


@pytest.mark.django_db
def test_the_tests_run_on_the_database_that_was_asked_for(pytestconfig):
    """Not on the other one twice."""
    assert connection.vendor == pytestconfig.getoption("--database")


@pytest.mark.django_db
def test_an_empty_database_becomes_at_once_what_an_old_one_became_step_by_step(fresh_database_url):
    """Decision 61: one migration stands for many; a desk that was begun earlier has the same tables."""
    environment = os.environ | {"TRAMITA_DATABASE_URL": fresh_database_url, "PYTHONPATH": f"{ROOT}/src:{ROOT}"}
    old = subprocess.run(
        [sys.executable, "-m", "tests.described"], env=environment, capture_output=True, text=True, check=True
    )

    now, then = described(), json.loads(old.stdout)

    assert {name: told for name, told in now.items() if then.get(name) != told} == {}
    assert sorted(now) == sorted(then)
