"""The sheets of bulk creation: a template in the reader's language, the rows of one that was filled in, and the result.

A column is known by its code or by its name in any language of the product; `fields.NAME` is a field of the process.
What comes back as a result may be mended and given again: a row that has its reference is passed over (BK-1).
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from io import StringIO
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tramita.domain.actors import Actor
from tramita.domain.cards import FieldDefinition
from tramita.domain.codes import Kind
from tramita.domain.errors import Invalid
from tramita.queries import definitions
from tramita.queries.sheets import RowView
from tramita.services.bulk_sheets import Row
from tramita.ui import errors, labels
from tramita.ui.card_inputs import value_of

COLUMNS: Mapping[Kind, Sequence[str]] = {
    Kind.TICKET: ("title", "description", "category", "requester", "primary_contact", "cc"),
    Kind.CASE: ("short_description", "case_type", "requester", "primary_contact", "cc"),
}
PROCESS = {Kind.TICKET: "category", Kind.CASE: "case_type"}
REFERENCE, OUTCOME, WHY = "reference", "outcome", "why"
RESULT: Mapping[str, Promise] = {
    OUTCOME: gettext_lazy("Outcome"),
    REFERENCE: gettext_lazy("Reference"),
    WHY: gettext_lazy("Why not"),
}
FIELD = "fields."
Table = tuple[list[str], list[list[str]]]


def heads(kind: Kind) -> list[str]:
    """The columns in the reader's language."""
    return [str(labels.FIELDS[name]) for name in COLUMNS[kind]]


def template(kind: Kind, path: str, actor: Actor) -> Table:
    """Heads and one example row; of a process chosen beforehand with its fields. It need not be one that exists."""
    fields = [f"{FIELD}{name}" for name, one in _declared(kind, path).items() if one.type != "table"]
    known = definitions.categories_for(actor) if kind is Kind.TICKET else definitions.case_types_for(actor)
    first = path or next((one.path for one in known), "")
    example = {PROCESS[kind]: first, "title": _("Title"), "short_description": _("Title"), "description": "…"}
    example |= {"requester": actor.email}
    return [*heads(kind), *fields], [[example.get(name, "") for name in COLUMNS[kind]] + [""] * len(fields)]


def read(kind: Kind, text: str) -> list[Row]:
    """The rows of a sheet as CSV text that hold anything and have no reference yet. Raises: Invalid `sheet`."""
    lines = csv.reader(StringIO(text.replace("\x00", "")), delimiter=_delimiter(text))
    names = [_column(kind, head) for head in next(lines, [])]
    if unknown := [number for number, name in enumerate(names, start=1) if name is None]:
        raise Invalid.one(
            "sheet",
            "unknown_columns",
            "Column %(number)s is unknown. The first row must name these: %(columns)s.",
            number=unknown[0],
            columns=", ".join(heads(kind)),
        )
    found = []
    try:
        for number, cells in enumerate(lines, start=2):
            said = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name and cell.strip()}
            if said.keys() - RESULT.keys() and not said.get(REFERENCE):
                found.append(_row(kind, number, said))
    except csv.Error:
        raise Invalid.one("sheet", "unreadable", "This is no sheet that can be read: CSV or XLSX.") from None
    return found


def result(kind: Kind, rows: Iterable[RowView]) -> Table:
    """The sheet as it was given, with what came of each row beside."""
    every = list(rows)
    fields = sorted({name for row in every for name in row.cells if name.startswith(FIELD)})
    names = [*COLUMNS[kind], *fields]
    told = [
        [row.cells.get(name, "") for name in names]
        + [labels.word("sheet_outcome", row.outcome), row.reference, errors.sentence(row.error) if row.error else ""]
        for row in every
    ]
    return [*heads(kind), *fields, *(str(name) for name in RESULT.values())], told


def _row(kind: Kind, line: int, said: Mapping[str, str]) -> Row:
    cells = {name: text for name, text in said.items() if name not in RESULT}
    known = _declared(kind, cells.get(PROCESS[kind], ""))
    given: dict[str, Any] = {name: cells.get(name) for name in COLUMNS[kind] if name not in ("cc", "title")}
    if kind is Kind.TICKET:
        given |= {"title": cells.get("title", ""), "description": cells.get("description", "")}
    else:
        given["short_description"] = cells.get("short_description", "")
    given["cc"] = cells.get("cc", "").replace(",", " ").replace(";", " ").split()
    given["fields"] = {
        name: value_of(known[name], text) if name in known else text
        for column, text in cells.items()
        if (name := column.removeprefix(FIELD)) != column
    }
    return Row(line, cells, given)


def _declared(kind: Kind, path: str) -> Mapping[str, FieldDefinition]:
    if not path:
        return {}
    current = definitions.current_category(path) if kind is Kind.TICKET else definitions.current_case_type(path)
    return definitions.declared_by(current.process).fields if current else {}


def _column(kind: Kind, head: str) -> str | None:
    """The code of a column; empty for one without a head, which is passed over; None for an unknown one."""
    text = head.strip().lstrip("'").casefold()
    if not text:
        return ""
    if text.startswith(FIELD):
        return FIELD + head.strip()[len(FIELD) :]
    return _codes(kind).get(text)


@lru_cache(maxsize=4)
def _codes(kind: Kind) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {str(labels.FIELDS[name]).casefold(): name for name in COLUMNS[kind]}
            found |= {str(name).casefold(): code for code, name in RESULT.items()}
    return found | {name: name for name in (*COLUMNS[kind], *RESULT)}


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)
