"""The Focus list: into it, out of it, up and down (Z-6)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tramita.domain.errors import Conflict, NotFound
from tramita.queries.items import get_visible
from tramita.services import focus
from tramita.ui import errors
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff


@require_POST
@staff
def change(request: StaffRequest) -> HttpResponse:
    """One button, one change; what cannot be is said on the page that one comes back to."""
    typed, does = inputs.text(request, "reference"), inputs.text(request, "do")
    try:
        item = get_visible(request.actor, typed)
        if does == "add":
            focus.add(item, by=request.actor)
        elif does == "remove":
            focus.remove(item, by=request.actor)
        elif does in ("up", "down"):
            focus.move(item, up=does == "up", by=request.actor)
    except NotFound:
        messages.error(request, _("No item has the reference “%(wanted)s”") % {"wanted": typed})
        return redirect("inbox")
    except Conflict as refused:
        messages.error(request, errors.sentence(refused))
    return redirect("item", item.reference) if inputs.flag(request, "stay") else redirect("inbox")
