"""Finding items that this person may see."""

from django.db.models import QuerySet

from tramita.domain import references
from tramita.domain.actors import Actor
from tramita.domain.errors import NotFound
from tramita.models import Item
from tramita.queries import visibility


def visible_to(actor: Actor) -> QuerySet[Item]:
    """The items this actor may see, to narrow further."""
    return Item.objects.filter(visibility.visible_to(actor))


def get_visible(actor: Actor, reference: str, *, for_update: bool = False) -> Item:
    """The item of a reference in any form that people paste: `40308-t`, `[10040-C-A2]`, a link (G-6).

    Its process comes with it. `for_update` holds its row until the transaction ends (PostgreSQL).
    Raises: NotFound, whether it is missing or invisible. Cost: one query.
    """
    named = references.parse(reference)
    if named is None:
        raise NotFound("There is no such item.")
    items = visible_to(actor).filter(kind=named.kind, number=named.number, ordinal=named.ordinal)
    items = items.select_related("process")
    if for_update:
        items = items.select_for_update(of=("self",))
    item = items.first()
    if item is None:
        raise NotFound("There is no such item.")
    return item
