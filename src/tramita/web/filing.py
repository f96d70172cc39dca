"""The Files tab's forms: files and links added, described, taken off, and put into a mail (F-1 to F-4)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tramita.domain.errors import TramitaError
from tramita.domain.filing import Told, told
from tramita.models import Item
from tramita.queries import files
from tramita.queries.items import get_visible
from tramita.services import drafts, filing
from tramita.services.filing import Upload
from tramita.ui import errors
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.item_page import item_page
from tramita.web.refusals import Refusing, refusal


@require_POST
@staff
def add(request: StaffRequest, reference: str) -> HttpResponse:
    """F-2: one or several; a page that shows progress sends each alone, and `quiet`."""
    item = get_visible(request.actor, reference)
    uploads = [upload(one) for one in request.FILES.getlist("files")]

    def use_case() -> None:
        filing.add_files(item, uploads, _told(request), by=request.actor, at=timezone.now())

    if inputs.flag(request, "quiet"):
        return _quietly(use_case)
    said = ngettext("The file is added.", "%(num)s files are added.", len(uploads)) % {"num": len(uploads)}
    return _done(request, item, "file", use_case, said)


@require_POST
@staff
def link(request: StaffRequest, reference: str) -> HttpResponse:
    """F-1: an address with a title."""
    item = get_visible(request.actor, reference)

    def use_case() -> None:
        url, title = inputs.text(request, "url"), inputs.text(request, "title")
        filing.add_link(item, url=url, title=title, about=_told(request), by=request.actor, at=timezone.now())

    return _done(request, item, "link", use_case, _("The link is added."))


@require_POST
@staff
def change(request: StaffRequest, reference: str, number: int) -> HttpResponse:
    """F-3: tags, note and mark of one; or take it off the item."""
    item = get_visible(request.actor, reference)
    removing = inputs.flag(request, "remove")

    def use_case() -> None:
        (found,) = files.chosen(item, request.actor, [number])
        if removing:
            filing.remove(found, by=request.actor, at=timezone.now())
        else:
            filing.describe(found, _told(request), by=request.actor, at=timezone.now())

    return _done(request, item, "files", use_case, _("It is taken off the item.") if removing else _("Saved."))


@require_POST
@staff
def into_mail(request: StaffRequest, reference: str) -> HttpResponse:
    """F-4: what is ticked goes into the reply, files along with it and links into its words."""
    item = get_visible(request.actor, reference)
    numbers = [int(one) for one in request.POST.getlist("attach") if one.isdecimal() and len(one) < 19]
    try:
        drafts.attach_from_item(item, "reply", numbers, by=request.actor, at=timezone.now())
    except Refusing as error:
        return item_page(request, reference, refused=refusal("files", error, request.POST))
    return redirect(f"{reverse('item', args=[item.reference])}?tab=comms&write=reply#composer")


def upload(file: "UploadedFile[Any]") -> Upload:
    """What a browser sends; what it says of the type is only said."""
    kind = file.content_type or "application/octet-stream"
    return Upload(file.name or "file.bin", kind, int(file.size or 0), file.chunks())


def _told(request: StaffRequest) -> Told:
    internal = inputs.flag(request, "internal")
    return told([inputs.text(request, "tags")], inputs.text(request, "note"), internal=internal)


def _quietly(use_case: Callable[[], None]) -> HttpResponse:
    """A word on what was wrong, for the row of that file; nothing when it is done."""
    try:
        use_case()
    except TramitaError as error:
        said = " ".join(errors.by_field(error).values()) or errors.sentence(error)
        return HttpResponse(said, status=error.status, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


def _done(request: StaffRequest, item: Item, panel: str, use_case: Callable[[], None], said: str) -> HttpResponse:
    try:
        use_case()
    except Refusing as error:
        return item_page(request, item.reference, refused=refusal(panel, error, request.POST))
    messages.success(request, said)
    return redirect(f"{reverse('item', args=[item.reference])}?tab=files")
