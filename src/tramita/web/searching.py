"""The box at the top: a reference in any form that people paste opens its item (INTERFACES section 7)."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from tramita.domain.errors import NotFound
from tramita.queries.items import get_visible
from tramita.web.access import StaffRequest, staff
from tramita.web.rendering import page


@require_safe
@staff
def search(request: StaffRequest) -> HttpResponse:
    """Open it, or say that there is no such item; invisible and missing look the same."""
    wanted = request.GET.get("q", "").strip()
    try:
        return redirect("item", get_visible(request.actor, wanted).reference)
    except NotFound:
        return page(request, "web/search.html", "search", status=404 if wanted else 200, wanted=wanted)
