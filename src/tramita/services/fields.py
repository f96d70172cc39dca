"""Fields of an item: any JSON scalar, and typed where the category or Case type declares them (D-20, D-21)."""

from collections.abc import Iterator, Mapping
from typing import Any

from tramita.domain.codes import Kind
from tramita.domain.definitions import FieldDefinition
from tramita.domain.errors import FieldError, Invalid
from tramita.models import Item
from tramita.queries import definitions

SCALARS = (str, int, float, bool, type(None))


def declared(item: Item) -> Mapping[str, FieldDefinition]:
    """What the version that the item started under declares; nothing for an Action, or before there is a category."""
    if item.process_version_id is None or item.kind is Kind.ACTION:
        return {}
    read = definitions.category if item.kind is Kind.TICKET else definitions.case_type
    return read(item.process_version_id).fields


def put(item: Item, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the item with these; null takes one away. Raises: Invalid, naming every field that is wrong."""
    known = declared(item)
    faults = [fault for name, value in given.items() for fault in faults_of(item, known.get(name), name, value)]
    if faults:
        raise Invalid(faults)
    return {name: value for name, value in {**item.fields, **given}.items() if value is not None}


def faults_of(item: Item, field: FieldDefinition | None, name: str, value: object) -> Iterator[FieldError]:
    """What is wrong with one value."""
    if not isinstance(value, SCALARS):
        message = "A field holds a text, a number, true, false or null."
        yield FieldError(f"fields.{name}", "not_a_scalar", message)
    elif field and (fault := field.fault_of(value)):
        yield FieldError(f"fields.{name}", "wrong_type", fault)
    elif field and field.read_only and item.submitted_at is not None and value != item.fields.get(name):
        yield FieldError(f"fields.{name}", "read_only", "This field does not change after submission.")
    elif field and field.mandatory and value in (None, "") and item.submitted_at is not None:
        yield FieldError(f"fields.{name}", "required", "This is needed.")


def with_defaults(item: Item) -> dict[str, Any]:
    """The fields of a new item, the declared defaults filled in."""
    defaults = {name: one.default for name, one in declared(item).items() if one.default is not None}
    filled: dict[str, Any] = {**defaults, **item.fields}
    return filled


def missing(item: Item) -> tuple[str, ...]:
    """The mandatory fields that are still empty, as `fields.name` (D-21)."""
    filled = with_defaults(item)
    empty = [name for name, one in declared(item).items() if one.mandatory and filled.get(name) in (None, "")]
    return tuple(f"fields.{name}" for name in empty)
