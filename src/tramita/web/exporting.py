"""A list as a file: exactly what is shown, all its pages up to a limit, in the reader's language and time zone."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from tramita.domain.actors import Actor
from tramita.domain.auditing import Area
from tramita.queries import own_fields, worklists
from tramita.queries.list_rows import Row
from tramita.queries.visibility import Fragment
from tramita.queries.worklists import ORDERS, Place
from tramita.services import auditing
from tramita.ui import labels, moments, sheets
from tramita.ui.sheets import Cell
from tramita.ui.worklist import LATE, Line
from tramita.web import own_words
from tramita.web.asked import Look
from tramita.web.own_words import Own
from tramita.web.shown_list import lines

MOST = 10_000
AT_ONCE = 500
MOMENTS = ("created", "updated", "due")
FILES: Mapping[str, tuple[str, Callable[..., bytes]]] = {
    "csv": ("text/csv; charset=utf-8", sheets.csv_file),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", sheets.xlsx_file),
}


def export(
    kind: str, heading: str, place: Place, actor: Actor, look: Look, narrow: Fragment, now: datetime, tonight: datetime
) -> HttpResponse:
    """The file. Cost: one statement for each five hundred items."""
    zone = timezone.get_current_timezone_name()
    own = own_fields.declared() if look.with_fields else {}
    heads = [_("Reference"), _("Title"), *(own_words.title(one, own) or _head(one, zone) for one in look.columns)]
    return as_file(kind, heading, heads, _rows(place, actor, look, narrow, now, tonight, own), actor, now)


def as_file(
    kind: str, heading: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], actor: Actor, now: datetime
) -> HttpResponse:
    """A table to keep, of the kind that was asked for; the audit of exports is told (TO-6)."""
    content_type, made = FILES[kind]
    auditing.note(Area.EXPORTS, "exported", f"{heading} ({kind.upper()})", by=actor, at=now)
    response = HttpResponse(made(heads, rows), content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, f"{heading} {now:%Y-%m-%d}.{kind}")
    response["Cache-Control"] = "no-store, private"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _head(column: str, zone: str) -> str:
    name = labels.word("column", column)
    return f"{name} ({zone})" if column in MOMENTS else name


def _rows(
    place: Place, actor: Actor, look: Look, narrow: Fragment, now: datetime, tonight: datetime, own: Own
) -> Iterator[Sequence[Cell]]:
    """Page after page; what is left out at the end is said there."""
    after, count, order = None, 0, ORDERS[look.sort]
    fields = own_words.of(look.columns, own)
    while count < MOST:
        page = worklists.page(
            place,
            actor,
            now=now,
            tonight=tonight,
            narrow=narrow,
            order=order,
            after=after,
            limit=AT_ONCE,
            with_fields=look.with_fields,
            besides=look.besides,
        )
        for row, line in zip(page.rows, lines(page.rows, now, own=fields), strict=True):
            yield [line.reference, line.title, *(_cell(column, row, line) for column in look.columns)]
        after, count = page.next, count + len(page.rows)
        if after is None:
            return
    said = _("Only the first %(count)s items are here. Narrow the list to have the rest.") % {"count": f"{MOST:,}"}
    yield [said]


def _cell(column: str, row: Row, line: Line) -> Cell:
    return CELLS[column](row, line) if column in CELLS else line.own.get(column, "")


def _state(row: Row, line: Line) -> str:
    said = (labels.word("state", line.state), line.tag, labels.word("mark", "prioritised") if line.first else "")
    return " · ".join(one for one in said if one)


def _due(row: Row, line: Line) -> Cell:
    return _wall_clock(row.due_at) if row.due_at else line.due.text


def _wall_clock(moment: datetime) -> datetime:
    """To the minute, as the reader's clock shows it."""
    return moments.local(moment).replace(tzinfo=None, second=0, microsecond=0)


CELLS: Mapping[str, Callable[[Row, Line], Cell]] = {
    "organisation": lambda _row, line: line.organisation,
    "process": lambda _row, line: line.process,
    "queue": lambda _row, line: line.queue,
    "owner": lambda _row, line: line.owner,
    "state": _state,
    "created": lambda row, _line: _wall_clock(row.created_at),
    "updated": lambda row, _line: _wall_clock(row.updated_at),
    "due": _due,
    "overdue": lambda _row, line: line.due.text if line.due.mark == LATE else "",
    "who": lambda _row, line: line.who,
}
