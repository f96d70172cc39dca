"""Mail that did not go out is told on its item, where lists show it, until somebody decides or it leaves (MAIL-113)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.errors import StaleVersion
from tramita.models import Delivery, Item, Message
from tramita.services.ledger import Change
from tramita.services.transactions import writing

LATE = timedelta(minutes=15)
BATCH = 50
UNSOLVED = Q(state__in=(Delivery.State.FAILED, Delivery.State.UNCERTAIN, Delivery.State.HELD)) | Q(
    state=Delivery.State.PENDING, payload__has_key="late"
)


def tell(message: Message, what: str, error: str, *, facts: Mapping[str, Any], at: datetime) -> None:
    """An entry that says what went wrong (`failed`, `uncertain`, `held`, `late`); the item is marked.

    Not so where mail was never meant to leave (MAIL-127).
    """
    change = Change(Item.objects.get(pk=message.item_id), SYSTEM, at)
    data: dict[str, Any] = {"message": message.pk, "delivery": what}
    if facts.get("partly"):
        data["partly"] = True  # the others have got it
    words: dict[str, Any] = {"error": error[:1000]}
    if facts.get("refused"):
        words["refused"] = [[who, why] for who, why in sorted(facts["refused"].items())]
    change.record(f"mail_{what}", data=data, words=words, mail_trouble=not facts.get("sink"))
    change.write()


def all_clear(message: Message, entry: str, *, at: datetime, by: Actor = SYSTEM) -> None:
    """An entry that ends it; the item stays marked while another mail of it is unsolved."""
    change = Change(Item.objects.get(pk=message.item_id), by, at)
    others = Delivery.objects.filter(UNSOLVED, item=message.item_id, kind="mail").exclude(message=message)
    change.record(entry, data={"message": message.pk}, mail_trouble=others.exists())
    change.write()


def tell_late(*, at: datetime) -> int:
    """Mark what should have left a quarter of an hour ago and is still waiting. How many."""
    waiting = Delivery.objects.filter(kind="mail", state=Delivery.State.PENDING).exclude(payload__has_key="late")
    tried = Q(tries__gt=0, created_at__lte=at - LATE) | Q(next_at__lte=at - LATE)
    found = waiting.filter(tried).select_related("message").order_by("id")[:BATCH]
    return sum(_late(one, at=at) for one in found if _due(one) <= at - LATE)


def _late(delivery: Delivery, *, at: datetime) -> bool:
    """One of them, if it still waits as it was seen; else the next look decides."""
    still = Delivery.objects.filter(pk=delivery.pk, fence=delivery.fence, state=Delivery.State.PENDING)
    message = delivery.message
    if message is None:
        return False
    try:
        with writing():
            if not still.filter(lease_until__lte=at).update(payload={**delivery.payload, "late": True}):
                return False
            tell(message, "late", delivery.error, facts={}, at=at)
    except StaleVersion:
        return False
    return True


def _due(delivery: Delivery) -> datetime:
    due = delivery.payload.get("due")
    return datetime.fromisoformat(due) if due else delivery.created_at
