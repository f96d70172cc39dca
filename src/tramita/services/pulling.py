"""Pull from Queue: exactly one item, the right one, for the one who asks (Q-2)."""

from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.errors import Conflict, StaleVersion
from tramita.models import Item
from tramita.queries.pull import candidates
from tramita.services import working

TRIES = 20  # rivals that may be faster, one after the other


def pull(*, by: Actor, at: datetime) -> Item | None:
    """The next item of the caller's queues, now theirs and In Progress; None when there is none.

    Who is slower than a rival gets the item after it. Rules: Q-1 to Q-3, S-4.
    """
    for _ in range(TRIES):
        best = next(iter(candidates(by, at=at)), None)
        if best is None:
            return None
        item = Item.objects.get(pk=best.id)
        try:
            working.start(item, by=by, at=at)
        except (StaleVersion, Conflict):
            continue
        return item
    return None
