"""Pull from Queue: exactly one item, the right one, for the one who asks (Q-2)."""

from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, Role
from tramita.domain.errors import Conflict, StaleVersion
from tramita.models import Item
from tramita.queries.leases import rests, terms_of
from tramita.queries.pull import candidates
from tramita.queries.records import select
from tramita.services import working

EVERY_KIND = frozenset(Kind)
ROUNDS = 3  # times that rivals may take all that was offered


def pull(*, by: Actor, at: datetime) -> Item | None:
    """The next item of the caller's queues, now theirs and In Progress; None when there is none.

    Who is slower than a rival gets the item after it. A robot gets what it was made for, unless it rests.
    Rules: Q-1 to Q-3, S-4, B-1, B-3.
    """
    if by.role is Role.ROBOT and rests(by.id or 0, at):
        return None
    kinds = terms_of(by.id).kinds if by.role is Role.ROBOT else EVERY_KIND
    for _ in range(ROUNDS):
        best = candidates(by, at=at, kinds=kinds)
        for candidate in best:
            item = select(Item, "id = %s", [candidate.id])[0]
            try:
                working.start(item, by=by, at=at)
            except (StaleVersion, Conflict):
                continue
            return item
        if not best:
            break
    return None
