"""What leaves the house after the commit: a row of `deliveries`, written with what it tells (DESIGN decision 5)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tramita.models import Delivery, Item, Message
from tramita.models.leases import NEVER_LEASED
from tramita.services import sql


def order(
    kind: str,
    payload: Mapping[str, Any],
    *,
    at: datetime,
    message: Message | None = None,
    item: Item | None = None,
    when: datetime | None = None,
    alone: bool = False,
) -> None:
    """Have something delivered from `when` on (at once, if not given); of a message that lies on an item, of an
    item alone, or of none.

    `alone`: this row waits for no other row of the transaction, and none for it.
    """
    item_id = message.item_id if message else item.pk if item else None
    row = _row(kind, payload, item_id, when or at, at=at) | {"message_id": message.pk if message else None}
    write = sql.insert_now if alone else sql.insert
    write("deliveries", [row])


def order_many(kind: str, payloads: Sequence[tuple[int, Mapping[str, Any]]], *, at: datetime) -> None:
    """Have several things delivered, each about an item. Cost: one statement, none for nothing."""
    if payloads:
        sql.insert("deliveries", [_row(kind, payload, item_id, at, at=at) for item_id, payload in payloads])


def _row(kind: str, payload: Mapping[str, Any], item_id: int | None, when: datetime, *, at: datetime) -> dict[str, Any]:
    return {
        "kind": kind,
        "item_id": item_id,
        "message_id": None,
        "payload": payload,
        "state": int(Delivery.State.PENDING),
        "next_at": when,
        "created_at": at,
        "lease_until": NEVER_LEASED,
        "fence": 0,
        "tries": 0,
        "error": "",
    }
