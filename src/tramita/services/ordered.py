"""What leaves the house after the commit: a row of `deliveries`, written with what it tells (DESIGN decision 5)."""

from collections.abc import Mapping
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
    row: dict[str, Any] = {
        "kind": kind,
        "item_id": message.item_id if message else item and item.pk,
        "message_id": message.pk if message else None,
        "payload": payload,
        "state": int(Delivery.State.PENDING),
        "next_at": when or at,
        "created_at": at,
        "lease_until": NEVER_LEASED,
        "fence": 0,
        "tries": 0,
        "error": "",
    }
    write = sql.insert_now if alone else sql.insert
    write("deliveries", [row])
