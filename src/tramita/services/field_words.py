"""Values of fields as people read them, in their language and zone (D-20, H-8)."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from django.utils import timezone, translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from tramita.domain.cards import LEVELS, FieldDefinition, rows_of

BETWEEN_CELLS, BETWEEN_ROWS = ", ", "; "


def said_fields(fields: Iterable[tuple[FieldDefinition, object]]) -> Iterator[tuple[str, str]]:
    """Titles and values in words."""
    language = translation.get_language() or "en"
    return ((one.called(language), words_of(one, value)) for one, value in fields)


def words_of(one: FieldDefinition, value: object) -> str:
    """The value in words; nothing for none. What does not fit its field is said as it is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return BETWEEN_ROWS.join(_row(one, row) for row in rows_of(value))
    if isinstance(value, int | float) and one.type == "number":
        return number_format(value, use_l10n=True)
    return _text(one, value) if isinstance(value, str) else str(value)


def _row(table: FieldDefinition, row: dict[str, object]) -> str:
    cells = [words_of(column, row.get(column.name)) for column in table.columns]
    return BETWEEN_CELLS.join(cell for cell in cells if cell)


def _text(one: FieldDefinition, value: str) -> str:
    if one.type == "choice":
        label = one.label_of(value, translation.get_language() or "en")
        above = value.rpartition(LEVELS)[0]
        return f"{above}{LEVELS}{label}" if above and label != value else label
    if one.type == "datetime" and (moment := moment_of(value)):
        there = moment.astimezone(timezone.get_current_timezone())
        return f"{_day(there)} {there:%H:%M}"
    if one.type == "date" and (day := moment_of(value)):
        return _day(day)
    return value


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def moment_of(text: str) -> datetime | None:
    """The moment that a value names; one without an offset is of the reader's zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=timezone.get_current_timezone())
