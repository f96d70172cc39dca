"""Robots beside people: what each has at hand and achieved, and the switch that stops them all (B-1, B-9, RP-1)."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tramita.queries import robots
from tramita.queries.bounds import stopped
from tramita.services import stopping
from tramita.web.access import StaffRequest, staff
from tramita.web.inputs import text
from tramita.web.rendering import page

PERIOD = timedelta(days=30)


@require_safe
@staff
def overview(request: StaffRequest) -> HttpResponse:
    """Robots, and what they and people did in the last thirty days."""
    at = timezone.now()
    return page(
        request,
        "web/robots.html",
        "queues",
        robots=robots.listed(request.actor, at),
        work=robots.work(request.actor, since=at - PERIOD, at=at),
        stop=stopped(),
        may_stop=stopping.may_stop(request.actor),
    )


@require_POST
@staff
def stop(request: StaffRequest) -> HttpResponse:
    freed = stopping.stop(reason=text(request, "reason"), by=request.actor, at=timezone.now())
    said = ngettext(
        "All robots are stopped; %(count)s item is free.", "All robots are stopped; %(count)s items are free.", freed
    )
    messages.warning(request, said % {"count": freed})
    return redirect("robots")


@require_POST
@staff
def resume(request: StaffRequest) -> HttpResponse:
    if stopping.resume(by=request.actor, at=timezone.now()):
        messages.success(request, _("Robots work again."))
    return redirect("robots")
