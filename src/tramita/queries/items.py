"""Finding items that this person may see."""

import re

from django.db.models import QuerySet

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind
from tramita.domain.errors import NotFound
from tramita.models import Item
from tramita.queries import visibility

REFERENCE = re.compile(r"\b(\d{1,18})-(?:([TC])|C-A(\d{1,9}))\b(?!-A)", re.IGNORECASE)


def visible_to(actor: Actor) -> QuerySet[Item]:
    """The items this actor may see, to narrow further."""
    return Item.objects.filter(visibility.visible_to(actor))


def get_visible(actor: Actor, reference: str, *, for_update: bool = False) -> Item:
    """The item of a reference in any form that people paste: `40308-t`, `[10040-C-A2]`, a link.

    Its process and due rule come with it. `for_update` holds its row until the transaction ends (PostgreSQL).
    Raises: NotFound, whether it is missing or invisible.
    """
    found = REFERENCE.search(reference)
    if not found:
        raise NotFound("There is no such item.")
    items = visible_to(actor).filter(number=int(found[1]), **_kind(found)).select_related("process", "due_rule")
    if for_update:
        items = items.select_for_update(of=("self",))
    item = items.first()
    if item is None:
        raise NotFound("There is no such item.")
    return item


def _kind(found: re.Match[str]) -> dict[str, object]:
    if found[3]:
        return {"kind": Kind.ACTION, "ordinal": int(found[3])}
    return {"kind": Kind.TICKET if found[2].upper() == "T" else Kind.CASE, "ordinal": 0}
