"""A contact who is known twice goes up in the other (CT-7)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tramita.domain.errors import Conflict, Invalid, NotPermitted, TramitaError
from tramita.queries import contacts, trash
from tramita.services import merging_contacts
from tramita.ui import errors
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.rendering import page


@require_http_methods(["GET", "POST"])
@staff
def merge(request: StaffRequest, number: int) -> HttpResponse:
    """Ask into whom, and do it."""
    if not trash.may_restore(request.actor):
        raise NotPermitted("Only those who manage users may merge contacts.")
    found, into = contacts.get_visible(request.actor, number), inputs.text(request, "into")
    refused: TramitaError | None = None
    if request.method == "POST":
        try:
            kept = merging_contacts.merge(number, into=into, by=request.actor, at=timezone.now())
        except (Conflict, Invalid) as error:
            refused = error
        else:
            messages.success(request, _("%(name)s is one contact now.") % {"name": kept.name or kept.email})
            return redirect("contact", kept.pk)
    faults = errors.by_field(refused) if isinstance(refused, Invalid) else {}
    return page(
        request,
        "web/contacts/merge.html",
        "contacts",
        status=refused.status if refused else 200,
        contact=found,
        into=into,
        faults=faults,
        refused=errors.sentence(refused) if refused and not faults else "",
    )
