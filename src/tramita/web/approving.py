"""Asking for an approval on a Ticket, and taking the request back (AP-7, AP-10, AP-14)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tramita.domain.errors import NotFound
from tramita.models import Item
from tramita.queries.approvals import get_visible
from tramita.services import approvals
from tramita.web.access import StaffRequest, staff
from tramita.web.inputs import text
from tramita.web.moves import unchecked


@require_POST
@staff
def ask(request: StaffRequest, reference: str) -> HttpResponse:
    """Whatever version the page showed: a request changes nothing that others do."""

    def use_case(item: Item) -> None:
        given = {"type": text(request, "type"), "comment": text(request, "comment")}
        approvals.ask(item, **given, by=request.actor, at=timezone.now())

    def asked(item: Item) -> HttpResponse:
        messages.info(request, _("The managers are asked by mail."))
        return redirect("item", item.reference)

    return unchecked(request, reference, "approval", use_case, asked)


@require_POST
@staff
def cancel(request: StaffRequest, reference: str, number: int) -> HttpResponse:
    """Who comes too late is told who decided, and how."""

    def use_case(item: Item) -> None:
        if get_visible(request.actor, number).item_id != item.pk:
            raise NotFound("There is no such approval request.")
        approvals.cancel(number, by=request.actor, at=timezone.now())

    return unchecked(request, reference, "approval", use_case)
