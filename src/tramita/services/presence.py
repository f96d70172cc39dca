"""Who has which item open: a row a page, kept by the process that serves it, gone when it says no more (decision 33).

A process that dies takes its rows with it: nobody says any more that they hold.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from tramita.domain.actors import Actor
from tramita.models import Item, Presence
from tramita.services import sql
from tramita.services.transactions import writing

HOLDS = timedelta(seconds=45)
SAY_EVERY = timedelta(seconds=15)


def arrive(item: Item, *, by: Actor, at: datetime) -> int:
    """A page shows the item; the number to go on with. Who may see the item is asked before."""
    with writing():
        [page] = sql.insert(
            "presences", [{"person_id": by.id, "item_id": item.pk, "until": at + HOLDS}], returning=True
        )
    return page


def hold(pages: Collection[int], *, at: datetime) -> None:
    """These pages are still open; those of processes that died are forgotten. Cost: two statements, however many."""
    with writing():
        Presence.objects.filter(pk__in=pages).update(until=at + HOLDS)
        Presence.objects.filter(until__lt=at).delete()


def leave(pages: Collection[int]) -> None:
    """These pages were closed."""
    with writing():
        Presence.objects.filter(pk__in=pages).delete()
