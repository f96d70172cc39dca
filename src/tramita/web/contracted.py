"""The report of contracted hours: each month of each contract, as a page and as a file (TO-3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.http import HttpResponse
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tramita.domain.contracted import Month, Reckoned
from tramita.domain.errors import NotPermitted
from tramita.queries import contracted
from tramita.queries.contracted import Line
from tramita.queries.visibility import takes_along
from tramita.ui import moments
from tramita.web.access import StaffRequest, staff
from tramita.web.exporting import FILES, as_file
from tramita.web.rendering import page

PERIODS = ("1", "3", "12")  # months, with the one that runs
USUAL = "3"
NOTHING = "–"
OF_LINE, UNPRICED = 3, 6  # columns that say which line it is, and those without money


@dataclass(frozen=True, slots=True)
class Told:
    """A line in words."""

    contract: str
    rule: str
    month: str
    spent: str
    contracted: str
    excess: str
    normal: str
    beyond: str
    worth: str

    def cells(self) -> Sequence[str]:
        """As a file has them; an empty cell for what nobody said."""
        some = (self.contract, self.rule, self.month, self.spent, self.contracted, self.excess)
        return [one if one != NOTHING else "" for one in (*some, self.normal, self.beyond, self.worth)]


@require_safe
@staff
def hours(request: StaffRequest) -> HttpResponse:
    """Of the last so many months. Cost: four statements, one more for a file."""
    asked, now = request.GET.get("months", ""), timezone.now()
    months = asked if asked in PERIODS else USUAL
    last = contracted.this_month(now)
    lines = contracted.hours(request.actor, last.later(1 - int(months)), last, at=now)
    priced = any(one.priced for one in lines)
    heads = _heads() if priced else _heads()[:UNPRICED]
    if (kind := request.GET.get("export", "")) in FILES:
        if not takes_along(request.actor):
            raise NotPermitted("You may not take lists along as files.")
        rows = (one.cells()[: len(heads)] for one in _told(lines))
        return as_file(kind, _("Contracted hours"), heads, rows, request.actor, now)
    return page(
        request,
        "web/contracted.html",
        "contacts",
        months=months,
        periods=PERIODS,
        heads=[_("Month"), *heads[OF_LINE:]],
        contracts=[(title, list(some)) for title, some in groupby(_told(lines), key=lambda one: one.contract)],
        priced=priced,
        kinds=[*FILES] if takes_along(request.actor) else [],
    )


def _heads() -> list[str]:
    return [
        _("Contract"),
        _("Due rule"),
        _("Month"),
        _("Spent"),
        _("Contracted"),
        _("Beyond them"),
        _("Worth of contracted hours"),
        _("Worth of hours beyond them"),
        _("Worth in all"),
    ]


def _told(lines: Sequence[Line]) -> Iterator[Told]:
    for one in lines:
        found = one.reckoned
        yield Told(
            contract=one.title,
            rule=one.rule,
            month=_month(one.month),
            spent=_hours(found.spent),
            contracted=NOTHING if found.contracted is None else _hours(found.contracted),
            excess=NOTHING if found.contracted is None else _hours(found.excess),
            normal=_money(found.worth_normal, found),
            beyond=NOTHING if found.contracted is None else _money(found.worth_excess, found),
            worth=_money(found.worth, found),
        )


def _month(month: Month) -> str:
    return formatted(month.first, "F Y")


def _hours(minutes: int) -> str:
    return moments.clock(minutes * 60)


def _money(amount: Decimal | None, of: Reckoned) -> str:
    if amount is None:
        return NOTHING
    return f"{number_format(amount, 2, force_grouping=True)} {of.currency}"
