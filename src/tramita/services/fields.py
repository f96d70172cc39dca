"""Fields of an item: any JSON scalar, and typed where the category or Case type declares them (D-20, D-21)."""

from collections.abc import Mapping
from typing import Any

from tramita.domain.errors import Invalid
from tramita.models import Item
from tramita.queries.definitions import declared


def put(item: Item, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the item with these; null takes one away. Raises: Invalid, naming every field that is wrong."""
    known = declared(item)
    faults = known.faults(standing(item), given, submitted=item.submitted_at is not None)
    if faults:
        raise Invalid(faults)
    return known.merged(item.fields, given)


def standing(item: Item) -> Mapping[str, Any]:
    """What the fields hold; of an item that is not written yet, with the declared defaults."""
    return item.fields if item.pk else with_defaults(item)


def with_defaults(item: Item) -> dict[str, Any]:
    """The fields with the declared defaults filled in: those of a new item, or of one with a new category."""
    return declared(item).with_defaults(item.fields)


def missing(item: Item) -> tuple[str, ...]:
    """The mandatory fields that are shown and still empty, as `fields.name` (D-21)."""
    return declared(item).missing(standing(item))
