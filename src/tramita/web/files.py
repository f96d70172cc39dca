"""Files that came with a mail or were put on an item: always a download, never shown inside our pages (MAIL-57)."""

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from tramita.domain.errors import Conflict, NotFound
from tramita.domain.file_kinds import danger_in
from tramita.queries.mails import get_file
from tramita.queries.stored import opened_file
from tramita.ui.downloads import download
from tramita.web.access import StaffRequest, staff
from tramita.web.mail_source import warning, withheld


@require_safe
@staff
def file(request: StaffRequest, number: int) -> HttpResponseBase:
    """The bytes as they came; what harms who opens it is had by a second click only, knowing what it is."""
    try:
        found = get_file(request.actor, number)
    except Conflict as held:
        return withheld(request, held)
    if found.url:
        raise NotFound("There is no such file.")
    content = opened_file(found.sha256, found.filename)
    if "anyway" not in request.GET and (why := danger_in(found.filename, content)):
        content.close()
        return warning(request, found.filename, why, f"{request.path}?anyway=1")
    return download(content, found.filename)
