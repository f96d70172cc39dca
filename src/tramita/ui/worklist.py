"""The rows of a list as text: fifty a page, so no template walks through their cells (MEASURED section 3).

What people wrote is escaped here, value by value; everything else is ours.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from tramita.ui import labels, moments
from tramita.ui.due import Due
from tramita.ui.people import hue, initials

NOTHING: Mapping[str, str] = {}
LATE = "late"  # the mark of what is overdue


class Line(NamedTuple):
    """One item as a list shows it."""

    href: str
    reference: str
    kind: str
    title: str
    organisation: str
    state: str
    problem: str | None
    tag: str
    due: Due
    who: str
    who_kind: str  # human or robot
    woken: bool
    fresh: bool
    unsent: bool = False  # a mail of it did not go out (MAIL-113)
    first: bool = False  # a leader put it first in its queue
    process: str = ""
    queue: str = ""
    owner: str = ""
    updated: datetime | None = None
    created: datetime | None = None
    own: Mapping[str, str] = NOTHING  # what columns show that not every list has (D-20, H-4)


class Head(NamedTuple):
    """The heading of a column; with an address where the list can be put in its order."""

    column: str
    href: str = ""
    order: str = ""  # ascending or descending, of the one that the list is in
    title: str = ""  # of a declared field


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under a heading, or all of them under none."""

    name: str = ""
    href: str = ""  # where there is nothing else
    lines: Sequence[Line] = field(default_factory=tuple)


class Said(NamedTuple):
    """The words of every row, found once a page."""

    kinds: Mapping[str, str]
    states: Mapping[str, str]
    starred: str
    fresh: str
    nobody: str
    problem: str
    unsent: str
    first: str
    sheet: str  # the address of the icons
    wall: moments.Wall
    tick: str  # empty where rows cannot be ticked


Cell = Callable[[Line, "Said"], str]


def rows(group: Group, heads: Sequence[Head], sheet: str, *, ticks: bool = False) -> Markup:
    """The rows of one group. `sheet` is the address of the file with the icons; `ticks`: they can be ticked (Z-7)."""
    said = Said(
        kinds=labels.words("kind"),
        states=labels.words("state"),
        starred=_("Highlighted"),
        fresh=_("New mail"),
        nobody=_("Unassigned"),
        problem=_("Problem"),
        unsent=_("Mail problem"),
        first=_("First"),
        sheet=sheet,
        wall=moments.wall(timezone.now()),
        tick=_("Tick %(reference)s") if ticks else "",
    )
    cells = [CELLS.get(head.column) or _own(head.column) for head in heads]
    return Markup("".join([_row(line, said, cells) for line in group.lines]))  # noqa: S704 - each value is escaped or ours


def _row(line: Line, said: Said, cells: Sequence[Cell]) -> str:
    woken, problem, new = (" data-woken" * line.woken, " data-problem" * bool(line.problem), " data-fresh" * line.fresh)
    return (
        f'<tr data-row data-ref="{line.reference}"{woken}{problem}{new}>'
        f'<td class="c-tick">{_tick(line, said) if said.tick else ""}'
        f"{_star(said) if line.woken or line.problem else ''}</td>"
        f'<td class="c-ref"><span class="ref"><svg class="icon kind" role="img" aria-label="{said.kinds[line.kind]}">'
        f'<use href="{said.sheet}#i-{line.kind}"/></svg>{line.reference}</span></td>'
        f'<td class="c-title"><div>{_title(line, said)}</div></td>'
        f"{''.join([cell(line, said) for cell in cells])}</tr>\n"
    )


def _state(line: Line, said: Said) -> str:
    look = "problem" if line.problem else line.state
    word = said.problem if line.problem else said.states[line.state]
    return (
        f'<td class="c-state"><span class="state" data-state="{look}"><svg class="icon" aria-hidden="true">'
        f'<use href="{said.sheet}#i-s-{look}"/></svg><span>{word}</span></span></td>'
    )


def _tick(line: Line, said: Said) -> str:
    """It belongs to the form of the bar, which stands below the list."""
    label = said.tick % {"reference": line.reference}
    return f'<input class="tick" type="checkbox" form="bulk" name="item" value="{line.reference}" aria-label="{label}">'


def _star(said: Said) -> str:
    label = said.starred
    return f'<svg class="icon star" role="img" aria-label="{label}"><use href="{said.sheet}#i-star"/></svg>'


def _title(line: Line, said: Said) -> str:
    new = f'<span class="new">{said.fresh}</span>' if line.fresh else ""
    tone = ' data-tone="bad"' if line.problem else ""
    tag = f'<span class="tag"{tone}>{escape(line.tag)}</span>' if line.tag else ""
    first = f'<span class="tag first">{said.first}</span>' if line.first else ""
    return f'<a href="{line.href}">{escape(line.title)}</a>{new}{first}{tag}{_unsent(said) if line.unsent else ""}'


def _unsent(said: Said) -> str:
    icon = f'<svg class="icon" aria-hidden="true"><use href="{said.sheet}#i-mail"/></svg>'
    return f'<span class="tag" data-tone="bad">{icon}{said.unsent}</span>'


def _due(due: Due) -> str:
    was = f' data-was="{due.was}"' if due.was else ""
    text = f'<due-time datetime="{moments.iso(due.moment)}">{due.text}</due-time>' if due.moment else due.text
    return f'<span class="due" data-due="{due.mark}"{was}>{text}</span>'


def _when(moment: datetime | None, said: Said) -> str:
    return f'<td class="c-more c-when">{said.wall.short(moment) if moment else ""}</td>'


@lru_cache(maxsize=1024)  # fifty a page, and the same dozen people on every one
def _avatar(name: str, kind: str, nobody: str, sheet: str) -> str:
    if not name:
        return f'<span class="avatar" data-kind="nobody" role="img" aria-label="{nobody}" title="{nobody}"></span>'
    who = escape(name)
    if kind == "robot":
        robot = f'<svg class="icon" aria-hidden="true"><use href="{sheet}#i-robot"/></svg>'
        return f'<span class="avatar" data-kind="robot" role="img" aria-label="{who}" title="{who}">{robot}</span>'
    marks = f'data-hue="{hue(name)}" role="img" aria-label="{who}" title="{who}"'
    return f'<span class="avatar" {marks}>{escape(initials(name))}</span>'


def _own(column: str) -> Cell:
    """A cell of a declared field, or of what is read only for a column that is asked for."""
    return lambda line, _said: f'<td class="c-more">{escape(line.own.get(column, ""))}</td>'


# in the order in which they stand
CELLS: Mapping[str, Cell] = {
    "organisation": lambda line, _said: f'<td class="c-org">{escape(line.organisation)}</td>',
    "process": lambda line, _said: f'<td class="c-more">{escape(line.process)}</td>',
    "contract": _own("contract"),
    "parent": _own("parent"),
    "action": _own("action"),
    "queue": lambda line, _said: f'<td class="c-more">{escape(line.queue)}</td>',
    "owner": lambda line, _said: f'<td class="c-more">{escape(line.owner)}</td>',
    "state": _state,
    "created": lambda line, said: _when(line.created, said),
    "updated": lambda line, said: _when(line.updated, said),
    "updated_by": _own("updated_by"),
    "due": lambda line, _said: f'<td class="c-due">{_due(line.due)}</td>',
    "overdue": lambda line, _said: f'<td class="c-more">{_due(line.due) if line.due.mark == LATE else ""}</td>',
    "who": lambda line, said: f'<td class="c-who">{_avatar(line.who, line.who_kind, said.nobody, said.sheet)}</td>',
}
COLUMNS = tuple(CELLS)
USUAL = ("organisation", "state", "due", "who")
