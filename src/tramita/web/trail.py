"""The audit: who did what, who opened which item, and what was changed in the configuration (SEC-3)."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from tramita.domain.errors import NotFound
from tramita.queries import trail
from tramita.queries.items import get_visible
from tramita.queries.people import person_by_name
from tramita.queries.trail import WHAT, Line, Wanted
from tramita.ui import labels, timeline
from tramita.web.access import StaffRequest, staff
from tramita.web.rendering import page

PAGE = 100
NOBODY = 0  # no id of anybody, nor of an item
KINDS: Mapping[str, Promise] = {
    "": _("Everything"),
    "change": _("Changes of items"),
    "opening": _("Openings of items"),
    "configuration": _("Configuration"),
    "desk": _("The audit of the desk"),
}
OPENED: Mapping[str, Promise] = {
    "page": _("Opened on its page"),
    "portal": _("Opened in the portal"),
    "api": _("Read by the API"),
    "tools": _("Read by a program's tools"),
}


@require_safe
@staff
def lines(request: StaffRequest) -> HttpResponse:
    """A hundred lines, the newest first, narrowed. Cost: one statement and one for each name in the filter."""
    trail.require(request.actor)
    asked = {name: request.GET.get(name, "").strip()[:254] for name in ("what", "person", "item", "from", "to")}
    asked["what"] = asked["what"] if asked["what"] in WHAT else ""
    before = request.GET.get("before", "")
    rows = trail.lines(
        request.actor,
        _wanted(request, asked),
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
        limit=PAGE + 1,
    )
    shown = rows[:PAGE]
    return page(
        request,
        "web/trail.html",
        "trail",
        asked=asked,
        kinds=KINDS,
        rows=[(line, _said(line)) for line in shown],
        first=_address(request, asked) if before else "",
        next=_address(request, asked | {"before": str(shown[-1].id)}) if len(rows) > PAGE else "",
    )


def _wanted(request: StaffRequest, asked: Mapping[str, str]) -> Wanted:
    person = person_by_name(asked["person"]) if asked["person"] else None
    return Wanted(
        what=asked["what"],
        person=(person.pk if person else NOBODY) if asked["person"] else None,
        item=_item(request, asked["item"]) if asked["item"] else None,
        since=_day(asked["from"]),
        until=_day(asked["to"], after=timedelta(days=1)),
    )


def _item(request: StaffRequest, reference: str) -> int:
    try:
        return get_visible(request.actor, reference).pk
    except NotFound:
        return NOBODY


def _day(text: str, *, after: timedelta = timedelta(0)) -> datetime | None:
    """The beginning of a day in the reader's zone; nothing for what is no day."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day, time())) + after if day and 1900 < day.year < 9000 else None


def _said(line: Line) -> str:
    if line.what == "opening":
        return str(OPENED.get(line.type, line.type))
    if line.what == "configuration":
        return f"{line.type} {line.data.get('key', '')}".strip()
    if line.what == "desk":
        return f"{labels.word('audit_what', line.type)}: {line.data['about']}"
    return ", ".join(filter(None, (timeline.sentence(line.type, line.data), timeline.approver(line.data))))


def _address(request: HttpRequest, asked: Mapping[str, str]) -> str:
    query = request.GET.copy()
    query.clear()
    query.update({name: value for name, value in asked.items() if value})
    return f"{request.path}?{query.urlencode()}"
