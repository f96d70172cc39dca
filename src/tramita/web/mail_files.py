"""The bytes of a message that reached us: its source to look at, the message and its files to download (MAIL-46)."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from tramita.domain.errors import NotFound
from tramita.domain.mime import parse
from tramita.gateways.charsets import guess_charset
from tramita.queries.tray import get_readable
from tramita.services.tray import raw_of
from tramita.web.access import StaffRequest, staff
from tramita.web.refusals import Refusing
from tramita.web.rendering import page
from tramita.web.shown_stray import source as as_text


@require_safe
@staff
def source(request: StaffRequest, number: int) -> HttpResponse:
    """Every byte as it came, as text; nothing of it is markup."""
    seen = get_readable(request.actor, number)
    text, cut = as_text(_raw(request, number))
    return page(request, "web/mail/source.html", "unhandled", seen=seen, text=text, cut=cut)


@require_safe
@staff
def original(request: StaffRequest, number: int) -> HttpResponse:
    """The message as a file for a mail program."""
    return _download(_raw(request, number), f"mail-{number}.eml")


@require_safe
@staff
def part(request: StaffRequest, number: int, file: int) -> HttpResponse:
    """An attachment of a message that belongs to no item."""
    files = parse(_raw(request, number), guess=guess_charset).attachments
    if file >= len(files):
        raise NotFound("There is no such file.")
    return _download(files[file].content, files[file].filename)


def _raw(request: StaffRequest, number: int) -> bytes:
    try:
        return raw_of(get_readable(request.actor, number))
    except Refusing as gone:
        raise NotFound("There is no such file.") from gone


def _download(content: bytes, filename: str) -> HttpResponse:
    """What a file is called and says it is are the sender's words: nothing is guessed from them, nothing shown."""
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "no-store, private"
    return response
