"""Tags of an item: said as a whole on its page, or added and taken away among many (Z-7)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.codes import State
from tramita.domain.errors import Conflict
from tramita.domain.tags import tags_of
from tramita.models import Item, ItemTag
from tramita.services.ledger import Change
from tramita.services.moving import require, settle
from tramita.services.transactions import one_transaction


@one_transaction
def add(item: Item, *, tags: Sequence[str], by: Actor, at: datetime) -> None:
    """These too; it starts nothing (decision 37). Raises: Invalid, if they are too many then."""
    _put(item, [*tags_on(item), *tags], by=by, at=at)


@one_transaction
def remove(item: Item, *, tags: Collection[str], by: Actor, at: datetime) -> None:
    """Without these; it starts nothing."""
    _put(item, [one for one in tags_on(item) if one not in tags], by=by, at=at)


def put(change: Change, wanted: Sequence[str]) -> None:
    """These and no others, told; the caller writes the change."""
    item, held, tags = change.item, tags_on(change.item), tags_of(wanted)
    added, removed = [one for one in tags if one not in held], [one for one in held if one not in tags]
    if not added and not removed:
        return
    change.record("tags_changed", data={"added": added, "removed": removed})
    change.beside.append(lambda: _write(item.pk, added, removed))


def tags_on(item: Item) -> list[str]:
    """As they stand, by the alphabet. Cost: one statement."""
    return list(ItemTag.objects.filter(item=item.pk).order_by("tag").values_list("tag", flat=True))


def _put(item: Item, wanted: Sequence[str], *, by: Actor, at: datetime) -> None:
    require(by, "work", item)
    if item.state is State.CLOSED:
        raise Conflict("The item is Closed: it does not change any more.", code="item_closed")
    change = Change(item, by, at)
    settle(change)
    put(change, wanted)
    change.write()


def _write(item_id: int, added: Sequence[str], removed: Sequence[str]) -> None:
    ItemTag.objects.filter(item=item_id, tag__in=removed).delete()
    ItemTag.objects.bulk_create(ItemTag(item_id=item_id, tag=one) for one in added)
