"""Files that came with a mail or were put on an item: always a download, never shown inside our pages."""

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from tramita.domain.errors import NotFound
from tramita.gateways.storage import storage
from tramita.models import Attachment
from tramita.queries.items import visible_to
from tramita.web.access import StaffRequest, staff


@require_safe
@staff
def file(request: StaffRequest, number: int) -> HttpResponse:
    """The bytes as they came. What they are called is the sender's word: nothing is guessed from it."""
    found = Attachment.objects.filter(pk=number, item__in=visible_to(request.actor)).first()
    if found is None:
        raise NotFound("There is no such file.")
    content = storage(settings.TRAMITA_STORAGE_URL).get(found.sha256)
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=found.filename)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
