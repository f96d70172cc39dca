"""What a form with cards sends: a text for each field, of a table rows of texts (D-20).

What cannot be read stays the text that it is: the field's own rule then refuses it, beside all else that is wrong.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone

from tramita.domain.cards import Declared, FieldDefinition

Row = dict[str, str]
Typed = Mapping[str, str | list[Row]]


def looks(request: HttpRequest) -> bool:
    """The form is only to be shown again, with the fields that its values show and another number of rows."""
    return request.method == "POST" and (request.POST.get("then") == "look" or "row" in request.POST)


def only_cards(request: HttpRequest, panel: str) -> bool:
    """A script puts the cards of this form in the place of those before; else the whole page is wanted."""
    return request.headers.get("HX-Target") == f"cards-{panel}"


def fields(request: HttpRequest, known: Declared) -> dict[str, Any]:
    """The declared fields that were sent, as their types want them; an empty one is taken away."""
    typed = typed_in(request.POST, known)
    return {name: value_of(known.fields[name], text) for name, text in typed.items()}


def typed_in(sent: QueryDict, known: Declared, *, blank: bool = False) -> Typed:
    """As it was typed, after the button that was pressed for another row, or for one row less.

    Rows without a filled cell are left out, so that those that are kept and named in faults have the numbers of those
    that are seen; unless the form is only looked at.
    """
    sent_ones = [one for name, one in known.fields.items() if f"fields.{name}" in sent]
    found: dict[str, str | list[Row]] = {
        one.name: _rows(sent, one, blank=blank) if one.type == "table" else str(sent[f"fields.{one.name}"]).strip()
        for one in sent_ones
    }
    table, _, number = str(sent.get("row", "")).partition(".")
    if isinstance(rows := found.get(table), list):
        if number.isdecimal():
            found[table] = rows[: int(number)] + rows[int(number) + 1 :]
        else:
            rows.append({})
    return found


def _rows(sent: QueryDict, table: FieldDefinition, *, blank: bool) -> list[Row]:
    begin = f"fields.{table.name}."
    numbers = {key.removeprefix(begin).partition(".")[0] for key in sent if key.startswith(begin)}
    names = [column.name for column in table.columns]
    rows = [
        {name: str(sent.get(f"{begin}{number}.{name}", "")).strip() for name in names}
        for number in sorted((one for one in numbers if one.isdecimal() and len(one) < 5), key=int)
    ]
    return [row for row in rows if blank or any(row.values())]


def value_of(one: FieldDefinition, typed: str | list[Row]) -> Any:
    """The value that a text means, if it means one."""
    if isinstance(typed, list):
        columns = {column.name: column for column in one.columns}
        return [{name: value_of(columns[name], text) for name, text in row.items() if text} for row in typed]
    if not typed:
        return None
    match one.type:
        case "boolean":
            return {"true": True, "false": False}.get(typed, typed)
        case "number":
            return _number(typed)
        case "datetime":
            return _moment(typed)
    return typed


def _number(text: str) -> int | float | str:
    try:
        found = float(text)
    except ValueError:
        return text
    if not isfinite(found):
        return text
    return int(found) if found.is_integer() else found


def _moment(text: str) -> str:
    """As `inputs.moment`: a time of the person's zone, kept in UTC (Z-13)."""
    try:
        naive = datetime.fromisoformat(text)
    except ValueError:
        return text
    there = naive if naive.tzinfo else naive.replace(tzinfo=timezone.get_current_timezone())
    return there.astimezone(UTC).isoformat()
