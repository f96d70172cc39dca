"""Definitions as JSON: what a published version keeps, and back.

One codec for every class of `tramita.domain.definitions`. What has its default is left out, so that a field
added later does not change the versions that never heard of it.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from tramita.domain import conditions

Definition = TypeVar("Definition")
CONDITIONS = frozenset({conditions.Comparison, conditions.All, conditions.AnyOf, conditions.Not})


def body_of(definition: object) -> dict[str, Any]:
    """The JSON object of a definition, without what has its default."""
    body = written(definition)
    if not isinstance(body, dict):
        raise TypeError(f"{definition!r} is no definition")
    return body


def written(value: Any) -> Any:
    """Any value of a definition as JSON."""
    if type(value) in CONDITIONS:
        return conditions.as_tree(value)
    if is_dataclass(value):
        return {
            field.name: written(getattr(value, field.name))
            for field in fields(value)
            if getattr(value, field.name) != default(field)
        }
    if isinstance(value, Mapping):
        return {key: written(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [written(one) for one in value]
    return scalar(value)


def scalar(value: Any) -> Any:
    """A leaf: an enum by its word, a moment in ISO 8601, a duration in seconds."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value


def default(field: "Field[Any]") -> Any:
    """The default of a field, or MISSING, which equals nothing."""
    return field.default_factory() if field.default_factory is not MISSING else field.default


def restore(kind: type[Definition], body: Mapping[str, Any]) -> Definition:
    """The definition that this body was written from. Keys that `kind` does not know are passed over."""
    types = types_of(cast("type", kind))
    return kind(**{name: read(types[name], value) for name, value in body.items() if name in types})


@cache
def types_of(kind: type) -> dict[str, Any]:
    """The types of a dataclass's fields."""
    return get_type_hints(kind)


def read(kind: Any, value: Any) -> Any:
    """A JSON value as the type that the field has."""
    options = [option for option in get_args(kind) if option is not NoneType]
    if value is None:
        return None
    if get_origin(kind) in {Union, UnionType}:
        if CONDITIONS.issuperset(options):
            return conditions.from_tree(value)
        return read(options[0], value) if len(options) == 1 else value
    if get_origin(kind) is tuple:
        return tuple(read(options[0], one) for one in value)
    if get_origin(kind) is Mapping:
        return {key: read(options[1], one) for key, one in value.items()}
    if is_dataclass(kind) and isinstance(kind, type):
        return restore(kind, value)
    return read_scalar(kind, value)


def read_scalar(kind: Any, value: Any) -> Any:
    """A leaf, the inverse of `scalar`."""
    if kind in {date, datetime}:
        return kind.fromisoformat(value)
    if kind is timedelta:
        return timedelta(seconds=value)
    return kind(value) if isinstance(kind, type) and issubclass(kind, Enum) else value
