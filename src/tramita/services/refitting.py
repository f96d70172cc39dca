"""An item whose assignee, owner or queue cannot be that any more: somebody left, lost a right, a queue is used no more.

Called by a timer where the configuration changes (`refit_timers`), and at once where an item comes back by an undo or
out of the trash, or gets another category (Q-6, Q-7, decision 80).
"""

from datetime import datetime
from functools import partial
from typing import Any

from tramita.domain.actors import SYSTEM
from tramita.domain.codes import State
from tramita.models import Item
from tramita.services import inheriting, returning
from tramita.services.ledger import Change
from tramita.services.moving import decide, follow
from tramita.services.transactions import one_transaction

ACTIVE = frozenset({State.TO_DO, State.IN_PROGRESS})


@one_transaction
def look(item: Item, *, at: datetime) -> None:
    """Nobody keeps what they cannot work: it goes by its rule, To Do; what waits or is resolved is its team's.

    A Draft stays its writer's as long as they are here. Rules: Q-6, Q-7, Q-12, L-9, L-10, G-10. Raises: StaleVersion.
    """
    if item.state is State.CLOSED or item.discarded_at is not None:
        return
    if item.state is State.DRAFT:
        _hand_on(item, at=at)
        return
    done = returning.left(item, at=at)
    if done is None:
        return
    data, change = done.data | _who(item, done.columns), Change(item, SYSTEM, at)
    gone = done.columns.get("assignee_id", item.assignee_id) != item.assignee_id
    if item.state in ACTIVE and gone:
        follow(change, decide(item, "reallocate", by=SYSTEM, at=at), "reallocated", data=data, **done.columns)
    else:
        change.record("reallocated", data=data, **done.columns)
    change.write()


def follow_up(change: Change) -> None:
    """Look at the item as this change leaves it, once it is written, in the same transaction. Cost: two statements."""
    change.beside.append(partial(look, change.item, at=change.at))


def _hand_on(item: Item, *, at: datetime) -> None:
    """The Draft of who left stands in the Inbox of whoever may finish it or throw it away (decision 87)."""
    holder, heir = item.assignee, inheriting.heir(item)
    if holder is None or heir is None:
        return
    columns: dict[str, Any] = {"assignee_id": heir.pk, "allocation": "handed_on"}
    columns |= {"owner_id": heir.pk} if item.owner_id == holder.pk else {}
    change = Change(item, SYSTEM, at)
    change.record("reallocated", data={"assignee": holder.name, "heir": heir.name}, **columns)
    change.write()


def _who(item: Item, columns: dict[str, Any]) -> dict[str, Any]:
    """Whom and what it left behind, by name."""
    said: dict[str, Any] = {}
    if item.assignee is not None and columns.get("assignee_id", item.assignee_id) != item.assignee_id:
        said["assignee"] = item.assignee.name
    if item.owner is not None and columns.get("owner_id", item.owner_id) != item.owner_id:
        said["owner"] = item.owner.name
    if item.queue is not None and columns.get("queue_id", item.queue_id) != item.queue_id:
        said["queue"] = item.queue.title
    return said
