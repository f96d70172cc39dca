"""Declared fields, the cards they stand on, and the conditions that ask for them (C-8, D-20, D-21)."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from math import isfinite

from tramita.domain.cards import COLUMN_TYPES, FIELD_TYPES, LEVELS, NOTHING, CardDefinition, Declared, FieldDefinition
from tramita.domain.conditions import Comparison, Condition, Scalar, fields_of
from tramita.domain.definitions import LANGUAGES
from tramita.services.definitions import shapes, values
from tramita.services.definitions.keys import Keys, Reading, Refusal, entries, typed
from tramita.services.definitions.shapes import Shape
from tramita.services.definitions.source import Node, Place

FIELD_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
# What a condition may ask of an item besides its fields.
ITEM_NAMES = frozenset(
    {"kind", "state", "title", "description", "category", "case_type", "customer", "contract", "service"}
    | {"organisation", "queue", "assignee", "owner", "requester", "primary_contact", "created_at", "due_at"}
)
Words = Mapping[str, str]
Labels = dict[str, Words]


def declared(reading: Reading, keys: Keys, above: Declared = NOTHING) -> Declared:
    """`fields` and `cards` of a category or Case type, with what the level above has (D-20, D-21, Z-8)."""
    fields = {**above.fields, **keys.get("fields", declared_fields, {})}
    cards = {card.name: card for card in above.cards if card.name}
    cards |= keys.get("cards", cards_over(fields), {})
    placed = {name for card in cards.values() for name in card.fields}
    loose = tuple(name for name in fields if name not in placed)
    read = Declared(fields, (*cards.values(), *((CardDefinition("", fields=loose),) if loose else ())))
    check_cards(reading, keys, read)
    return read


def declared_fields(reading: Reading, node: Node) -> dict[str, FieldDefinition]:
    """Declared fields by name; `amount: number` is short for `amount: {type: number}` (D-20, D-21)."""
    return {name: declared_field(reading, name, one, place) for name, one, place in entries(reading, node)}


def declared_field(reading: Reading, name: str, node: Node, place: Place) -> FieldDefinition:
    """A field with the keys that its type has."""
    check_name(reading, name, place)
    if isinstance(node.value, str):
        return of_type_alone(reading, name, node, FIELD_TYPES)
    keys = Keys(reading, node, "a field")
    columns = keys.get("columns", columns_of, ())
    read = replace(
        common(reading, name, keys, FIELD_TYPES),
        read_only=keys.get("read_only", values.flag, False),
        default=keys.maybe("default", scalar),
        show_when=keys.maybe("show_when", values.condition),
        columns=columns,
    )
    keys.done()
    if (read.type == "table") != bool(read.columns):
        reading.fault(node, "“columns” belongs to the type table, and that type needs them")
    check_choices(reading, node, read)
    for fault in read.faults_of(read.default, ""):
        reading.fault(keys.node_of("default") or node, f"“{read.default}”: {fault.message % fault.values}")
    return read


def columns_of(reading: Reading, node: Node) -> tuple[FieldDefinition, ...]:
    """The columns of a table; short like fields."""
    return tuple(column(reading, name, one, place) for name, one, place in entries(reading, node))


def column(reading: Reading, name: str, node: Node, place: Place) -> FieldDefinition:
    """A column of a table has a type and may be mandatory."""
    check_name(reading, name, place)
    if isinstance(node.value, str):
        return of_type_alone(reading, name, node, COLUMN_TYPES)
    keys = Keys(reading, node, "a column")
    read = common(reading, name, keys, COLUMN_TYPES)
    keys.done()
    check_choices(reading, node, read)
    return read


def of_type_alone(reading: Reading, name: str, node: Node, types: tuple[str, ...]) -> FieldDefinition:
    read = FieldDefinition(name, str(reading.attempt(values.one_of(*types), node) or "text"), titled(name))
    if read.type == "table":
        reading.fault(node, "“columns” belongs to the type table, and that type needs them")
    check_choices(reading, node, read)
    return read


def common(reading: Reading, name: str, keys: Keys, types: tuple[str, ...]) -> FieldDefinition:
    """What fields and columns have alike."""
    choices, labels = keys.get("choices", choices_of, ((), {}))
    titles = keys.get("title", worded, {})
    return FieldDefinition(
        name=name,
        type=keys.get("type", values.one_of(*types), "text"),
        title=plain_title(titles) or titled(name),
        mandatory=keys.get("mandatory", values.flag, False),
        choices=choices,
        titles=titles if set(titles) != {"en"} else {},
        labels=labels,
    )


def check_name(reading: Reading, name: str, place: Place) -> None:
    if not FIELD_NAME.fullmatch(name):
        reading.fault(place, f"“{name}” is no name of a field: letters, digits and “_” only")


def check_choices(reading: Reading, node: Node, read: FieldDefinition) -> None:
    if (read.type == "choice") != bool(read.choices):
        reading.fault(node, "“choices” belongs to the type choice, and that type needs it")


def worded(reading: Reading, node: Node) -> Words:
    """A text, or one in each of some languages: `{en: Amount, pl: Kwota}` (H-8). A plain text counts as English."""
    if not isinstance(node.value, dict):
        text = values.text(reading, node)
        return {"en": text} if text else {}
    keys = Keys(reading, node, "a text by language")
    said = {language: keys.maybe(language, values.text) for language in LANGUAGES}
    keys.done()
    return {language: text for language, text in said.items() if text}


def plain_title(titles: Words) -> str:
    """What is said where a language has no text of its own."""
    return titles.get("en") or next(iter(titles.values()), "")


def choices_of(reading: Reading, node: Node) -> tuple[tuple[str, ...], Labels]:
    """What may be chosen: texts, texts with their labels, and levels: `- Europe: [Poland, Spain]` (D-20)."""
    labels: Labels = {}
    found: list[str] = []
    for name, one in choices_under(reading, node, "", labels):
        if name in found:
            reading.fault(one, f"“{name}” is in the list twice")
        found.append(name)
    return tuple(found), labels


def choices_under(reading: Reading, node: Node, above: str, labels: Labels) -> Iterator[tuple[str, Node]]:
    for one in typed(reading, node, list) or []:
        if not isinstance(one.value, dict):
            if name := reading.attempt(values.text, one):
                yield above + name, one
            continue
        for name, below, _place in entries(reading, one):
            if isinstance(below.value, list):
                yield from choices_under(reading, below, f"{above}{name}{LEVELS}", labels)
            else:
                labels[above + name] = reading.attempt(worded, below) or {}
                yield above + name, below


def cards_over(fields: Mapping[str, FieldDefinition]) -> Callable[[Reading, Node], dict[str, CardDefinition]]:
    """The cards of a category or Case type that has these fields."""

    def read(reading: Reading, node: Node) -> dict[str, CardDefinition]:
        return {name: card(reading, name, one, place, fields) for name, one, place in entries(reading, node)}

    return read


def card(
    reading: Reading, name: str, node: Node, place: Place, fields: Mapping[str, FieldDefinition]
) -> CardDefinition:
    """Fields that stand together; `invoice: [number, amount]` is short for `invoice: {fields: […]}`."""
    values.name_of(reading, name, place)
    if isinstance(node.value, list):
        return CardDefinition(name, titled(name), names_in(fields)(reading, node))
    keys = Keys(reading, node, "a card")
    titles = keys.get("title", worded, {})
    read = CardDefinition(
        name=name,
        title=plain_title(titles) or titled(name),
        fields=keys.must("fields", names_in(fields), ()),
        show_when=keys.maybe("show_when", values.condition),
        titles=titles if set(titles) != {"en"} else {},
    )
    keys.done()
    return read


def names_in(fields: Mapping[str, FieldDefinition]) -> Callable[[Reading, Node], tuple[str, ...]]:
    """Names of declared fields, each once."""

    def read(reading: Reading, node: Node) -> tuple[str, ...]:
        names = values.texts(reading, node) or ()
        for one in node.value if isinstance(node.value, list) else ():
            if isinstance(one.value, str) and one.value.strip() not in fields:
                reading.fault(one, f"there is no field “{one.value.strip()}”")
        return names

    return read


def check_cards(reading: Reading, keys: Keys, read: Declared) -> None:
    """A field stands on one card, and what shows a field is declared and not, over others, the field itself (D-21)."""
    places = {name: card.name for card in reversed(read.cards) for name in card.fields}
    cards = {card.name: card for card in read.cards}
    for name, node, place in keys.entries("cards"):
        twice = [one for one in cards[name].fields if places[one] != name]
        reading.fault_each(place, [f"“{one}” stands on the card “{places[one]}” already" for one in twice])
        check_showing(reading, node, cards[name].show_when, read)
    for name, node, _place in keys.entries("fields"):
        check_showing(reading, node, read.fields[name].show_when, read)
    if ("fields" in keys or "cards" in keys) and (own := read.circle()):
        reading.fault(keys.node, f"whether the field “{own}” is shown depends, in the end, on itself")


def check_showing(reading: Reading, node: Node, condition: Condition | None, read: Declared) -> None:
    """What shows a card or a field is declared, and can have the values that it is compared with."""
    faults = [fault_of_showing(comparison, read.fields) for comparison in fields_of(condition)] if condition else []
    reading.fault_each(values.below(node, "show_when"), [fault for fault in faults if fault])


def fault_of_showing(comparison: Comparison, fields: Mapping[str, FieldDefinition]) -> str | None:
    """Cards look at declared fields that hold one value."""
    name = comparison.field.removeprefix("fields.")
    if comparison.field == name or name not in fields:
        hint = f"; write “fields.{name}”" if name in fields else ""
        return f"“{comparison.field}” is no declared field{hint}"
    if fields[name].type == "table":
        return f"“{name}” is a table; a card is shown by a field with one value"
    return fault_of(comparison, fields)


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
    field = fields.get(name)
    faults = [fault for one in literals for fault in field.faults_of(one, name)] if field else []
    return next((f"“{comparison.field}”: {fault.message % fault.values}" for fault in faults), None)


LABEL = Shape((shapes.text("value"), shapes.special("label", "titles", worded)))
COLUMN = Shape(
    (
        shapes.text("name"),
        shapes.special("title", "titles", worded),
        shapes.choice("type", *COLUMN_TYPES, otherwise="text"),
        shapes.flag("mandatory"),
        shapes.special("choices", "choices", choices_of, inner=LABEL),
    )
)
FIELD = Shape(
    (
        shapes.special("title", "titles", worded),
        shapes.choice("type", *FIELD_TYPES, needed=True, otherwise="text"),
        shapes.flag("mandatory"),
        shapes.flag("read_only"),
        shapes.special("default", "scalar", scalar),
        shapes.special("show_when", "condition", values.condition),
        shapes.special("choices", "choices", choices_of, inner=LABEL),
        shapes.special("columns", "named", columns_of, inner=COLUMN),
    )
)
CARD = Shape(
    (
        shapes.special("title", "titles", worded),
        shapes.special("fields", "ticked", values.texts, needed=True),
        shapes.special("show_when", "condition", values.condition),
    )
)
