"""The audit as those read who may: newest first, by person, item, kind and time (SEC-3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind
from tramita.domain.errors import NotPermitted
from tramita.domain.references import Reference
from tramita.models import Seal
from tramita.queries.auditing import may_read
from tramita.queries.names import Who, who
from tramita.queries.rows import document, fetch, moment, stored
from tramita.queries.timeline import told

Source = Seal.Source
WHAT = {"change": Source.ENTRY, "opening": Source.OPENING, "configuration": Source.CONFIGURATION, "desk": Source.DESK}
NAMES = {source: name for name, source in WHAT.items()}
KINDS = {kind.number: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines; empty means all."""

    what: str = ""  # change, opening, configuration
    person: int | None = None
    item: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """`type` is of the entry; by which face an item was opened; or which section was changed. `data` tells more."""

    id: int
    what: str
    at: datetime
    person: Who | None
    item: str | None
    type: str
    data: Mapping[str, Any]


def require(actor: Actor) -> None:
    """Raises: NotPermitted. It tells of every item, so nobody whose grants are narrowed reads it."""
    if not may_read(actor):
        raise NotPermitted("Only those who audit the desk may read this.")


def lines(actor: Actor, wanted: Wanted, *, before: int | None, limit: int) -> list[Line]:
    """Some lines with a lower id than `before`. Cost: one statement. Raises: NotPermitted."""
    require(actor)
    conditions, values = _conditions(wanted, before)
    return [_line(row) for row in fetch(f"{SELECT} WHERE {conditions} ORDER BY a.id DESC LIMIT {int(limit)}", values)]


SELECT = """
    SELECT a.id, a.source, a.at, p.id, p.name, p.email, p.role, i.kind, i.number, i.ordinal,
           e.type, e.data, e.words, e.reason, o.via, c.section, c.key, d.area, d.what, d.about, d.why
    FROM seals a LEFT JOIN people p ON p.id = a.person_id LEFT JOIN items i ON i.id = a.item_id
    LEFT JOIN entries e ON a.source = 1 AND e.id = a.row LEFT JOIN openings o ON a.source = 2 AND o.id = a.row
    LEFT JOIN configuration_changes c ON a.source = 3 AND c.id = a.row
    LEFT JOIN audit d ON a.source = 4 AND d.id = a.row
"""


def _conditions(wanted: Wanted, before: int | None) -> tuple[str, list[Any]]:
    each: list[tuple[str, Any]] = [
        ("a.id < %s", before),
        ("a.source = %s", int(WHAT[wanted.what]) if wanted.what else None),
        ("a.person_id = %s", wanted.person),
        ("a.item_id = %s", wanted.item),
        ("a.at >= %s", stored(wanted.since) if wanted.since else None),
        ("a.at < %s", stored(wanted.until) if wanted.until else None),
    ]
    used = [(condition, value) for condition, value in each if value is not None]
    return " AND ".join(condition for condition, _ in used) or "TRUE", [value for _, value in used]


def _line(row: tuple[Any, ...]) -> Line:
    number, source, at, person, name, email, role, kind, item, ordinal, *kept = row
    type_, data, words, reason, via, section, key, area, done, about, why = kept
    facts: Mapping[str, Any] = {}
    if type_:
        facts = told(document(data), document(words), reason)
    elif section:
        facts = {"key": key}
    elif area:
        facts = {"area": area, "about": about, "why": why}
    return Line(
        id=number,
        what=NAMES[source],
        at=moment(at),
        person=None if person is None else who(person, name, email or "", role),
        item=None if kind is None else str(Reference(KINDS[kind], item, ordinal)),
        type=type_ or via or section or done or "",
        data=facts,
    )
