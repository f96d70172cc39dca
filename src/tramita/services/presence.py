"""Who has which item open: a row a page, kept by the process that serves it, gone when it says no more (decision 33).

A process that dies takes its rows with it: nobody says any more that they hold.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from tramita.domain.actors import Actor
from tramita.models import Item, Presence
from tramita.services import sql, tracking
from tramita.services.transactions import writing

HOLDS = tracking.HOLDS
SAY_EVERY = timedelta(seconds=15)


def arrive(item: Item, *, by: Actor, at: datetime) -> int:
    """A page shows the item; the number to go on with. Who may see the item is asked before."""
    with writing():
        [page] = sql.insert(
            "presences", [{"person_id": by.id, "item_id": item.pk, "until": at + HOLDS}], returning=True
        )
    return page


def hold(pages: Collection[int], *, at: datetime) -> None:
    """These pages are still open, and the clock of who has one in focus runs (TL-5); those of processes that died are
    forgotten. Cost: four statements, however many.
    """
    with writing():
        tracking.hold(pages, at=at)
        Presence.objects.filter(pk__in=pages).update(until=at + HOLDS)
        Presence.objects.filter(until__lt=at).delete()


def leave(pages: Collection[int], *, at: datetime) -> None:
    """These pages were closed, and with the last one of an item its clock stops (TL-5)."""
    with writing():
        closed = Presence.objects.filter(pk__in=pages)
        people = set(closed.values_list("person_id", flat=True))
        closed.delete()
        tracking.let_go(people, at=at)
