"""What was given to somebody and is not begun goes back to its queue, where the queue says so (Q-6, decision 80)."""

from datetime import datetime

from django.db.models import Q

from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Role
from tramita.models import Item
from tramita.services import idle_timers, sql
from tramita.services.idle_timers import IDLE, MOVING
from tramita.services.ledger import Change
from tramita.services.moving import decide, follow
from tramita.services.transactions import one_transaction


@one_transaction
def look(item: Item, *, at: datetime) -> None:
    """Take it back if whoever has it has not begun in time; else look again then. Called by a timer. Rules: Q-6, L-4.

    What a robot has been given stays: it fetches its work when it comes. Raises: StaleVersion, if they begin just now.
    """
    queue, holder = item.queue, item.assignee
    if queue is None or not queue.active or not queue.return_idle or not idle_timers.waits_for_its_assignee(item):
        return
    if holder is None or holder.role is Role.ROBOT:
        return
    until = idle_timers.ends(item, _since(item))
    if until > at:
        sql.set_timer(item.pk, IDLE, until, {})
        return
    change = Change(item, SYSTEM, at)
    row = decide(item, "return", by=SYSTEM, at=at)
    data = {"assignee": holder.name, "assignee_id": holder.pk, "after": queue.return_idle}
    follow(change, row, "returned", data=data, assignee_id=None, allocation="not_begun")
    change.write()


def _since(item: Item) -> datetime:
    """When it last came to somebody, to To Do or to this queue: no update of the item comes without its beginning."""
    told = Q()
    for name in sorted(MOVING):
        told |= Q(data__set__has_key=name)
    moved = item.entries.filter(told).order_by("-seq").values_list("at", flat=True).first()
    return moved or item.created_at
