"""Model instances from rows of SQL text: what the ORM makes of a row, without what it costs to compile the query."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model

from tramita.queries.rows import fetch

M = TypeVar("M", bound=Model)
Convert = Callable[[Any, Any, Any], Any]


class Reader(Generic[M]):
    """Reads rows that hold `columns` in that order."""

    def __init__(self, model: type[M], attributes: Sequence[str]) -> None:
        self.model = model
        fields = [field for field in model._meta.concrete_fields if not attributes or field.attname in attributes]
        table = model._meta.db_table
        self.names = [field.attname for field in fields]
        self.columns = ", ".join(f'"{table}"."{field.column}"' for field in fields)
        self.converted: list[tuple[int, Any, list[Convert]]] = []
        for place, field in enumerate(fields):
            expression = field.get_col(table)
            converters = connection.ops.get_db_converters(expression) + field.get_db_converters(connection)
            if converters:
                self.converted.append((place, expression, converters))

    def read(self, row: Sequence[Any]) -> M:
        """The instance; attributes that are not among the columns are read when somebody asks for them."""
        values = list(row)
        for place, expression, converters in self.converted:
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        return self.model.from_db(connection.alias, self.names, values)


def reader(model: type[M], *attributes: str, but: Sequence[str] = ()) -> Reader[M]:
    """The reader of all columns, or of those with these names; `but` names attributes that are left out."""
    found: Reader[M] = _reader(connection.vendor, model, _others(model, tuple(but)) if but else attributes)
    return found


def select(model: type[M], condition: str, params: Sequence[Any] = (), *, but: Sequence[str] = ()) -> list[M]:
    """Whole rows by a condition in SQL (`id = %s ORDER BY at`). Nothing is asked about who may see them.

    `but` names attributes that are left out, to be read when somebody asks for them.
    """
    read = reader(model, but=but)
    rows = fetch(f"SELECT {read.columns} FROM {model._meta.db_table} WHERE {condition}", params)
    return [read.read(row) for row in rows]


def among(column: str, values: Sequence[Any]) -> str:
    """The condition `column IN (%s, …)`; there must be values."""
    return f"{column} IN ({', '.join(['%s'] * len(values))})"


@lru_cache(maxsize=32)
def _others(model: Any, but: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if field.attname not in but)


@lru_cache(maxsize=32)
def _reader(vendor: str, model: Any, attributes: tuple[str, ...]) -> Any:
    del vendor  # a key of the memory: databases differ in what they convert
    return Reader(model, attributes)
