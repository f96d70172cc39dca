"""Sheets from which items are created, as pages and the API show them: how far each is, and what came of each row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind
from tramita.domain.errors import NotFound, TramitaError
from tramita.domain.references import Reference
from tramita.models import Item, Sheet, SheetRow
from tramita.queries.jobs import error_from
from tramita.queries.list_rows import KINDS
from tramita.queries.rows import document, fetch
from tramita.queries.visibility import may, visible_sql

PAGE = 100
OUTCOMES: Mapping[int, str] = {one.value: one.name.lower() for one in SheetRow.Outcome}


@dataclass(frozen=True, slots=True)
class SheetView:
    """A sheet, and how far it is. `counts` has every outcome, by name."""

    sheet: Sheet
    counts: Mapping[str, int]

    @property
    def phase(self) -> str:
        """`checking`, `checked` (somebody looks), `creating`, `ended`."""
        if self.counts["waiting"]:
            return "creating" if self.begun else "checking"
        return "checked" if self.counts["ready"] else "ended"

    @property
    def begun(self) -> datetime | None:
        """When creating was asked for."""
        return self.sheet.begun_at

    @property
    def settled(self) -> int:
        """Of how many rows is known what came of them."""
        return self.sheet.total - self.counts["waiting"]


@dataclass(frozen=True, slots=True)
class RowView:
    """One row. Without a reference: nothing was created, or this reader may not see it any more."""

    line: int
    outcome: str
    cells: Mapping[str, str]
    reference: str
    error: TramitaError | None


def mine(actor: Actor, *, limit: int = 50) -> list[SheetView]:
    """The sheets of this person, the newest first. Cost: two statements."""
    return _views(list(Sheet.objects.filter(person=actor.id).order_by("-id")[:limit]))


def get_sheet(actor: Actor, number: int) -> SheetView:
    """One of their own; for who audits, anybody's. Raises: NotFound. Cost: two statements."""
    found = Sheet.objects.filter(pk=number).select_related("person")
    if not (actor.grants is None and may(actor, "audit")):
        found = found.filter(person=actor.id)
    views = _views(list(found))
    if not views:
        raise NotFound("There is no such sheet.")
    return views[0]


def _views(sheets: Sequence[Sheet]) -> list[SheetView]:
    if not sheets:
        return []
    counts: dict[int, dict[str, int]] = {one.pk: dict.fromkeys(OUTCOMES.values(), 0) for one in sheets}
    marks = ", ".join(["%s"] * len(sheets))
    rows = fetch(
        f"SELECT sheet_id, outcome, COUNT(*) FROM sheet_rows WHERE sheet_id IN ({marks}) GROUP BY sheet_id, outcome",
        [one.pk for one in sheets],
    )
    for sheet, code, number in rows:
        counts[sheet][OUTCOMES[code]] = number
    return [SheetView(one, counts[one.pk]) for one in sheets]


def rows_of(
    actor: Actor, sheet: Sheet, *, outcome: str = "", after: int = 0, limit: int | None = PAGE
) -> tuple[list[RowView], int | None]:
    """The rows in their order, and the line to go on after. Cost: one statement."""
    seen, codes = visible_sql(actor), {name: code for code, name in OUTCOMES.items()}
    narrow, params = ("AND r.outcome = %s ", [codes[outcome]]) if outcome in codes else ("", [])
    most = f"LIMIT {int(limit) + 1}" if limit is not None else ""
    found = fetch(
        "SELECT r.line, r.outcome, r.cells, r.told, items.kind, items.number, items.ordinal FROM sheet_rows r "
        f"LEFT JOIN items ON items.id = r.item_id AND {seen.sql} "
        f"WHERE r.sheet_id = %s AND r.line > %s {narrow}ORDER BY r.line {most}",
        [*seen.params, sheet.pk, after, *params],
    )
    more = limit is not None and len(found) > limit
    lines = [_row(row) for row in (found[:limit] if more else found)]
    return lines, lines[-1].line if more else None


def _row(row: Sequence[Any]) -> RowView:
    line, outcome, cells, told, kind, number, ordinal = row
    reference = str(Reference(KINDS[kind], number, ordinal)) if kind is not None else ""
    return RowView(line, OUTCOMES[outcome], document(cells), reference, error_from(document(told)))


def titles_in_use(wanted: Mapping[Kind, Sequence[str]]) -> set[str]:
    """Those of these titles that an open item of the kind has, in small letters. Cost: a statement for a kind asked."""
    found: set[str] = set()
    for kind, titles in wanted.items():
        if any(titles):
            open_ones = Item.objects.filter(kind=kind.number, title__in=titles, discarded_at=None).exclude(listed=0)
            found.update(title.casefold() for title in open_ones.values_list("title", flat=True))
    return found
