"""Deleting items and contacts, each with its reason, and the trash where they are restored (AP-23, TO-6)."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tramita.domain.errors import Conflict, Invalid, NotPermitted, TramitaError
from tramita.queries import contacts, trash
from tramita.queries.items import get_visible
from tramita.services import trashing
from tramita.ui import errors
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.rendering import page


@require_http_methods(["GET", "POST"])
@staff
def item(request: StaffRequest, reference: str) -> HttpResponse:
    """Ask why, and do it."""
    _permit(request)
    found = get_visible(request.actor, reference)

    def delete(reason: str) -> object:
        return trashing.delete_item(found, reason=reason, by=request.actor, at=timezone.now())

    return _ask(request, found.reference, found.title, request.path.removesuffix("/delete"), delete)


@require_http_methods(["GET", "POST"])
@staff
def contact(request: StaffRequest, number: int) -> HttpResponse:
    """The same of a contact, with all that they asked for."""
    _permit(request)
    found = contacts.get_visible(request.actor, number)

    def delete(reason: str) -> object:
        return trashing.delete_contact(number, reason=reason, by=request.actor, at=timezone.now())

    return _ask(request, "", found.called, request.path.removesuffix("/delete"), delete)


def _permit(request: StaffRequest) -> None:
    if not trash.may_restore(request.actor):
        raise NotPermitted("Only those who manage users may delete and restore.")


def _ask(request: StaffRequest, reference: str, name: str, back: str, delete: Callable[[str], object]) -> HttpResponse:
    refused: TramitaError | None = None
    if request.method == "POST":
        try:
            delete(inputs.text(request, "reason"))
        except (Conflict, Invalid) as error:
            refused = error
        else:
            messages.success(request, _("%(name)s is in the trash.") % {"name": reference or name})
            return redirect("trash")
    faults = errors.by_field(refused) if isinstance(refused, Invalid) else {}
    return page(
        request,
        "web/trash/delete.html",
        "trash",
        status=refused.status if refused else 200,
        reference=reference,
        name=name,
        back=back,
        reason=inputs.text(request, "reason"),
        faults=faults,
        refused=errors.sentence(refused) if refused and not faults else "",
    )


@require_safe
@staff
def all_of_it(request: StaffRequest) -> HttpResponse:
    """What may be restored, the newest first. Cost: one statement."""
    before = inputs.after(request)
    rows, following = trash.listed(request.actor, before=before)
    return page(
        request,
        "web/trash/list.html",
        "trash",
        rows=rows,
        first=request.path if before else "",
        next=f"{request.path}?after={following}" if following else "",
    )


@require_POST
@staff
def restore(request: StaffRequest, number: int) -> HttpResponse:
    """As it was."""
    row = trashing.restore(number, by=request.actor, at=timezone.now())
    if row.item is not None:
        messages.success(request, _("%(name)s is back.") % {"name": row.item.reference})
        return redirect("item", row.item.reference)
    messages.success(request, _("The contact is back, with all that they asked for."))
    return redirect("contact", row.person_id)
