"""What an operator must know until it is cured: one row a key, gone at the all-clear (MAIL-11, MAIL-12, MAIL-93)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F

from tramita.models import Alert
from tramita.services.transactions import one_transaction


@one_transaction
def raise_alert(key: str, kind: str, about: Mapping[str, Any], at: datetime) -> None:
    """Something is wrong, or still is: `since` stays that of the first time."""
    new = {"kind": kind, "about": dict(about), "since": at, "at": at}
    alert, first = Alert.objects.get_or_create(key=key, defaults=new)
    if not first:
        again = {"kind": kind, "about": dict(about), "at": at, "count": F("count") + 1}
        Alert.objects.filter(pk=alert.pk).update(**again)


@one_transaction
def clear(key: str) -> bool:
    """It is cured. False: nobody had said that it was wrong."""
    gone, _ = Alert.objects.filter(key=key).delete()
    return gone > 0
