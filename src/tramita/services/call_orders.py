"""The order of a call, and whether its Action still waits for it (A-55)."""

from collections.abc import Mapping
from typing import Any

from tramita.domain.codes import Kind, State
from tramita.models import Delivery, Item
from tramita.queries.facts import action_of
from tramita.services.ledger import Change
from tramita.services.ordered import order

KIND = "call"


def order_call(change: Change) -> None:
    """Have the system called, after the commit; the Action waits already."""
    item = change.item
    payload = {"wait_since": item.wait_since.isoformat() if item.wait_since else ""}
    change.beside.append(lambda: order(KIND, payload, at=change.at, item=item))


def awaited(action: Item, payload: Mapping[str, Any]) -> bool:
    """Whether it is in the very wait that this call was ordered for."""
    since = action.wait_since
    return action.state is State.WAITING and since is not None and since.isoformat() == payload.get("wait_since")


def awaits_call(item: Item) -> bool:
    """Whether an Action waits for another system and not for a mail, which then ends no wait. Cost: a statement for
    Actions of this kind that wait."""
    definition = action_of(item) if item.kind is Kind.ACTION and item.state is State.WAITING else None
    if definition is None or definition.kind != "call_api":
        return False
    open_calls = Delivery.objects.filter(item=item, kind=KIND, state=Delivery.State.PENDING)
    return any(awaited(item, one.payload) for one in open_calls)
