"""Reading the section of roles that the desk makes itself (SEC-1)."""

from tramita.domain.codes import Role
from tramita.domain.roles import BASES, OPTIONS, RoleDefinition
from tramita.services.definitions import shapes, values
from tramita.services.definitions.keys import Keys, Reading
from tramita.services.definitions.shapes import Key, Shape
from tramita.services.definitions.source import Node, Place


def role(reading: Reading, key: str, node: Node, place: Place) -> RoleDefinition:
    """A standard role, and what is switched on or off in it."""
    name = values.name_of(reading, key, place)
    if name in set(Role):
        reading.fault(place, f"“{name}” is a standard role: choose another name")
    reading.define("role", name, place)
    keys = Keys(reading, node, "a role")
    said = ROLE.read(keys)
    keys.done()
    base = Role(said.pop("based_on") or Role.AGENT)
    reading.roles[name] = base
    return RoleDefinition(key=name, based_on=base, **said)


def options(reading: Reading, node: Node) -> dict[str, bool]:
    """What is switched, by its name: on or off."""
    keys = Keys(reading, node, "the options of a role")
    said = SWITCHES.read(keys)
    keys.done()
    return said


SWITCHES = Shape(tuple(Key(one.value, "yes_no", values.flag, ("boolean",)) for one in OPTIONS))
ROLE = Shape(
    (
        shapes.text("title", needed=True),
        shapes.choice("based_on", *(one.value for one in BASES), needed=True, otherwise=Role.AGENT.value),
        shapes.text("description"),
        shapes.special("options", "part", options, inner=SWITCHES),
    )
)
