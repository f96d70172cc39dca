"""Health, readiness and figures, on the database under test."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.factories import ticket

from tramita.models import Timer


@pytest.mark.django_db
def test_liveness_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_a_desk_that_can_work_is_ready(client):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "causes": []})


@pytest.mark.django_db
def test_a_disk_that_cannot_be_written_to_is_a_cause(client, settings):
    settings.TRAMITA_DATA_DIR = "/no/such/folder"

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert [cause["part"] for cause in answer.json()["causes"]] == ["disk"]


@pytest.mark.django_db
def test_the_figures_say_how_late_the_oldest_timer_is(client):
    before = figure(client, "tramita_timers_late_seconds")
    Timer.objects.create(item=ticket(), purpose="rehearsal", due_at=datetime.now(UTC) - timedelta(minutes=10))

    assert before == 0
    assert 600 <= figure(client, "tramita_timers_late_seconds") < 700
    assert figure(client, "tramita_unhandled_mails") == 0


def figure(client, name: str) -> float:
    lines = client.get("/metrics").content.decode().splitlines()
    return next(float(line.split()[1]) for line in lines if line.split()[0] == name)
