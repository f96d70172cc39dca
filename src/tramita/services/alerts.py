"""What an operator must know until it is cured (MAIL-11, MAIL-12, MAIL-93): one row a key."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from tramita.models import Alert
from tramita.services.sql import stored

LONGEST_KEY = 400


def raise_alert(key: str, kind: str, about: Mapping[str, Any], at: datetime) -> None:
    """Say it, or say it again; inside the caller's transaction. Cost: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO alerts (key, kind, about, since, at, count) VALUES (%s, %s, %s, %s, %s, 1) "
            "ON CONFLICT (key) DO UPDATE SET about = excluded.about, at = excluded.at, count = alerts.count + 1",
            [key[:LONGEST_KEY], kind, stored(dict(about)), stored(at), stored(at)],
        )


def clear_alert(key: str) -> None:
    """It is cured."""
    Alert.objects.filter(key=key[:LONGEST_KEY]).delete()
