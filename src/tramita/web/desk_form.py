"""The form of a thing of the configuration, made from its shape: inputs filled from its tree, and read back into one.

Every input has a name, `title` or `absent.from`, `levels.0.approvers` in the first row of several; what stands in them
is a list of texts by name, be it from the configuration or from what was sent, so that a refused form shows what was
typed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.http import QueryDict

from tramita.domain.cards import LEVELS
from tramita.services.definitions.shapes import Key, Shape
from tramita.web import assign_form, condition_form
from tramita.web.desk_inputs import ABOVE, FLAT, MOST_ROWS, Values, first
from tramita.web.desk_inputs import rows as places

Tree = Mapping[str, Any]
EMPTY: tuple[Any, ...] = (None, "", [], {})


def spread(shape: Shape, tree: Tree, under: str = "") -> dict[str, list[str]]:
    """What stands in every input; `under` goes before their names."""
    found: dict[str, list[str]] = {}
    for key in shape.keys:
        there = replace(key, name=f"{under}{key.name}")
        found |= KINDS[key.kind][0](there, tree.get(key.name, ABOVE if key.kind in INHERITED else key.otherwise))
    return found


def sent(posted: QueryDict) -> dict[str, list[str]]:
    return {name: [str(one) for one in some] for name, some in posted.lists()}


def gather(shape: Shape, values: Values, under: str = "") -> dict[str, Any]:
    """The tree that these inputs write, without what they leave empty. Raises: Invalid, for a number that is none."""
    found = {}
    for key in shape.keys:
        value = KINDS[key.kind][1](replace(key, name=f"{under}{key.name}"), values)
        if _says(key, value):
            found[key.name] = value
    return found


def _says(key: Key, value: Any) -> bool:
    """Whether a value says more than its absence would."""
    if key.kind in INHERITED:
        return value is not ABOVE
    return value not in EMPTY and not (key.kind == "flag" and value is key.otherwise)


def numbers(name: str, values: Values) -> list[int]:
    """The rows of a list that have an input, in their order."""
    begin = f"{name}."
    found = {one.removeprefix(begin).partition(".")[0] for one in values if one.startswith(begin)}
    return sorted(int(one) for one in found if one.isdecimal() and int(one) < MOST_ROWS)


def rows(name: str, values: Values) -> list[int]:
    """Those, and one more to fill."""
    there = numbers(name, values)
    return [*there, there[-1] + 1 if there else 0]


def inputs_of(values: Values) -> dict[str, Any]:
    """For templates: what stands in the input of a name, as it is, and the rows of a list."""
    return {"values": values, "said": lambda name: first(values, name), "rows": rows, "places": places}


def _inner(key: Key) -> Shape:
    if key.inner is None:
        raise TypeError(f"{key.name} has no inner shape")
    return key.inner


def _part_in(key: Key, value: Any) -> dict[str, list[str]]:
    return spread(_inner(key), value or {}, f"{key.name}.")


def _part_out(key: Key, values: Values) -> dict[str, Any]:
    return gather(_inner(key), values, f"{key.name}.")


def _rows_in(key: Key, value: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for number, row in enumerate(value or ()):
        found |= spread(_inner(key), row, f"{key.name}.{number}.")
    return found


def _rows_out(key: Key, values: Values) -> list[dict[str, Any]]:
    """A row whose first key says nothing is none."""
    made = [gather(_inner(key), values, f"{key.name}.{number}.") for number in numbers(key.name, values)]
    head = _inner(key).keys[0].name
    return [row for row in made if row.get(head)]


def _by_rows(
    to_rows: Callable[[Any], list[dict[str, Any]]], from_rows: Callable[[list[dict[str, Any]]], Any]
) -> tuple[Callable[[Key, Any], dict[str, list[str]]], Callable[[Key, Values], Any]]:
    """A kind whose value is no list of rows, and is asked for as one."""

    def fill(key: Key, value: Any) -> dict[str, list[str]]:
        return _rows_in(key, to_rows(value))

    def read(key: Key, values: Values) -> Any:
        return from_rows(_rows_out(key, values))

    return fill, read


def _named(value: Any) -> list[dict[str, Any]]:
    """Entries of a mapping with their names; `amount: number` is short for `amount: {type: number}`."""
    return [{"name": name} | (one if isinstance(one, dict) else {"type": one}) for name, one in (value or {}).items()]


def _by_name(made: list[dict[str, Any]]) -> dict[str, Any]:
    return {row["name"]: {name: one for name, one in row.items() if name != "name"} for row in made}


def _choices(value: Any) -> list[dict[str, Any]]:
    """What may be chosen, a row each, with its levels before it: `Europe / Poland`."""
    return list(_choices_under(value or (), ""))


def _choices_under(value: Any, above: str) -> Iterator[dict[str, Any]]:
    for one in value:
        if not isinstance(one, dict):
            yield {"value": f"{above}{one}"}
            continue
        for name, below in one.items():
            if isinstance(below, list):
                yield from _choices_under(below, f"{above}{name}{LEVELS}")
            else:
                yield {"value": f"{above}{name}", "label": below}


def _of_choices(made: list[dict[str, Any]]) -> list[Any]:
    return [{row["value"]: row["label"]} if row.get("label") else row["value"] for row in made]


def _levels(value: Any) -> list[dict[str, Any]]:
    """`any_of: […]` as who decides, and how many of them must."""
    return [
        {"approvers": one[how], "how": how, "least": one.get("least")}
        for one in value or ()
        for how in ("any_of", "all_of")
        if how in one
    ]


def _of_levels(made: list[dict[str, Any]]) -> list[Any]:
    return [
        {row.get("how", "any_of"): row["approvers"]} | ({"least": row["least"]} if row.get("least") else {})
        for row in made
    ]


def _starts(value: Any) -> list[dict[str, Any]]:
    return [
        {"said": "\n".join(str(it) for it in said) if isinstance(said, list) else str(said), "way": way}
        for one in value or ()
        for way, said in one.items()
    ]


def _of_starts(made: list[dict[str, Any]]) -> list[Any]:
    """Dates stand on lines of their own."""
    return [
        {row.get("way", "every"): row["said"].split() if row.get("way") == "dates" else row["said"]} for row in made
    ]


def _schedules(value: Any) -> list[dict[str, Any]]:
    return [{"name": name, "dates": dates} for name, dates in (value or {}).items()]


def _of_schedules(made: list[dict[str, Any]]) -> dict[str, Any]:
    return {row["name"]: row.get("dates", {}) for row in made}


def _ordered(value: Any) -> list[dict[str, Any]]:
    """Of a list whose order counts, a row each."""
    return [{"holder": one} for one in value or ()]


def _of_ordered(made: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(row["holder"] for row in made))


Kind = tuple[Callable[[Key, Any], dict[str, list[str]]], Callable[[Key, Values], Any]]
NESTED: Mapping[str, Kind] = {
    "part": (_part_in, _part_out),
    "rows": (_rows_in, _rows_out),
    "named": _by_rows(_named, _by_name),
    "choices": _by_rows(_choices, _of_choices),
    "levels": _by_rows(_levels, _of_levels),
    "schedules": _by_rows(_schedules, _of_schedules),
    "starts": _by_rows(_starts, _of_starts),
    "ordered": _by_rows(_ordered, _of_ordered),
    "assign": (assign_form.fill, assign_form.read),
    "inherited_assign": (assign_form.fill_inherited, assign_form.read_inherited),
    "condition": (condition_form.fill, condition_form.read),
}
KINDS: Mapping[str, Kind] = {**FLAT, **NESTED}
INHERITED = frozenset(name for name in KINDS if name.startswith("inherited"))


def input_of(shape: Shape, values: Values, place: str, under: str = "") -> str:
    """The input where a fault at this place of the tree is told: `fields.amount.type` is `fields.2.type` in rows.

    As deep as there are inputs; nothing for what the form does not ask.
    """
    name, _, rest = place.partition(".")
    key = next((one for one in shape.keys if one.name == name), None)
    if key is None:
        return ""
    here = f"{under}{name}"
    if not rest or key.inner is None:
        return here if not rest or f"{here}.{rest}" not in values else f"{here}.{rest}"
    if key.kind == "part":
        return input_of(key.inner, values, rest, f"{here}.") or here
    row, _, inside = rest.partition(".")
    number = _row_of(key, values, here, row)
    if number is None:
        return here
    at = f"{here}.{number}."
    return (input_of(key.inner, values, inside, at) if inside else "") or f"{at}{key.inner.keys[0].name}"


def _row_of(key: Key, values: Values, here: str, row: str) -> int | None:
    """The row that a part of a place names: the first of that name, else the one of that number among the filled."""
    head = _inner(key).keys[0].name
    there = [one for one in numbers(here, values) if first(values, f"{here}.{one}.{head}") or key.kind == "rows"]
    if key.kind in ("named", "schedules"):
        return next((one for one in there if first(values, f"{here}.{one}.name") == row), None)
    return there[int(row)] if row.isdecimal() and int(row) < len(there) else None
