"""The rows of a list and its filters as a page shows them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from tramita.domain.cards import FieldDefinition
from tramita.domain.codes import DueStatus
from tramita.domain.narrowing import CODES, ME, NOBODY, is_own, without
from tramita.queries.charts import Bar
from tramita.queries.list_rows import Row
from tramita.queries.shell import Count, Shell
from tramita.ui import due, labels, moments
from tramita.ui.worklist import Group, Head, Line
from tramita.web import own_words
from tramita.web.asked import Asked, status_of
from tramita.web.own_words import Own

SORTED_BY = {"due": "due", "updated": "updated", "created": "created"}  # a column's order
BAR_LOOKS = {
    DueStatus.OVERDUE: "late",
    DueStatus.TODAY: "today",
    DueStatus.ON_TARGET: "ahead",
    DueStatus.NOT_SET: "none",
}
STATUSES = {"late": "overdue", "today": "today", "ahead": "on_target"}


class Chip(NamedTuple):
    """One filter that is on, and the address without it."""

    href: str
    field: str
    value: str


def lines(rows: Sequence[Row], now: datetime, *, own: Sequence[FieldDefinition] = ()) -> list[Line]:
    """Each row as a list shows it."""
    # what comes before a reference in the address of an item: asked once a page, not once a row (0.7 ms)
    items = reverse("item", args=["-"]).removesuffix("-")
    wall, waits = moments.wall(now), labels.words("wait")
    shown = [_shown(row, now, items, wall, waits) for row in rows]
    if not own and not any(row.besides for row in rows[:1]):
        return shown
    cells = [{**own_words.cells(own, row.fields), **row.besides} for row in rows]
    return [line._replace(own=more) for line, more in zip(shown, cells, strict=True)]


def _shown(row: Row, now: datetime, items: str, wall: moments.Wall, waits: Mapping[str, str]) -> Line:
    """A row as lists show it. `items` is what comes before a reference in an address."""
    promise = due.shown(due_at=row.due_at, clock=row.clock, seconds_left=row.seconds_left, now=now, wall=wall)
    return Line(  # fifty a page: by their places, which takes two thirds of the time
        f"{items}{row.reference}",
        row.reference,
        row.kind.value,
        row.title or _("Without a title"),
        row.organisation,
        row.state.value,
        row.problem,
        _tag(row, waits),
        promise,
        row.assignee,
        row.assignee_kind,
        row.highlighted and not row.problem,
        row.new_information,
        row.mail_trouble,
        row.prioritised,
        row.process,
        row.queue,
        row.owner,
        row.updated_at,
        row.created_at,
    )


def _tag(row: Row, waits: Mapping[str, str]) -> str:
    if row.problem:
        return labels.word("problem", row.problem)
    if row.robot_rejected:
        return _("Robot proposes") if row.robot_proposes else _("Robot rejected")
    return waits.get(row.wait_type, row.wait_type) if row.wait_type else ""


def grouped(asked: Asked, rows: Sequence[Row], below: Sequence[Line]) -> list[Group]:
    """The lines of this page under their headings, in the order of appearance; one without a heading otherwise."""
    by = asked.look.group
    if not by:
        return [Group(lines=list(below))]
    found: dict[tuple[str, str], list[Line]] = {}
    for row, line in zip(rows, below, strict=True):
        found.setdefault(_heading(by, row, line), []).append(line)
    return [Group(name, asked.only(by, [value or NOBODY]), under) for (value, name), under in found.items()]


def _heading(by: str, row: Row, line: Line) -> tuple[str, str]:
    """What a group is called, and the value that narrows the list to it."""
    if by == "due":
        status = STATUSES.get(line.due.mark, DueStatus.NOT_SET.value)
        return status, labels.word("due", status)
    if by in CODES:
        code = {"state": line.state, "kind": line.kind}[by]
        return code, labels.word(by, code)
    name = {"assignee": line.who, "queue": line.queue, "organisation": line.organisation, "process": line.process}[by]
    return row.key(by), name or _nobody(by)


def heads(asked: Asked, own: Own) -> list[Head]:
    """The headings of the columns; those with an order of their own are links, the current one turns it round."""
    return [Head(name, *_order(asked, name), title=own_words.title(name, own)) for name in asked.look.columns]


def _order(asked: Asked, column: str) -> tuple[str, str]:
    name = SORTED_BY.get(column)
    if name is None:
        return "", ""
    sort = asked.look.sort
    if sort.removeprefix("-") != name:
        return asked.address(sort=name if name == "due" else f"-{name}"), ""
    turned = name if sort.startswith("-") else f"-{name}"
    return asked.address(sort=turned), "descending" if sort.startswith("-") else "ascending"


def totals(asked: Asked, counts: Mapping[DueStatus, Count]) -> list[tuple[str, str, Count, bool]]:
    """H-2: a click filters, a second click takes the filter away."""
    on = status_of(asked.look)

    def turned(status: DueStatus) -> str:
        return asked.only("due", [one for one in on if one is not status] if status in on else [status])

    return [(turned(status), status.value, count, status in on) for status, count in counts.items()]


def chips(asked: Asked, shell: Shell) -> list[Chip]:
    """What the list is narrowed by, but for the due statuses, which have their own."""
    narrowing = asked.look.narrowing
    return [
        Chip(
            asked.address(narrowing=without(narrowing, field, value)),
            "" if field == "mark" else own_words.title(field, shell.own) or labels.word("narrowing", field),
            value_name(field, value, shell.names, shell.own),
        )
        for field, values in narrowing
        if field != "due"
        for value in values
    ]


class Drawn(NamedTuple):
    """One bar: `href` narrows the list to it, or takes that away again; parts are (look, beginning, length) in %."""

    href: str
    name: str
    total: int
    counts: Sequence[int]  # by due status
    parts: Sequence[tuple[str, str, str]]
    current: bool


def drawn(asked: Asked, field: str, bars: Sequence[Bar], own: Own) -> list[Drawn]:
    """H-3, H-5: the longest bar takes all the room."""
    longest = max((bar.total for bar in bars), default=0) or 1
    return [_drawn(asked, field, bar, longest, own) for bar in bars]


def _drawn(asked: Asked, field: str, bar: Bar, longest: int, own: Own) -> Drawn:
    current = bar.value in dict(asked.look.narrowing).get(field, ())
    href = asked.only(field, [] if current else [bar.value]) if bar.value else ""
    parts, begin = [], 0.0
    for status, look in BAR_LOOKS.items():
        length = 100 * bar.counts[status] / longest
        if length:
            parts.append((look, f"{begin:.2f}%", f"{length:.2f}%"))
        begin += length
    names = {(field, bar.value): bar.name or bar.value}
    name = value_name(field, bar.value, names, own) if bar.value else _("All others")
    return Drawn(href, name, bar.total, [bar.counts[status] for status in BAR_LOOKS], parts, current)


def value_name(field: str, value: str, names: Mapping[tuple[str, str], str], own: Own) -> str:
    """What a person calls this value of a filter."""
    if field in CODES:
        return labels.word(field, value)
    if value == ME:
        return _("Me")
    if value == NOBODY:
        return _nobody(field)
    if is_own(field):
        return own_words.value(field, value, own)
    return names.get((field, value), value)


def _nobody(field: str) -> str:
    return _("Unassigned") if field == "assignee" else _("None")
