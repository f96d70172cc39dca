"""“Approve actions (X)”: what waits for a manager, and one request with all that is asked (AP-11, AP-12, AP-21)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tramita.domain.errors import Conflict, Invalid, NotPermitted, TramitaError
from tramita.portal.access import CustomerRequest, changes_seen, customer, shown
from tramita.portal.requests import around
from tramita.queries import portal
from tramita.queries.approvals import get_visible, shown_to, voices
from tramita.queries.approvals import shown as as_asked
from tramita.queries.approved_things import about, changes_since
from tramita.services import approvals
from tramita.services.field_words import said_fields
from tramita.ui import errors

LATELY = 30  # decided ones that are shown
DECIDE = {"approve": approvals.approve, "reject": approvals.reject}


@require_safe
@customer
def listed(request: CustomerRequest) -> HttpResponse:
    """All tickets with requests to evaluate, and what was decided lately."""
    head = around(request)
    return shown(
        request,
        "portal/approvals.html",
        here="approvals",
        waiting=[(as_asked(one), one.item.title) for one in head["to_decide"]],
        lately=[
            (as_asked(one), one.item.title) for one in portal.decided(request.actor, limit=LATELY, at=timezone.now())
        ],
        **head,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@customer
def one(request: CustomerRequest, number: int) -> HttpResponse:
    """The request with all data of the ticket; looking decides nothing, a POST does."""
    if request.method != "POST":
        return _page(request, number)
    verb, reason = request.POST.get("decision", ""), request.POST.get("reason", "")
    try:
        if verb == "cancel":
            approvals.cancel(number, by=request.actor, at=timezone.now())
            messages.success(request, _("The request is cancelled."))
            return redirect("portal-approvals")
        if verb not in DECIDE:
            raise Invalid.one("decision", "required", "Choose one.")
        DECIDE[verb](number, reason=reason, by=request.actor, at=timezone.now(), seen=changes_seen(request))
    except (Conflict, NotPermitted, Invalid) as refused:
        return _page(request, number, refused=refused, reason=reason)
    messages.success(request, _("Your decision is with us."))
    return redirect("portal-approvals")


def _page(
    request: CustomerRequest, number: int, *, refused: TramitaError | None = None, reason: str = ""
) -> HttpResponse:
    at = timezone.now()
    approval = get_visible(request.actor, number, at=at)
    thing = about(approval.item)
    return shown(
        request,
        "portal/approval.html",
        status=refused.status if refused else 200,
        here="",
        asked=shown_to(approval, request.person, at=at),
        thing=thing,
        changes=changes_since(approval),
        voices=voices(approval),
        fields=list(said_fields(thing.fields)),
        organisation=approval.organisation.name if approval.organisation else "",
        signed_in=True,
        open=portal.is_asked(approval, request.actor, at=at),
        may_cancel=portal.may_cancel(approval, request.actor, at=at),
        instead=portal.in_whose_place(approval, request.actor, at=at),
        refused=errors.sentence(refused) if refused else "",
        reason=reason,
        **around(request),
    )
