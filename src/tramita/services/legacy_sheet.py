"""The CSV export of a v2020.1 system, read as records in an order in which parents come first (SPEC section 27).

The file is read once for the references and what they hang below, and once more for each level; only references are
kept in memory.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tramita.domain import references
from tramita.domain.bringing_in import Record, Unread
from tramita.domain.codes import Kind
from tramita.domain.errors import Invalid
from tramita.domain.legacy import mapped
from tramita.domain.references import Reference
from tramita.queries.due_rules import installation_zone
from tramita.services.csv_rows import csv_rows

COLUMNS = (
    "kind",
    "reference",
    "parent",
    "state",
    "title",
    "description",
    "process",
    "requester",
    "assignee",
    "created_at",
    "resolved_at",
    "resolved_by",
    "follow_up_at",
    "reason",
)
NEEDED = ("kind", "reference", "state")
DEEPEST = 50  # Sub-Cases below each other: more is a ring

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The file, and on which level each reference stands; -1 for those that hang below each other in a ring."""

    path: Path
    levels: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.levels)

    def passes(self) -> Iterator[Iterator[Record | Unread]]:
        """The records level by level; what cannot be read comes with the first."""
        for level in sorted({0, *self.levels.values()}):
            yield self._level(level)

    def _level(self, level: int) -> Iterator[Record | Unread]:
        for line, cells in lines(self.path):
            reference = references.parse(cells["reference"])
            if self.levels.get(str(reference), 0) == level:
                yield _read(line, cells, reference, ring=level < 0)


def open_sheet(path: Path) -> Sheet:
    """Raises: Invalid `file`, for one without the columns it needs, or that is no CSV in UTF-8; OSError."""
    above: dict[str, str] = {}
    for _, cells in lines(path):
        if reference := references.parse(cells["reference"]):
            above.setdefault(str(reference), _parent(cells, reference))
    return Sheet(path, {key: _depth(key, above) for key in above})


def lines(path: Path) -> Iterator[tuple[int, Cells]]:
    """The rows with every column that we know, each with the line where it ends."""
    for line, said in csv_rows(path, NEEDED):
        yield line, {name: said.get(name, "") for name in COLUMNS}


def _parent(cells: Cells, reference: Reference) -> str:
    """As the column says; an Action belongs to the Case whose number it has."""
    if cells["parent"]:
        return str(references.parse(cells["parent"]) or cells["parent"])
    return str(Reference(Kind.CASE, reference.number)) if reference.kind is Kind.ACTION else ""


def _depth(key: str, above: Mapping[str, str]) -> int:
    depth = 0
    while (key := above.get(key, "")) in above:
        depth += 1
        if depth > DEEPEST:
            return -1
    return depth


def _read(line: int, cells: Cells, reference: Reference | None, *, ring: bool) -> Record | Unread:
    key = str(reference or cells["reference"] or f"line {line}")
    try:
        return _record(line, cells, reference, ring=ring)
    except Invalid as fault:
        return Unread(key, line, fault)


def _record(line: int, cells: Cells, reference: Reference | None, *, ring: bool) -> Record:
    if reference is None:
        raise Invalid.one("reference", "invalid", "“%(text)s” is no reference.", text=cells["reference"])
    kind = next((one for one in Kind if one.value == cells["kind"].lower()), None)
    if kind is None:
        raise Invalid.one("kind", "unknown", "“%(text)s” is no kind: ticket, case or action.", text=cells["kind"])
    row = mapped(kind, cells["state"])
    if row is None:
        raise Invalid.one("state", "unknown", "The old system had no state “%(text)s”.", text=cells["state"])
    if ring:
        raise Invalid.one("parent", "ring", "It hangs below itself.")
    return Record(
        key=str(reference),
        line=line,
        kind=kind,
        was=cells["state"],
        standing=row.standing,
        reference=reference,
        parent=_parent(cells, reference),
        title=cells["title"],
        description=cells["description"],
        process=cells["process"],
        requester=cells["requester"].lower(),
        assignee=cells["assignee"].lower(),
        resolved_by=cells["resolved_by"].lower(),
        created_at=moment("created_at", cells["created_at"]),
        resolved_at=moment("resolved_at", cells["resolved_at"]),
        follow_up_at=moment("follow_up_at", cells["follow_up_at"]),
        reason=cells["reason"],
    )


def moment(column: str, text: str) -> datetime | None:
    """A moment of ISO 8601; without an offset on the clock of the installation. Raises: Invalid."""
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=installation_zone())).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid.one(column, "invalid", "“%(text)s” is no moment, such as 2020-03-31 14:05.", text=text) from None
