"""A message that reached us and lies on no item: its layout, its source, itself and its files (MAIL-43 to 46, 57)."""

from functools import partial
from typing import BinaryIO

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from tramita.domain.actors import Actor
from tramita.domain.errors import Conflict, NotFound
from tramita.domain.file_kinds import danger
from tramita.domain.mime import Attachment, parse
from tramita.gateways.charsets import guess_charset
from tramita.queries.tray import get_opened, get_readable, get_shown
from tramita.services.tray import opened, raw_of
from tramita.ui.downloads import download
from tramita.web.access import StaffRequest, staff
from tramita.web.mail_frame import as_picture, document, part_address, reader
from tramita.web.mail_source import MOST_SHOWN, parted, warning, withheld
from tramita.web.refusals import Refusing
from tramita.web.rendering import page


@require_safe
@staff
def source(request: StaffRequest, number: int) -> HttpResponse:
    """Every byte as it came, as text; nothing of it is markup."""
    seen = get_readable(request.actor, number)
    with _raw(request.actor, number) as raw:
        text = "\n\n".join(parted(raw.read(MOST_SHOWN)))
        cut = bool(raw.read(1))
    return page(request, "web/mail/source.html", "unhandled", seen=seen, text=text, cut=cut)


@require_safe
@staff
def original(request: StaffRequest, number: int) -> HttpResponseBase:
    """The message as a file for a mail program."""
    return download(_raw(request.actor, number), f"mail-{number}.eml")


@require_safe
@staff
def part(request: StaffRequest, number: int, file: int) -> HttpResponseBase:
    """An attachment of a message that belongs to no item; one that harms is had by a second click only (MAIL-57)."""
    try:
        found = _file(request.actor, number, file)
    except Conflict as held:
        return withheld(request, held)
    why = danger(found.filename, found.content)
    if why and "anyway" not in request.GET:
        return warning(request, found.filename, why, f"{request.path}?anyway=1")
    return download(found.content, found.filename)


@require_safe
@staff
def frame(request: StaffRequest, number: int) -> HttpResponse:
    """Its cleaned HTML, as on an item: apart from our pages, without what is remote until it is asked for."""
    shown = get_shown(request.actor, number)
    address = partial(part_address, number, request.actor, of="tray-picture")
    return document(request, shown, subject=shown.seen.subject, address=address)


@require_safe
def picture(request: HttpRequest, number: int, part: str) -> HttpResponse:
    """One of its own pictures, by the key of its frame: numbered from one."""
    try:
        actor = reader(request.GET.get("key", ""), number, part, of="tray-picture")
        return as_picture(_file(actor, number, int(part) - 1).content)
    except (NotFound, Conflict):
        return HttpResponseNotFound()


def _file(actor: Actor, number: int, place: int) -> Attachment:
    files = parse(raw_of(get_opened(actor, number)), guess=guess_charset).attachments
    if not 0 <= place < len(files):
        raise NotFound("There is no such file.")
    return files[place]


def _raw(actor: Actor, number: int) -> BinaryIO:
    try:
        return opened(get_readable(actor, number))
    except Refusing as gone:
        raise NotFound("There is no such file.") from gone
