"""Declared fields, and the conditions that ask for them (C-8, D-20)."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from math import isfinite

from tramita.domain.conditions import Comparison, Condition, Scalar, fields_of
from tramita.domain.definitions import FIELD_TYPES, FieldDefinition
from tramita.services.definitions import values
from tramita.services.definitions.keys import Keys, Reading, Refusal, entries
from tramita.services.definitions.source import Node, Place

FIELD_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
# What a condition may ask of an item besides its fields.
ITEM_NAMES = frozenset(
    {"kind", "state", "title", "description", "category", "case_type", "customer", "contract", "service"}
    | {"organisation", "queue", "assignee", "owner", "requester", "primary_contact", "created_at", "due_at"}
)


def declared_fields(reading: Reading, node: Node) -> dict[str, FieldDefinition]:
    """Declared fields by name; `amount: number` is short for `amount: {type: number}` (D-20, D-21)."""
    return {name: declared_field(reading, name, one, place) for name, one, place in entries(reading, node)}


def declared_field(reading: Reading, name: str, node: Node, place: Place) -> FieldDefinition:
    if not FIELD_NAME.fullmatch(name):
        reading.fault(place, f"“{name}” is no name of a field: letters, digits and “_” only")
    of_type: Callable[[Reading, Node], str | None] = values.one_of(*FIELD_TYPES)
    if isinstance(node.value, str):
        return FieldDefinition(name, str(reading.attempt(of_type, node) or "text"), titled(name))
    keys = Keys(reading, node, "a field")
    default: Scalar = keys.maybe("default", scalar)
    read = FieldDefinition(
        name=name,
        type=keys.get("type", of_type, "text"),
        title=keys.get("title", values.text, titled(name)),
        mandatory=keys.get("mandatory", values.flag, False),
        read_only=keys.get("read_only", values.flag, False),
        choices=keys.get("choices", values.texts, ()),
        default=default,
    )
    keys.done()
    if (read.type == "choice") != bool(read.choices):
        reading.fault(node, "“choices” belongs to the type choice, and that type needs it")
    fault = read.fault_of(read.default)
    if fault:
        reading.fault(keys.node_of("default") or node, fault)
    return read


def titled(name: str) -> str:
    """The title of something that has only a name: `bank-check` reads “Bank check”."""
    words = name.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def scalar(reading: Reading, node: Node) -> Scalar:
    """A JSON scalar; a date as its ISO text."""
    if isinstance(node.value, date):
        return node.value.isoformat()
    if isinstance(node.value, str | bool | int) or (isinstance(node.value, float) and isfinite(node.value)):
        return node.value
    raise Refusal(node, "a text, a number, true or false expected here")


def condition(fields: Mapping[str, FieldDefinition]) -> Callable[[Reading, Node], Condition | None]:
    """A condition over what an item has (C-8)."""

    def read(reading: Reading, node: Node) -> Condition | None:
        found = values.condition(reading, node)
        for comparison in fields_of(found) if found else ():
            fault = fault_of(comparison, fields)
            if fault:
                reading.fault(node, fault)
        return found

    return read


def fault_of(comparison: Comparison, fields: Mapping[str, FieldDefinition]) -> str | None:
    """What is wrong with a comparison: an unknown name, or a literal that a declared field cannot equal."""
    first, _, name = comparison.field.partition(".")
    if first != "fields" or not name:
        hint = f"; write “fields.{comparison.field}”" if comparison.field in fields else ""
        unknown = comparison.field not in ITEM_NAMES
        return f"an item has no “{comparison.field}”{hint}" if unknown else None
    literals = comparison.value if isinstance(comparison.value, tuple) else (comparison.value,)
    declared = fields.get(name)
    faults = [declared.fault_of(one) for one in literals] if declared else []
    return next((f"“{comparison.field}”: {fault}" for fault in faults if fault), None)
