"""Inbox, Owned Work, queues, recently accessed: one page, fifty rows, totals that filter. Cost: six statements."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tramita.domain.codes import DueStatus
from tramita.domain.errors import NotFound
from tramita.models import Queue
from tramita.queries import worklists
from tramita.queries.shell import Count, Listing, shell_of
from tramita.queries.worklists import Place, Row
from tramita.services.pulling import pull as pull_next
from tramita.ui import due, labels
from tramita.ui.worklist import Line
from tramita.web.access import StaffRequest, staff
from tramita.web.rendering import page


@require_safe
@staff
def inbox(request: StaffRequest) -> HttpResponse:
    """L-1, L-9."""
    place = worklists.inbox(request.actor)
    said = {"nothing": _("Nothing is waiting for you"), "hint": _("Take the next item from your queues."), "pull": True}
    return _list(request, place, "inbox", labels.word("list", "inbox"), **said)


@require_safe
@staff
def owned(request: StaffRequest) -> HttpResponse:
    """L-2, L-3."""
    place = worklists.owned(request.actor)
    hint = _("What waits, and what was resolved and may still be disputed, is listed here.")
    return _list(request, place, "owned", labels.word("list", "owned"), nothing=_("Nothing of yours waits"), hint=hint)


@require_safe
@staff
def queue(request: StaffRequest, key: str) -> HttpResponse:
    """L-4: what waits for this team."""
    found = Queue.objects.filter(key=key, active=True).first()
    if found is None:
        raise NotFound("There is no such queue.")
    place = worklists.in_queue(found.pk)
    return _list(request, place, f"queue:{key}", found.title, nothing=_("This queue is empty"), hint="")


@require_safe
@staff
def queues(request: StaffRequest) -> HttpResponse:
    """The reader's queues, with how much waits in each."""
    return page(request, "web/queues.html", "queues")


@require_safe
@staff
def recent(request: StaffRequest) -> HttpResponse:
    """G-12."""
    now = timezone.now()
    items = _items()
    rows = [shown(row, now, items) for row in worklists.recent(request.actor)]
    said: dict[str, Any] = {"nothing": _("You have opened nothing yet"), "hint": "", "pull": False, "filtered": False}
    heading = _("Recently accessed")
    said |= {"totals": [], "first": "", "next": "", "place": ""}
    return page(request, "web/list.html", "recent", heading=heading, rows=rows, **said)


@require_safe
@staff
def bars(request: StaffRequest) -> HttpResponse:
    """The sidebar alone, for a page that stays open. Cost: the two statements of the shell."""
    response = render(request, "ui/_sidebar.html", {"shell": shell_of(request.actor), "here": "", "fragment": False})
    response["Cache-Control"] = "no-store, private"
    return response


@require_POST
@staff
def pull(request: StaffRequest) -> HttpResponse:
    """Q-2: exactly one item, opened at once."""
    item = pull_next(by=request.actor, at=timezone.now())
    if item is None:
        messages.info(request, _("Nothing waits in your queues."))
        return redirect("inbox")
    return redirect("item", item.reference)


def _list(request: StaffRequest, place: Place, here: str, heading: str, **said: Any) -> HttpResponse:
    now = timezone.now()
    tonight, status = _tonight(now), _status(request)
    shell = shell_of(request.actor, Listing(place, now, tonight))  # first: its cursor must not be newer than the rows
    found = worklists.page(
        place, request.actor, status=status, now=now, tonight=tonight, after=_after(request.GET.get("after", ""))
    )
    items = _items()
    return page(
        request,
        "web/list.html",
        here,
        heading=heading,
        place=here if here.startswith("queue:") else f"{here}:{request.actor.id}",
        rows=[shown(row, now, items) for row in found.rows],
        shell=shell,
        totals=_chips(request, shell.totals, status),
        filtered=status is not None,
        first=_address(request, status) if "after" in request.GET else "",
        next=_address(request, status, found.next) if found.next else "",
        **{"pull": False, **said},
    )


def _items() -> str:
    """What comes before a reference in the address of an item: asked once a page, not once a row (0.7 ms)."""
    return reverse("item", args=["-"]).removesuffix("-")


def shown(row: Row, now: datetime, items: str) -> Line:
    """A row as lists show it. `items` is what comes before a reference in an address."""
    promise = due.shown(due_at=row.due_at, clock=row.clock, seconds_left=row.seconds_left, now=now)
    return Line(
        href=f"{items}{row.reference}",
        reference=row.reference,
        kind=row.kind.value,
        title=row.title or _("Without a title"),
        organisation=row.organisation,
        state=row.state.value,
        problem=row.problem,
        tag=_tag(row),
        due=promise,
        who=row.assignee,
        who_kind=row.assignee_kind,
        woken=row.highlighted and not row.problem,
        fresh=row.new_information,
        unsent=row.mail_trouble,
    )


def _tag(row: Row) -> str:
    if row.problem:
        return labels.word("problem", row.problem)
    if row.robot_rejected:
        return _("Robot rejected")
    return labels.word("wait", row.wait_type) if row.wait_type else ""


def _chips(
    request: StaffRequest, totals: Mapping[DueStatus, Count], status: DueStatus | None
) -> list[tuple[str, str, Count, bool]]:
    """A second click on a filter takes it away."""
    return [
        (_address(request, None if one is status else one), one.value, count, one is status)
        for one, count in totals.items()
    ]


def _address(request: StaffRequest, status: DueStatus | None, after: tuple[datetime, int] | None = None) -> str:
    asked = {"due": status.value} if status else {}
    if after:
        asked["after"] = f"{after[0].astimezone(UTC):%Y%m%dT%H%M%S.%f}-{after[1]}"
    return f"{request.path}?{urlencode(asked)}" if asked else request.path


def _after(typed: str) -> tuple[datetime, int] | None:
    """Where the page before ended; what cannot be read is the first page."""
    moment, _dash, number = typed.partition("-")
    try:
        return datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), int(number)
    except ValueError:
        return None


def _status(request: StaffRequest) -> DueStatus | None:
    wanted = request.GET.get("due", "")
    return DueStatus(wanted) if wanted in set(DueStatus) else None


def _tonight(now: datetime) -> datetime:
    """The end of the reader's day."""
    zone = timezone.get_current_timezone()
    tomorrow = timezone.localtime(now).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, tzinfo=zone)
