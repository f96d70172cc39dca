"""When a queue looks whether what was given to somebody has been begun (Q-6, decision 80).

Only queues that say `return_idle` have such timers. They are kept by who reads the ledger for news, after the commit:
whoever assigns, begins or gives back writes nothing for it. A timer says when to look, and what it finds then decides;
so one that is a little early, or late by a change that was not read yet, does no harm.
"""

from collections.abc import Mapping
from datetime import datetime

from tramita.domain.calendars import Calendar
from tramita.domain.codes import Listed, State
from tramita.domain.due_rules import DueRule, first_due
from tramita.domain.durations import parse_span
from tramita.models import Item, Timer
from tramita.models.leases import NEVER_LEASED
from tramita.queries.due_rules import installation_zone
from tramita.services import clockwork, sql

IDLE = "idle"  # the purpose of the timers
MOVING = frozenset({"assignee_id", "state", "queue_id"})  # from the last change of these the time counts
MON_TO_FRI = (((0, 86_400),),) * 5 + ((),) * 2


def keep(moved: Mapping[int, datetime]) -> None:
    """Set the timers of these items, which moved at these moments; take away those of what nobody has, or has begun.

    Cost: a statement for all, one for each that waits for somebody to begin.
    """
    items = Item.objects.filter(pk__in=moved).select_related("process", "queue").order_by("pk")
    found = [item for item in items if waits_for_its_assignee(item) and item.queue and item.queue.return_idle]
    for item in found:
        sql.set_timer(item.pk, IDLE, ends(item, moved[item.pk]), {})
    begun = moved.keys() - {item.pk for item in found}
    if begun:
        Timer.objects.filter(item__in=begun, purpose=IDLE).delete()


def waits_for_its_assignee(item: Item) -> bool:
    """Whether somebody has it and has not begun."""
    return item.state is State.TO_DO and item.assignee_id is not None


def ends(item: Item, since: datetime) -> datetime:
    """When the time is over that its queue, which must say one, leaves who has it since then."""
    wish = item.queue.return_idle if item.queue else None
    return clockwork.span_later(item, since, parse_span(wish))


def take_hold(queue_id: int, wish: str, *, at: datetime) -> None:
    """The queue says this from now on: what is with somebody already has as long from now, or as it had before.

    Cost: one statement, however many items.
    """
    zone, span = installation_zone(), parse_span(wish)
    rule = DueRule("", span, zone, Calendar("", zone, MON_TO_FRI) if span.working else None)
    sql.execute(
        "INSERT INTO timers (item_id, purpose, due_at, payload, lease_until, fence, tries, error) "
        "SELECT id, %s, %s, '{}', %s, 0, 0, '' FROM items WHERE queue_id = %s AND list = %s AND state = %s "
        "ON CONFLICT (item_id, purpose) DO UPDATE SET due_at = "
        "CASE WHEN excluded.due_at < timers.due_at THEN excluded.due_at ELSE timers.due_at END",
        [
            IDLE,
            sql.stored(first_due(rule, at)),
            sql.stored(NEVER_LEASED),
            queue_id,
            Listed.INBOX.number,
            State.TO_DO.number,
        ],
    )
