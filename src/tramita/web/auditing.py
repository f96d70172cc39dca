"""The audit of the desk (TO-6)."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from tramita.domain.auditing import AREAS
from tramita.queries import auditing, definitions
from tramita.ui import labels
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.rendering import page


@require_safe
@staff
def audit(request: StaffRequest) -> HttpResponse:
    """The newest first, of one area or all; what is kept at all is a setting. Cost: two statements."""
    area, before = request.GET.get("area", ""), inputs.after(request)
    area = area if area in AREAS else ""
    rows, following = auditing.listed(request.actor, area=area, before=before)
    here = f"{request.path}?area={area}" if area else request.path
    kept = definitions.settings().audit
    return page(
        request,
        "web/audit.html",
        "audit",
        rows=rows,
        area=area,
        areas=AREAS,
        kept=", ".join(labels.word("audit_area", one) for one in AREAS if one in kept),
        first=here if before else "",
        next=f"{request.path}?{urlencode({'area': area, 'after': following})}" if following else "",
    )
