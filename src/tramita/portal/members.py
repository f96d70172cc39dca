"""“Members”: the people of one's organisations, for managers of the parent (TO-1)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tramita.domain.errors import Conflict, Invalid, NotFound, TramitaError
from tramita.portal.access import CustomerRequest, customer, shown
from tramita.portal.requests import around
from tramita.queries import members as read
from tramita.services import members
from tramita.ui import errors


@require_http_methods(["GET", "HEAD", "POST"])
@customer
def listed(request: CustomerRequest) -> HttpResponse:
    """All of them, and the form for a new one."""
    if not read.may_administer(request.actor):
        raise NotFound("There is no such page.")
    if request.method != "POST":
        return _page(request)
    try:
        made = members.add(
            name=request.POST.get("name", ""),
            email=request.POST.get("email", ""),
            organisation=request.POST.get("organisation", ""),
            manager=bool(request.POST.get("manager")),
            by=request.actor,
            at=timezone.now(),
        )
    except Invalid as refused:
        return _page(request, refused=refused)
    messages.success(request, _("%(name)s is a member now, and is invited by mail.") % {"name": made.name})
    return redirect("portal-members")


@require_POST
@customer
def appoint(request: CustomerRequest, number: int) -> HttpResponse:
    """A member becomes a manager, or is one no more."""
    try:
        members.appoint(number, manager=request.POST.get("manager") == "yes", by=request.actor)
    except Conflict as refused:
        return _page(request, refused=refused)
    return redirect("portal-members")


def _page(request: CustomerRequest, *, refused: TramitaError | None = None) -> HttpResponse:
    faults = errors.by_field(refused) if refused else {}
    return shown(
        request,
        "portal/members.html",
        status=refused.status if refused else 200,
        here="members",
        members=read.members(request.actor),
        organisations=list(read.administered(request.actor).values_list("key", "name")),
        typed=request.POST,
        faults=faults,
        refused=errors.sentence(refused) if refused and not faults else "",
        **around(request),
    )
