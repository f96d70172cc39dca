"""The clock of an item, and the sessions behind it (TL-5)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tramita.models import Item
from tramita.queries.items import get_visible
from tramita.queries.tracking import clock_of, sessions
from tramita.services import tracking
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.refusals import Refusal, Refusing, readers, refusal
from tramita.web.rendering import page

MINUTE = 60
MOVES: Mapping[str, Callable[..., None]] = {
    "focus": tracking.focus,
    "go-on": tracking.go_on,
    "pause": tracking.pause,
    "rest": tracking.rest,
    "reset": tracking.reset,
}


@require_POST
@staff
def clock(request: StaffRequest, reference: str) -> HttpResponse:
    """A button of the clock, or what the page noticed; a page with a script is told what it shows then."""
    item, at, by = get_visible(request.actor, reference), timezone.now(), request.actor
    does = inputs.text(request, "do")
    if does == "slept":
        tracking.slept(item, seconds=_seconds(request), by=by, at=at)
        does = "focus" if inputs.flag(request, "focus") else ""
    if does in MOVES:
        MOVES[does](item, by=by, at=at)
    if inputs.flag(request, "quiet"):
        if does == "go-on":
            tracking.focus(item, by=by, at=at)  # this page holds it: it ends with the page
        return JsonResponse(clock_of(item, by, at=at).to_json(), headers={"Cache-Control": "no-store, private"})
    return redirect("item", item.reference)


@require_safe
@staff
def show(request: StaffRequest, reference: str) -> HttpResponse:
    """Everybody's sessions, with forms for those that this person may correct."""
    return _page(request, get_visible(request.actor, reference))


@require_POST
@staff
def add(request: StaffRequest, reference: str) -> HttpResponse:
    """Time that no clock saw."""
    item = get_visible(request.actor, reference)

    def use_case(**given: Any) -> object:
        return tracking.add(item, **given, by=request.actor, at=timezone.now())

    return _done(request, item, "add", use_case)


@require_POST
@staff
def change(request: StaffRequest, reference: str, number: int) -> HttpResponse:
    """A correction."""
    item = get_visible(request.actor, reference)

    def use_case(**given: Any) -> object:
        return tracking.change(item, number, **given, by=request.actor, at=timezone.now())

    return _done(request, item, f"session-{number}", use_case)


def _done(request: StaffRequest, item: Item, panel: str, use_case: Callable[..., object]) -> HttpResponse:
    try:
        begun_at: datetime | None = inputs.moment(request, "begun_at")
        use_case(begun_at=begun_at, minutes=inputs.number(request, "minutes"))
    except Refusing as error:
        return _page(request, item, refused=refusal(panel, error, request.POST))
    messages.success(request, _("Saved."))
    return redirect("time", item.reference)


def _page(request: StaffRequest, item: Item, *, refused: Refusal | None = None) -> HttpResponse:
    at = timezone.now()
    found = sessions(item, request.actor, at=at)
    return page(
        request,
        "web/items/time.html",
        "item",
        status=refused.status if refused else 200,
        item=item,
        clock=clock_of(item, request.actor, at=at),
        # a glance of some seconds counts, and is nothing to read or to correct
        sessions=[one for one in found if one.ended_at is None or one.edited_by or one.seconds >= MINUTE],
        now=at,
        zone=timezone.get_current_timezone_name(),
        **readers(refused),
    )


def _seconds(request: StaffRequest) -> int:
    typed = inputs.text(request, "seconds")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0
