"""What an address asks of a list: filters, order, columns, groups and where to go on; and the address of each change.

A saved view gives the defaults; as soon as its address says anything of its own, the address is the whole truth, so
that a filter of the view can be taken away as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone

from tramita.domain.codes import DueStatus
from tramita.domain.errors import Invalid
from tramita.domain.narrowing import FIELDS, MOST_OWN, Narrowing, Reader, is_own, read, replaced
from tramita.models import View
from tramita.queries import charts, cursors
from tramita.queries.list_rows import BESIDES
from tramita.queries.views import narrowing_of
from tramita.queries.worklists import ORDERS, After
from tramita.ui.worklist import COLUMNS, USUAL
from tramita.web.access import StaffRequest

GROUPS = ("state", "due", "kind", "assignee", "queue", "organisation", "process")
CHANGED = "changed"  # marks an address that no longer says what the saved view says
SHAPE = (*FIELDS, "sort", "group", "col", CHANGED)
READERS = {"sort_due": cursors.moment, "updated_at": cursors.moment, "id": cursors.number}


@dataclass(frozen=True, slots=True)
class Look:
    """How a list is narrowed and shown."""

    narrowing: Narrowing = ()
    sort: str = "due"
    group: str = ""
    columns: tuple[str, ...] = USUAL

    def pairs(self) -> list[tuple[str, str]]:
        """As the fields of a form or of an address; what is usual is left out."""
        found = [(name, value) for name, values in self.narrowing for value in values]
        found += [("sort", self.sort)] if self.sort != "due" else []
        found += [("group", self.group)] if self.group else []
        return found + ([("col", one) for one in self.columns] if self.columns != USUAL else [])

    @property
    def with_fields(self) -> bool:
        """Whether it has columns of declared fields."""
        return any(map(is_own, self.columns))

    @property
    def besides(self) -> tuple[str, ...]:
        """Its columns that are read only where they are asked for (H-4)."""
        return tuple(one for one in self.columns if one in BESIDES)

    def query(self) -> str:
        """As the query of an address; there is something in it also when all is usual."""
        return urlencode([*self.pairs(), (CHANGED, "1")])


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as it was asked for. `own` is what its bare address means."""

    path: str
    look: Look
    own: Look
    after: After | None = None
    panel: bool = False
    chart: str = ""

    @property
    def changed(self) -> bool:
        """Whether this is not what the bare address shows."""
        return self.look != self.own

    @property
    def own_fields(self) -> bool:
        """Whether it shows declared fields, or is where they are offered (D-20)."""
        return self.panel or bool(self.chart) or self.look.with_fields or any(map(is_own, dict(self.look.narrowing)))

    @property
    def new(self) -> bool:
        """Whether it is worth a view that is not there yet."""
        return self.look not in (self.own, Look())

    def address(self, *, after: str = "", panel: bool = False, chart: str | None = None, **changes: Any) -> str:
        """The address of this list with something else."""
        chart = self.chart if chart is None else chart
        look = replace(self.look, **changes)
        pairs = look.pairs() if look != self.own else []
        if look != self.own and self.own != Look():
            pairs.append((CHANGED, "1"))
        pairs += [("after", after)] if after else []
        pairs += [("panel", "filter")] if panel else []
        pairs += [("chart", chart)] if chart else []
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    def file(self, kind: str) -> str:
        """The address of this list as a file, all its pages."""
        address = self.address(chart="")
        return f"{address}{'&' if '?' in address else '?'}export={kind}"

    def only(self, field: str, values: Sequence[str]) -> str:
        """The address with this field narrowed to these values."""
        return self.address(narrowing=replaced(self.look.narrowing, field, values))


def asked(request: StaffRequest, view: View | None = None) -> Asked:
    """What this address asks for; what cannot be read is left out."""
    own = look_of(view) if view else Look()
    look = look_said(request.GET, own)
    after = _after(look.sort, request.GET.get("after", ""))
    drawn = request.GET.get("chart", "")
    panel = request.GET.get("panel") == "filter"
    return Asked(request.path, look, own, after, panel, drawn if drawn in charts.FIELDS or is_own(drawn) else "")


def look_said(given: QueryDict, own: Look) -> Look:
    """The look that is described, if any is; else the own one."""
    return look_in(given) if any(name in SHAPE or is_own(name) for name in given) else own


def look_in(given: QueryDict) -> Look:
    """The look that an address or a form describes."""
    sort, group = given.get("sort", ""), given.get("group", "")
    columns = _columns(given.getlist("col"))
    return Look(
        narrowing=read({name: given.getlist(name) for name in given}),
        sort=sort if sort in ORDERS else "due",
        group=group if group in GROUPS else "",
        columns=columns or USUAL,
    )


def look_of(view: View) -> Look:
    """The look that was saved."""
    columns = _columns(view.columns)
    sort, group = view.sort, view.grouping
    return Look(
        narrowing_of(view), sort if sort in ORDERS else "due", group if group in GROUPS else "", columns or USUAL
    )


def _columns(named: Sequence[str]) -> tuple[str, ...]:
    """In the order in which they stand; those of declared fields after the others, as they were named."""
    own = [name for name in dict.fromkeys(named) if is_own(name)]
    return (*(one for one in COLUMNS if one in named), *own[:MOST_OWN])


def encoded(sort: str, after: After) -> str:
    """Where the next page begins, for an address."""
    return cursors.encoded(sort, *after)


def _after(sort: str, typed: str) -> After | None:
    """Where the page before ended; what cannot be read is the first page."""
    columns = ORDERS[sort].columns
    try:
        of, *parts = cursors.decoded(typed) if typed else [""]
        if of != sort or len(parts) != len(columns):
            return None
        return tuple(READERS[column](part) for column, part in zip(columns, parts, strict=True))
    except Invalid:
        return None


def reader_of(request: StaffRequest, now: datetime) -> Reader:
    """Whose day it is."""
    return Reader(request.actor.id, now, tonight(now), timezone.get_current_timezone())


def tonight(now: datetime) -> datetime:
    """The end of the reader's day."""
    zone = timezone.get_current_timezone()
    tomorrow = timezone.localtime(now).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, tzinfo=zone)


def status_of(look: Look) -> Sequence[DueStatus]:
    """The due statuses that the list is narrowed to."""
    return [DueStatus(value) for value in dict(look.narrowing).get("due", ())]
