"""Extension properties: declared once for all users, customers and so on, and given to each by its own entry (D-22)."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from tramita.domain.cards import FieldDefinition
from tramita.domain.conditions import Scalar
from tramita.domain.definitions import EXTENDED, Properties, PropertiesDefinition
from tramita.services.definitions import shapes
from tramita.services.definitions.fields import COLUMN, columns_of, scalar
from tramita.services.definitions.keys import Keys, Reading, entries
from tramita.services.definitions.shapes import Shape
from tramita.services.definitions.source import Node, Place


def properties(reading: Reading, key: str, node: Node, place: Place) -> PropertiesDefinition:
    """The properties that things of one sort have; none is mandatory, for people come by other ways than files."""
    if key not in EXTENDED:
        near = get_close_matches(key, EXTENDED, 1)
        hint = f"; did you mean “{near[0]}”?" if near else ""
        reading.fault(place, f"properties belong to {', '.join(EXTENDED)}{hint}")
    read = columns_of(reading, node)
    for name, _node, at in entries(reading, node):
        if any(one.name == name and one.mandatory for one in read):
            reading.fault(at, "a property cannot be mandatory: people come by other ways than files")
    reading.properties[key] = {one.name: one for one in read}
    return PropertiesDefinition(key, read)


def given(reading: Reading, keys: Keys, sort: str) -> Properties:
    """`properties` of one user, customer and so on."""
    return keys.get("properties", values_of(sort), {})


def values_of(sort: str) -> Callable[[Reading, Node], Properties]:
    """Values by name, of what is declared for this sort of thing."""

    def read(reading: Reading, node: Node) -> Properties:
        known = reading.properties.get(sort, {})
        found: dict[str, str | int | float | bool] = {}
        for name, one, place in entries(reading, node):
            if name not in known:
                near = get_close_matches(name, known, 1)
                hint = f"; did you mean “{near[0]}”?" if near else ""
                reading.fault(place, f"{sort} have no property “{name}”{hint}")
            elif (value := value_of(reading, known[name], one)) is not None:
                found[name] = value
        return found

    return read


def value_of(reading: Reading, known: FieldDefinition, node: Node) -> Scalar:
    """A value that its property can have; None, with the fault noted, for another."""
    value = None if node.value is None else reading.attempt(scalar, node)
    faults = list(known.faults_of(value, ""))
    for fault in faults:
        quotes = " (write it in quotes)" if known.type != "number" and not isinstance(value, str | bool) else ""
        reading.fault(node, f"“{node.raw}”: {fault.message % fault.values}{quotes}")
    return None if faults else value


PROPERTIES = Shape((shapes.special("fields", "named", columns_of, inner=COLUMN.without("mandatory")),))


def asked(declared: Mapping[str, FieldDefinition], language: str) -> Shape:
    """What a page asks of a thing that has these properties."""
    return Shape(tuple(_key(one, language) for one in declared.values()))


def _key(one: FieldDefinition, language: str) -> shapes.Key:
    kind = {"choice": "choice", "boolean": "yes_no", "date": "date"}.get(one.type, "scalar")
    of = one.choices if one.type == "choice" else (one.type,)
    return shapes.special(one.name, kind, scalar, of=of, title=one.called(language))
