"""Pull from Queue: exactly one item, the right one, for the one who asks (Q-2).

Who pulls looks and takes in one transaction. On SQLite that is one at a time; on PostgreSQL each claims what it takes,
and passes over what others claim, instead of waiting for them and being too late (decision 84).
"""

from collections.abc import Iterator
from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, Role, State
from tramita.domain.errors import Conflict, StaleVersion
from tramita.models import Item
from tramita.queries.leases import rests, terms_of
from tramita.queries.pull import FEW, Candidate, candidates
from tramita.queries.records import select
from tramita.services import sql, working
from tramita.services.transactions import one_transaction

EVERY_KIND = frozenset(Kind)
MORE = 4  # times as many are looked at where others claim them all
TRIES = 100  # of items that refuse to be started, or are changed in that moment by somebody who does not pull


def pull(*, by: Actor, at: datetime) -> Item | None:
    """The next item of the caller's queues, now theirs and In Progress; None when there is none.

    Who is slower than a rival gets the item after it. A robot gets what it was made for, unless it rests.
    Rules: Q-1 to Q-3, S-4, B-1, B-3.
    """
    kinds, refused = EVERY_KIND, set[int]()
    if by.role is Role.ROBOT:
        kinds = terms_of(by.id).kinds
        if rests(by.id or 0, at) or not candidates(by, at=at, kinds=kinds, limit=1):
            return None  # it asks again and again: who finds nothing keeps nobody from writing
    for _ in range(TRIES):
        try:
            return _take_best(by, kinds, refused, at)
        except StaleVersion:
            continue
        except Refused as error:
            refused.add(error.item_id)
    return None


class Refused(Exception):
    """This item cannot be started by who pulls."""

    def __init__(self, item_id: int) -> None:
        super().__init__(item_id)
        self.item_id = item_id


@one_transaction
def _take_best(by: Actor, kinds: frozenset[Kind], refused: set[int], at: datetime) -> Item | None:
    """The best that nobody else claims. Raises: StaleVersion, Refused."""
    limit = FEW
    while True:
        found = candidates(by, at=at, kinds=kinds, limit=limit)
        for candidate in _claimed([one for one in found if one.id not in refused]):
            item = select(Item, "id = %s", [candidate.id])[0]
            if item.version == candidate.version:
                return _started(item, by, at)
            if item.state is State.TO_DO:
                raise StaleVersion(read=candidate.version, current=item.version)
        if len(found) < limit:
            return None
        limit *= MORE


def _claimed(found: list[Candidate]) -> Iterator[Candidate]:
    """Those that nobody else is taking, one after the other; each is claimed once it is come to."""
    while found:
        first = sql.claim_first([one.id for one in found])
        if first is None:
            return
        yield found[first]
        found = found[first + 1 :]


def _started(item: Item, by: Actor, at: datetime) -> Item:
    try:
        working.start(item, by=by, at=at)
    except Conflict as error:
        raise Refused(item.pk) from error
    return item
