"""Conditions: one tree for flows, routes, rules and views.

The tree is `all`, `any`, `not` over comparisons of one field with a literal. It evaluates in memory here;
the same tree is what queries compile, and `tramita.domain.cel` reads and writes it as text. A comparison
with null is false, whatever the operator (INTERFACES section 4); only `== null` and `!= null` ask for
absence itself.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Union

Scalar = str | int | float | bool | None
Literal = Scalar | tuple[Scalar, ...]

COMPARISONS = ("==", "!=", "<=", ">=", "<", ">", "in")


@dataclass(frozen=True, slots=True)
class Comparison:
    """`field op value`; a bare field is `field == true`."""

    field: str
    op: str
    value: Literal


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; an empty one holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One part holds; an empty one does not."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


Condition = Union[Comparison, All, AnyOf, Not]  # noqa: UP007 (the classes refer to it by name)


def holds(condition: Condition, values: Mapping[str, object]) -> bool:
    """Whether the condition is true of the values; `fields.amount` is `values["fields"]["amount"]`."""
    match condition:
        case All(parts):
            return all(holds(part, values) for part in parts)
        case AnyOf(parts):
            return any(holds(part, values) for part in parts)
        case Not(part):
            return not holds(part, values)
        case Comparison(field, op, value):
            return compare(lookup(values, field), op, value)


def lookup(values: Mapping[str, object], path: str) -> object:
    """The value at a dotted path; null when any part of it is absent."""
    found: object = values
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def compare(found: object, op: str, value: Literal) -> bool:
    """One comparison: false with null or another kind of value; `!= null` asks whether there is a value."""
    if value is None:
        return (found is None) == (op == "==")
    if found is None:
        return False
    if op == "in":
        return isinstance(value, tuple) and any(same(found, one) for one in value)
    if op in {"==", "!="}:
        return same(found, value) == (op == "==")
    if not ordered_alike(found, value):
        return False
    return ORDERS[op](found, value)


ORDERS: dict[str, Callable[..., bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def same(found: object, value: Literal) -> bool:
    """Equal and of one kind: 1 is 1.0, but not true and not "1"."""
    return isinstance(found, bool) == isinstance(value, bool) and found == value


def ordered_alike(found: object, value: Literal) -> bool:
    """Two numbers or two texts; dates are ISO texts and sort as they stand."""
    if isinstance(found, bool) or isinstance(value, bool):
        return False
    numbers = isinstance(found, int | float) and isinstance(value, int | float)
    return numbers or (isinstance(found, str) and isinstance(value, str))


def fields_of(condition: Condition) -> Iterator[Comparison]:
    """Every comparison of the tree, in order of appearance."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from fields_of(part)
        case Not(part):
            yield from fields_of(part)
        case Comparison():
            yield condition


# As JSON: {"all": […]}, {"any": […]}, {"not": …}, {"field", "op", "value"}.


def as_tree(condition: Condition) -> dict[str, object]:
    """The tree as JSON values, which is how a version keeps it."""
    match condition:
        case All(parts):
            return {"all": [as_tree(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [as_tree(part) for part in parts]}
        case Not(part):
            return {"not": as_tree(part)}
        case Comparison(field, op, value):
            plain = list(value) if isinstance(value, tuple) else value
            return {"field": field, "op": op, "value": plain}


def from_tree(tree: Mapping[str, object]) -> Condition:
    """The inverse of `as_tree`. Raises: ValueError, if the tree has another shape."""
    match tree:
        case {"all": list(parts), **rest} if not rest:
            return All(tuple(from_tree(part) for part in parts))
        case {"any": list(parts), **rest} if not rest:
            return AnyOf(tuple(from_tree(part) for part in parts))
        case {"not": dict(part), **rest} if not rest:
            return Not(from_tree(part))
        case {"field": str(field), "op": str(op), "value": value, **rest} if not rest and op in COMPARISONS:
            return Comparison(field, op, literal(value))
    raise ValueError(f"not a condition: {tree!r}")


def literal(value: object) -> Literal:
    """A JSON value as a literal. Raises: ValueError, if it is neither a scalar nor a list of them."""
    if isinstance(value, list):
        scalars = tuple(literal(one) for one in value)
        return tuple(one for one in scalars if not isinstance(one, tuple))
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise ValueError(f"not a literal: {value!r}")
