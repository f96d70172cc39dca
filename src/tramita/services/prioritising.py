"""Leaders put items of their queues first: Pull offers them before the others of their rank (Q-2, decision 81)."""

from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.codes import Listed
from tramita.domain.errors import Conflict, NotPermitted
from tramita.models import Item, Membership
from tramita.queries.visibility import everywhere, may
from tramita.services.ledger import Change
from tramita.services.transactions import one_transaction

MOST = 50  # in one queue: what is first among hundreds is not first


@one_transaction
def prioritise(item: Item, *, by: Actor, at: datetime) -> None:
    """It goes first until it leaves its queue. Doing it twice is doing it once.

    Raises: NotPermitted; Conflict `not_in_queue`, `too_many`; StaleVersion.
    """
    _expect_leader(item, by)
    if item.listed is not Listed.QUEUE:
        raise Conflict("It does not wait in a queue.", code="not_in_queue")
    if item.prioritised:
        return
    if Item.objects.filter(queue=item.queue_id, prioritised=True).count() >= MOST:
        raise Conflict("At most %(most)s items of a queue go first.", code="too_many", most=MOST)
    change = Change(item, by, at)
    change.record("prioritised", prioritised=True)
    change.write()


@one_transaction
def deprioritise(item: Item, *, by: Actor, at: datetime) -> None:
    """It waits its turn again. Raises: NotPermitted, StaleVersion."""
    _expect_leader(item, by)
    if item.prioritised:
        change = Change(item, by, at)
        change.record("deprioritised", prioritised=None)
        change.write()


def may_prioritise(item: Item, by: Actor) -> bool:
    """Who leads the queue where it waits. Cost: a statement for leaders whose grants are narrowed, else none."""
    return item.listed is Listed.QUEUE and _leads(item, by)


def _expect_leader(item: Item, by: Actor) -> None:
    if not _leads(item, by):
        raise NotPermitted("Only a leader of its queue puts an item first.")


def _leads(item: Item, by: Actor) -> bool:
    """As `leading_queues.may_keep`, by the queue's id."""
    if item.queue_id is None or not by.is_staff or not may(by, "manage_queue"):
        return False
    manages = Membership.objects.filter(queue=item.queue_id, person=by.id, manager=True)
    return everywhere(by, "manage_queue") or manages.exists()
