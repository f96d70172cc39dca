"""Declared fields as lists know them: columns, bars, and filters by what they hold (D-20, H-3).

Which fields there are is read along with the bars of a page, and only by a list that shows one or offers them.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from tramita.domain.bodies import restore
from tramita.domain.cards import FieldDefinition
from tramita.domain.narrowing import OWN
from tramita.queries.rows import fetch
from tramita.queries.visibility import Fragment

LINE = "own"


def declared_sql() -> Fragment:
    """Lines `('own', '', fields as JSON, 0)`, one for each category and Case type that has any, by path."""
    fields = inside("v.body", "fields")
    return Fragment(
        f"SELECT * FROM (SELECT '{LINE}', '', {fields}, 0 FROM definitions d JOIN versions v ON v.id = d.current_id "
        f"WHERE d.kind IN ('category', 'case_type') AND d.active AND {fields} IS NOT NULL ORDER BY d.key) own"
    )


def known(lines: Iterable[tuple[Any, ...]]) -> Mapping[str, FieldDefinition]:
    """By `fields.name`. Of two fields of one name the first gives the title, and both their choices; no tables."""
    found: dict[str, FieldDefinition] = {}
    for name, _key, text, _number in lines:
        if name == LINE:
            for one in json.loads(text).values():
                field = restore(FieldDefinition, one)
                if field.type != "table":
                    found.setdefault(f"{OWN}{field.name}", field)
    return dict(sorted(found.items()))


def declared() -> Mapping[str, FieldDefinition]:
    """As `known`, where there are no bars to read along with. Cost: one statement."""
    return known(fetch(declared_sql().sql))


def value_sql(field: str) -> str:
    """What an item holds in `fields.name`, as text, alike on both databases; the name is a name (`is_own`)."""
    name = field.removeprefix(OWN)
    if connection.vendor == "postgresql":
        return inside("fields", name)
    path = f"'$.{name}'"
    words = "WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'"
    return f"CASE json_type(fields, {path}) {words} ELSE CAST(json_extract(fields, {path}) AS TEXT) END"


def inside(column: str, name: str) -> str:
    """A part of a JSON column as text."""
    if connection.vendor == "postgresql":
        return f"{column} #>> '{{{name}}}'"
    return f"json_extract({column}, '$.{name}')"
