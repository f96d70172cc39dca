"""A worker says now and then that it lives, so that `doctor` can tell when none does."""

from datetime import UTC, datetime, timedelta

from django.db import connection

from tramita.models import Counter
from tramita.services.transactions import writing

EVERY = timedelta(seconds=30)
NAME = "worker_beat"  # its value: seconds since 1970


def beat(*, at: datetime) -> None:
    """A worker lives at `at`."""
    with writing(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO counters (name, value) VALUES (%s, %s) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [NAME, int(at.timestamp())],
        )


def last() -> datetime | None:
    """When any worker was last known to live."""
    value = Counter.objects.filter(name=NAME).values_list("value", flat=True).first()
    return datetime.fromtimestamp(value, UTC) if value else None
