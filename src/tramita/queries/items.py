"""Finding items that this person may see."""

from django.db import connection
from django.db.models import QuerySet

from tramita.domain import references
from tramita.domain.actors import Actor
from tramita.domain.errors import NotFound
from tramita.models import Definition, Item
from tramita.queries import visibility
from tramita.queries.records import reader
from tramita.queries.rows import fetch
from tramita.queries.visibility import Fragment, visible_sql


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
    place = Fragment(
        "number = %s AND items.kind = %s AND ordinal = %s", (named.number, named.kind.number, named.ordinal)
    )
    return _one(actor, place, for_update=for_update)


def get_visible_by_id(actor: Actor, item_id: int, *, for_update: bool = False) -> Item:
    """As above, by its id."""
    return _one(actor, Fragment("items.id = %s", (item_id,)), for_update=for_update)


def _one(actor: Actor, place: Fragment, *, for_update: bool) -> Item:
    items, processes, seen = reader(Item), reader(Definition, "id", "kind", "key", "title"), visible_sql(actor)
    held = " FOR UPDATE OF items" if for_update and connection.vendor == "postgresql" else ""
    rows = fetch(
        f"SELECT {items.columns}, {processes.columns} FROM items "
        f"LEFT JOIN definitions ON definitions.id = items.process_id "
        f"WHERE {place.sql} AND {seen.sql}{held}",
        [*place.params, *seen.params],
    )
    if not rows:
        raise NotFound("There is no such item.")
    item, process = items.read(rows[0][: len(items.names)]), rows[0][len(items.names) :]
    item.process = processes.read(process) if process[0] is not None else None
    return item
