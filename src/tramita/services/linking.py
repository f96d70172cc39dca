"""Loose links between items (X-30, X-31): no effect on completion, nothing shared."""

from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.errors import Invalid, NotFound
from tramita.models import Item, Link
from tramita.services.ledger import Change
from tramita.services.moving import require
from tramita.services.transactions import one_transaction

LINKED = "linked"


@one_transaction
def link(item: Item, *, to: Item, by: Actor, at: datetime, type: str = LINKED) -> None:  # noqa: A002 - the column
    """Tie two items together and tell both; doing it again changes nothing. Rules: X-31, Z-5."""
    if not by.is_system:
        require(by, "work", item)
    if item.pk == to.pk:
        raise Invalid.one("to", "same_item", "An item is not linked to itself.")
    if Link.objects.filter(source=item, target=to, type=type).exists():
        return
    Link.objects.create(source=item, target=to, type=type, at=at, by_id=by.id)
    _tell("linked", item, to, type, by=by, at=at)


@one_transaction
def unlink(item: Item, *, to: Item, by: Actor, at: datetime) -> None:
    """Take a loose link away, whichever side it was made from. Raises: NotFound."""
    require(by, "work", item)
    both = Link.objects.filter(type=LINKED, source__in=(item, to), target__in=(item, to))
    if not both.delete()[0]:
        raise NotFound("These items are not linked.")
    _tell("unlinked", item, to, LINKED, by=by, at=at)


def _tell(entry: str, one: Item, other: Item, type_: str, *, by: Actor, at: datetime) -> None:
    for item, partner in ((one, other), (other, one)):
        change = Change(item, by, at)
        change.record(entry, data={"type": type_, "item": partner.reference})
        change.write()
