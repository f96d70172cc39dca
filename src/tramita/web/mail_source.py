"""A mail as it came: its source, its download, and the mails inside it (MAIL-37, MAIL-46)."""

from dataclasses import dataclass
from io import SEEK_END
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tramita.domain.errors import Conflict, NotFound
from tramita.domain.file_kinds import danger
from tramita.domain.mail_notices import MESSAGES
from tramita.domain.mime import Attachment as Part
from tramita.domain.mime import ParsedMail, parse
from tramita.models import Attachment
from tramita.queries.mails import get_mail, get_part, original_name
from tramita.queries.mails import original as kept
from tramita.queries.stored import stored_file
from tramita.ui import errors, mail_words
from tramita.ui.downloads import download
from tramita.web.access import StaffRequest, staff
from tramita.web.rendering import page

MOST_SHOWN = 256 * 1024  # bytes of the source; the whole is a download
LARGEST_OPENED = 10 * 1024 * 1024  # bytes of an enclosed mail that a page reads
DEEPEST = 8


@require_safe
@staff
def source(request: StaffRequest, number: int) -> HttpResponse:
    """The header and the body as they came, escaped, and what was wrong with them in plain words."""
    mail = get_mail(request.actor, number)
    with kept(mail) as raw:
        head, body = parted(raw.read(MOST_SHOWN))
        size = raw.seek(0, SEEK_END)
    defects = [mail_words.defect(code) for code in mail.defects]
    context: dict[str, Any] = {
        "mail": mail,
        "head": head,
        "body": body,
        "size": size,
        "cut": size > MOST_SHOWN,
        "defects": defects,
    }
    return page(request, "web/mail_source.html", "item", **context)


@require_safe
@staff
def original(request: StaffRequest, number: int) -> HttpResponseBase:
    """Every byte as received (MAIL-46)."""
    mail = get_mail(request.actor, number)
    return download(kept(mail), original_name(mail))


def parted(raw: bytes) -> tuple[str, str]:
    """Header and body as text: what is no UTF-8 is shown byte by byte as Latin-1, so that nothing is hidden."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    text = "".join(c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in text.replace("\r\n", "\n"))
    head, _, body = text.partition("\n\n")
    return head, body


@dataclass(frozen=True, slots=True)
class InnerFile:
    """A file of an enclosed mail; by its place, for it is kept nowhere by itself."""

    place: str
    filename: str
    size: int
    is_mail: bool
    danger: str


@require_safe
@staff
def enclosed(request: StaffRequest, number: int, file: int) -> HttpResponseBase:
    """A mail inside a mail, its words and its own files. `at=1.0` goes further in, `file=2` is one of its files."""
    try:
        found = get_part(request.actor, number, str(file))
    except Conflict as held:
        return withheld(request, held)
    inner = _inside(found, request.GET.get("at", ""))
    if wanted := request.GET.get("file"):
        chosen = _at(inner, wanted)
        why = danger(chosen.filename, chosen.content)
        if why and "anyway" not in request.GET:
            return warning(request, chosen.filename, why, f"{request.get_full_path()}&anyway=1")
        return download(chosen.content, chosen.filename)
    at = request.GET.get("at", "")
    outer = get_mail(request.actor, number)
    files = [_inner_file(one, f"{at}.{place}".strip(".")) for place, one in enumerate(inner.attachments)]
    context: dict[str, Any] = {"outer": outer, "file": found, "mail": inner, "at": at, "files": files}
    return page(request, "web/mail_enclosed.html", "item", **context)


def warning(request: StaffRequest, filename: str, why: str, address: str) -> HttpResponse:
    """A file that harms is not had by one click (MAIL-57)."""
    context: dict[str, Any] = {
        "filename": filename,
        "why": mail_words.said(mail_words.DANGERS, why),
        "address": address,
    }
    return page(request, "web/file_warning.html", "item", status=403, **context)


def withheld(request: StaffRequest, held: Conflict) -> HttpResponse:
    """A file that the scanner keeps (MAIL-57)."""
    context: dict[str, Any] = {"filename": _("This file is held back"), "why": errors.sentence(held), "address": ""}
    return page(request, "web/file_warning.html", "item", status=held.status, **context)


def _inside(found: Attachment, at: str) -> ParsedMail:
    content = stored_file(found.sha256, found.filename)
    inner = _opened(found.content_type, content)
    for place in at.split(".")[:DEEPEST] if at else ():
        part = _at(inner, place)
        inner = _opened(part.content_type, part.content)
    return inner


def _opened(content_type: str, content: bytes) -> ParsedMail:
    if content_type.lower() not in MESSAGES or len(content) > LARGEST_OPENED:
        raise NotFound("There is no such mail.")
    return parse(content)


def _at(mail: ParsedMail, place: str) -> Part:
    if not place.isdecimal() or len(place) > 4 or int(place) >= len(mail.attachments):
        raise NotFound("There is no such file.")
    return mail.attachments[int(place)]


def _inner_file(part: Part, place: str) -> InnerFile:
    why = danger(part.filename, part.content)
    is_mail = part.content_type.lower() in MESSAGES and place.count(".") < DEEPEST
    return InnerFile(place, part.filename, part.size, is_mail, mail_words.said(mail_words.DANGERS, why) if why else "")
