"""Unhandled mail: what no route took, and why (M-5, M-21). Working it off is a later ability."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from tramita.queries.tray import tray
from tramita.web.access import StaffRequest, staff
from tramita.web.rendering import page

MOST = 100  # rows; the older ones come up as these are dealt with


@require_safe
@staff
def unhandled(request: StaffRequest) -> HttpResponse:
    """Newest first; a click shows one with its reason."""
    found = list(tray(request.actor).order_by("-id")[:MOST])
    wanted = request.GET.get("mail", "")
    chosen = next((one for one in found if str(one.pk) == wanted), found[0] if found else None)
    return page(request, "web/tray.html", "unhandled", mails=found, chosen=chosen)
