"""A person's Focus list: at most ten items of their Inbox, in an order of their own (Z-6)."""

from collections.abc import Sequence
from typing import cast

from tramita.domain.actors import Actor
from tramita.domain.codes import Listed
from tramita.domain.errors import Conflict
from tramita.models import Focus, Item, Person
from tramita.services.transactions import one_transaction

MOST = 10


@one_transaction
def add(item: Item, *, by: Actor) -> None:
    """At the end of the list; what is there already stays where it is. Raises: Conflict."""
    held = Item.objects.select_for_update().get(pk=item.pk)  # it must not leave the Inbox meanwhile
    if held.listed is not Listed.INBOX or held.assignee_id != by.id:
        raise Conflict("Only what is in your Inbox can be in focus.")
    ordered = _held(by)
    if held.pk in [one.item_id for one in ordered]:
        return
    if len(ordered) >= MOST:
        raise Conflict("There are %(count)s items in focus. Take one out first.", count=MOST)
    position = ordered[-1].position + 1 if ordered else 1
    Focus.objects.create(person_id=cast("int", by.id), item=held, position=position)


@one_transaction
def put(items: Sequence[Item], *, by: Actor) -> None:
    """Exactly these, in this order. Raises: Conflict, when one of them is not in their Inbox or they are too many."""
    wanted = list(dict.fromkeys(one.pk for one in items))
    if len(wanted) > MOST:
        raise Conflict("At most %(count)s items can be in focus.", count=MOST)
    held = Item.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    if any(one.listed is not Listed.INBOX or one.assignee_id != by.id for one in held):
        raise Conflict("Only what is in your Inbox can be in focus.")
    _held(by)
    Focus.objects.filter(person=by.id).delete()
    places = enumerate(wanted, start=1)
    Focus.objects.bulk_create(Focus(person_id=cast("int", by.id), item_id=one, position=place) for place, one in places)


@one_transaction
def remove(item: Item, *, by: Actor) -> None:
    """Out of the list; the item stays in the Inbox."""
    Focus.objects.filter(person=by.id, item=item).delete()


@one_transaction
def move(item: Item, *, up: bool, by: Actor) -> None:
    """One place up or down; at the end of the list nothing happens."""
    ordered = _held(by)
    places = [one.item_id for one in ordered]
    if item.pk not in places:
        return
    here = places.index(item.pk)
    there = here - 1 if up else here + 1
    if 0 <= there < len(places):
        places[here], places[there] = places[there], places[here]
        for position, item_id in enumerate(places, start=1):
            Focus.objects.filter(person=by.id, item=item_id).update(position=position)


def _held(by: Actor) -> Sequence[Focus]:
    """The list in its order. The person's row is held: two windows change it one after the other."""
    Person.objects.select_for_update().get(pk=cast("int", by.id))
    return list(Focus.objects.filter(person=by.id).order_by("position", "pk"))
