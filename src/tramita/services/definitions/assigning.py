"""Reading who gets new work of a process by its rule: `assign: {user: …}`, or whoever holds a position (Q-1, Z-9)."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from tramita.domain.process_definitions import LEAST_LOADED, Assigned
from tramita.services.definitions import values
from tramita.services.definitions.keys import Keys, Reading
from tramita.services.definitions.shapes import Read
from tramita.services.definitions.source import Node

WORKER, POSITION = values.reference("user", "robot"), values.reference("position")
PRIMARY, BACKUP = ("user", "position"), ("secondary", "secondary_position")
SAID: Mapping[str, Read] = {
    "user": WORKER,
    "position": POSITION,
    "secondary": WORKER,
    "secondary_position": POSITION,
    "choose": values.one_of(LEAST_LOADED),
    "inform": values.flag,
    "copy_position": values.flag,
}


def assignment(reading: Reading, node: Node) -> dict[str, Any]:
    """The columns of `Assigned` that are said."""
    keys = Keys(reading, node, "assign")
    said = {name: keys.maybe(name, how) for name, how in SAID.items()}
    keys.done()
    check(reading, keys)
    return {f"assign_{name}": value for name, value in said.items() if value is not None}


def check(reading: Reading, keys: Keys) -> None:
    """One way to say who gets it, one to say who else; a choice among holders only, and copies to them (Q-1, Q-5)."""
    if not any(name in keys for name in PRIMARY):
        reading.fault(keys.node, "assign needs “user” or “position”")
    elif "choose" in keys and not any(name in keys for name in ("position", "secondary_position")):
        reading.fault(keys.node.keys["choose"], "“choose” goes with a position: one person is no choice")
    copied = keys.values.get("copy_position")
    if copied is not None and copied.value is True and not {"inform", "position"}.issubset(keys.values):
        reading.fault(copied, "“copy_position” goes with “inform” and a “position”")
    for one, other in (PRIMARY, BACKUP):
        if one in keys and other in keys:
            reading.fault(keys.node.keys[other], f"give either “{one}” or “{other}”: one of them gets it")


def assigned(one: Assigned) -> dict[str, Any]:
    """The same columns of what was read: what is inherited, and exported (Z-8)."""
    return {each.name: getattr(one, each.name) for each in fields(Assigned)}
