"""What an operator must know until it is cured: one row a key, gone at the all-clear (MAIL-11, MAIL-12, MAIL-93)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from tramita.models import Alert
from tramita.services.sql import stored
from tramita.services.transactions import one_transaction

LONGEST_KEY = 400
SAY = """
INSERT INTO alerts (key, kind, about, since, at, count) VALUES (%s, %s, %s, %s, %s, 1)
ON CONFLICT (key) DO UPDATE
SET kind = excluded.kind, about = excluded.about, at = excluded.at, count = alerts.count + 1
"""


@one_transaction
def raise_alert(key: str, kind: str, about: Mapping[str, Any], at: datetime) -> None:
    """Something is wrong, or still is: `since` stays that of the first time. Cost: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(SAY, [key[:LONGEST_KEY], kind, stored(dict(about)), stored(at), stored(at)])


@one_transaction
def forget(kind: str, *, before: datetime) -> int:
    """Of what nobody can tell to be cured, that which was not seen again since; how many."""
    gone, _ = Alert.objects.filter(kind=kind, at__lt=before).delete()
    return gone


@one_transaction
def clear(key: str) -> bool:
    """It is cured. False: nobody had said that it was wrong."""
    gone, _ = Alert.objects.filter(key=key[:LONGEST_KEY]).delete()
    return gone > 0
