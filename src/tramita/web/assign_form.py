"""Who gets work by its rule, as a page asks for it: a person, a robot or a position, and likewise a backup (Q-1)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from tramita.domain.process_definitions import LEAST_LOADED
from tramita.queries.desk_choices import Choices, choices
from tramita.services.definitions.shapes import Key
from tramita.web.desk_inputs import ABOVE, NONE, Values, first, inherited

OF_POSITION = "position/"  # before its key among addresses and names of robots: of these, what has a slash has an @
WAYS: Mapping[str, str] = {"user": "position", "secondary": "secondary_position"}  # two keys that one input asks for
OPTIONS: Mapping[str, Any] = {"choose": LEAST_LOADED, "inform": True, "copy_position": True}  # what a tick says


def offered() -> Choices:
    """People and robots, then positions. Cost: three statements."""
    held = [(f"{OF_POSITION}{key}", _("Position: %(title)s") % {"title": title}) for key, title in choices("position")]
    return [*choices("user", "robot"), *held]


def fill(key: Key, value: Any) -> dict[str, list[str]]:
    said = value or {}
    chosen = {f"{key.name}.{way}": [one] if (one := _chosen(said, way)) else [] for way in WAYS}
    return chosen | {f"{key.name}.{option}": ["on"] if said.get(option) else [] for option in OPTIONS}


def read(key: Key, values: Values) -> dict[str, Any]:
    """Nobody for one without the first: who stands in alone stands in for nobody."""
    found: dict[str, Any] = {}
    for person, position in WAYS.items():
        typed = first(values, f"{key.name}.{person}")
        if typed.startswith(OF_POSITION) and "@" not in typed:
            found[position] = typed.removeprefix(OF_POSITION)
        elif typed:
            found[person] = typed
    return found | {option: said for option, said in OPTIONS.items() if first(values, f"{key.name}.{option}")}


def fill_inherited(key: Key, value: Any) -> dict[str, list[str]]:
    said = {} if value is ABOVE else value
    return fill(key, said) | ({} if said else {f"{key.name}.user": [inherited(value)]})


def read_inherited(key: Key, values: Values) -> Any:
    """Without the first, what is above holds; with none on purpose, nobody."""
    typed = first(values, f"{key.name}.user")
    if typed in ("", NONE):
        return None if typed else ABOVE
    return read(key, values)


def _chosen(said: Mapping[str, str], way: str) -> str:
    held = said.get(WAYS[way])
    return f"{OF_POSITION}{held}" if held else said.get(way, "")
