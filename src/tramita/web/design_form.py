"""What the forms of a process make of its tree: a part as it is asked, and the tree with it changed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tramita.domain.errors import NotFound
from tramita.services import process_trees as trees
from tramita.services.definitions import fields, process_shapes
from tramita.services.definitions.shapes import Shape
from tramita.web import desk_form
from tramita.web.desk_inputs import Values, first, typed_as

Tree = dict[str, Any]
BOARD = {"step": "flow", "action": "flow", "field": "fields", "card": "fields"}  # where one comes back to


def shape_of(part: str, values: Values) -> Shape:
    """What is asked; of an Action by the kind that is chosen, of a field by its type."""
    if part == "action":
        return process_shapes.action(first(values, "kind") or "manual")
    if part == "field":
        return field_shape(first(values, "type") or "text")
    return {"settings": process_shapes.CASE_TYPE, "step": process_shapes.STEP, "card": fields.CARD}[part]


def field_shape(chosen: str) -> Shape:
    """Choices belong to a choice, columns to a table; a default is one value."""
    left_out = {"choice": ("columns",), "table": ("choices", "default")}.get(chosen, ("choices", "columns"))
    shape = fields.FIELD.without(*left_out)
    return Shape(tuple(replace(one, of=(chosen,)) if one.name == "default" else one for one in shape.keys))


def body_of(tree: Tree, part: str, name: str) -> Tree:
    """A part as its form is filled from it. Raises: NotFound."""
    match part:
        case "settings":
            return tree
        case "step":
            return trees.flow_of(tree).step(name).body
        case "action":
            body = trees.flow_of(tree).body_of(name)
            method = {"method": str(body["method"]).lower()} if "method" in body else {}
            return {"kind": "manual"} | body | method
        case "field":
            return trees.part(tree, "fields", name)
        case "card":
            return trees.part(tree, "cards", name)
    raise NotFound("There is no such page.")


def changing(part: str, name: str, values: Values, sheet: str) -> Callable[[Tree], Tree]:
    """The change that these inputs ask for. Raises: Invalid, for a number that is none."""
    if sheet:
        values = {**values, "sheet": [sheet]}
    said = desk_form.gather(shape_of(part, values), values)
    if part == "field" and "default" in said:
        said["default"] = typed_as(said.get("type", "text"), str(said["default"]))

    def do(tree: Tree) -> Tree:
        match part:
            case "settings":
                return trees.put_settings(tree, said, process_shapes.CASE_TYPE.names)
            case "step":
                return trees.put_step(tree, name, said)
            case "action":
                body = {key: it for key, it in said.items() if (key, it) != ("kind", "manual")}
                step = first(values, "step")
                if not step and said.get("kind", "manual") == "manual":  # by hand is what it is there for
                    body.pop("startable", None)
                return trees.put_action(tree, name, body, step=step)
        return trees.put_part(tree, f"{part}s", name, said)

    return do


def added(tree: Tree, part: str, name: str, title: str, step: str) -> Tree:
    """A new part by its name. Raises: Invalid, NotFound."""
    match part:
        case "step":
            return trees.add_step(tree, name, title)
        case "action":
            return trees.add_action(tree, name, title, step=step)
        case "field":
            return trees.add_part(tree, "fields", name, {"type": "text"} | ({"title": title} if title else {}))
        case "card":
            return trees.add_part(tree, "cards", name, {"fields": []} | ({"title": title} if title else {}))
    raise NotFound("There is no such page.")


def dropped(tree: Tree, part: str, name: str) -> Tree:
    """Without a part. Raises: NotFound; Conflict, for a step with Actions."""
    drops: Mapping[str, Callable[[Tree], Tree]] = {
        "step": lambda it: trees.drop_step(it, name),
        "action": lambda it: trees.drop_action(it, name),
        "field": lambda it: trees.drop_part(it, "fields", name),
        "card": lambda it: trees.drop_part(it, "cards", name),
    }
    if part not in drops:
        raise NotFound("There is no such page.")
    return drops[part](tree)
