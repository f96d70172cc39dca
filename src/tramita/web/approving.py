"""Asking for an approval on a Ticket, and taking the request back (AP-7, AP-10, AP-14)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tramita.domain.codes import ApprovalState
from tramita.domain.errors import NotFound
from tramita.models import ApprovalToken, Item
from tramita.queries.approvals import get_visible
from tramita.queries.approvals import listed as approvals_of
from tramita.services import approvals
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.inputs import text
from tramita.web.moves import unchecked
from tramita.web.rendering import page

PAGE = 50


@require_safe
@staff
def listed(request: StaffRequest) -> HttpResponse:
    """What awaits a decision, the oldest first, of the items that one sees. Cost: at most two statements."""
    after = inputs.after(request)
    rows, last = approvals_of(
        request.actor, states=(ApprovalState.AWAITING,), item=None, after=after or 0, limit=PAGE, at=timezone.now()
    )
    following = f"{request.path}?after={last}" if last else ""
    first = request.path if after else ""
    return page(request, "web/approvals.html", "approvals", rows=rows, first=first, next=following)


@require_POST
@staff
def ask(request: StaffRequest, reference: str) -> HttpResponse:
    """Whatever version the page showed: a request changes nothing that others do."""

    def use_case(item: Item) -> None:
        given = {"type": text(request, "type"), "comment": text(request, "comment")}
        approvals.ask(item, **given, by=request.actor, at=timezone.now())

    return unchecked(request, reference, "approval", use_case, lambda item: _asked(request, item))


@require_POST
@staff
def again(request: StaffRequest, reference: str, number: int) -> HttpResponse:
    """Another mail with another link, such as when the last has expired."""

    def use_case(item: Item) -> None:
        if get_visible(request.actor, number, at=timezone.now()).item_id != item.pk:
            raise NotFound("There is no such approval request.")
        approvals.ask_again(number, by=request.actor, at=timezone.now())

    return unchecked(request, reference, "approval", use_case, lambda item: _asked(request, item))


def _asked(request: StaffRequest, item: Item) -> HttpResponse:
    if ApprovalToken.objects.filter(approval__item=item, approval__state=ApprovalState.AWAITING).exists():
        messages.info(request, _("The managers are asked by mail."))
    else:
        messages.warning(request, _("No manager can be reached by mail. Ask them in another way."))
    return redirect("item", item.reference)


@require_POST
@staff
def cancel(request: StaffRequest, reference: str, number: int) -> HttpResponse:
    """Who comes too late is told who decided, and how."""

    def use_case(item: Item) -> None:
        if get_visible(request.actor, number, at=timezone.now()).item_id != item.pk:
            raise NotFound("There is no such approval request.")
        approvals.cancel(number, by=request.actor, at=timezone.now())

    return unchecked(request, reference, "approval", use_case)
