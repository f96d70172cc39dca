"""Extension properties as the configuration declares them, beside what something has (D-22)."""

import json

from tramita.domain.bodies import restore
from tramita.domain.cards import FieldDefinition
from tramita.queries.own_fields import inside

Had = list[tuple[FieldDefinition, object]]


def declared_sql() -> str:
    """Lines `(sort, fields as JSON)`, the sort being one of `definitions.EXTENDED`."""
    fields = inside("v.body", "fields")
    return (
        f"SELECT d.key, {fields} AS fields FROM definitions d JOIN versions v ON v.id = d.current_id "
        f"WHERE d.kind = 'properties' AND d.active AND {fields} IS NOT NULL"
    )


def had(declared: str | None, values: str | None) -> Had:
    """Each declared property that has a value, in its order; both as JSON."""
    known, held = json.loads(declared or "[]"), json.loads(values or "{}")
    fields = [restore(FieldDefinition, one) for one in known]
    return [(one, held[one.name]) for one in fields if one.name in held]
