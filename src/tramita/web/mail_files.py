"""The bytes of a message that reached us: its source to look at, the message and its files to download (MAIL-46)."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from tramita.domain.errors import NotFound
from tramita.domain.mime import parse
from tramita.gateways.charsets import guess_charset
from tramita.queries.tray import get_readable
from tramita.services.tray import raw_of
from tramita.web.access import StaffRequest, staff
from tramita.web.mail_source import MOST_SHOWN, download, parted
from tramita.web.refusals import Refusing
from tramita.web.rendering import page


@require_safe
@staff
def source(request: StaffRequest, number: int) -> HttpResponse:
    """Every byte as it came, as text; nothing of it is markup."""
    seen = get_readable(request.actor, number)
    raw = _raw(request, number)
    text = "\n\n".join(parted(raw[:MOST_SHOWN]))
    return page(request, "web/mail/source.html", "unhandled", seen=seen, text=text, cut=len(raw) > MOST_SHOWN)


@require_safe
@staff
def original(request: StaffRequest, number: int) -> HttpResponse:
    """The message as a file for a mail program."""
    return download(_raw(request, number), f"mail-{number}.eml")


@require_safe
@staff
def part(request: StaffRequest, number: int, file: int) -> HttpResponse:
    """An attachment of a message that belongs to no item."""
    files = parse(_raw(request, number), guess=guess_charset).attachments
    if file >= len(files):
        raise NotFound("There is no such file.")
    return download(files[file].content, files[file].filename)


def _raw(request: StaffRequest, number: int) -> bytes:
    try:
        return raw_of(get_readable(request.actor, number))
    except Refusing as gone:
        raise NotFound("There is no such file.") from gone
