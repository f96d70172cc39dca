"""Drafts: kept quietly while somebody types, or by a button; canned texts and files are put into them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_POST, require_safe

from tramita.domain.errors import Invalid, NotFound, TramitaError
from tramita.models import Draft, Item, Person
from tramita.queries.items import get_visible
from tramita.queries.stored import stored_file
from tramita.services import canned, drafts
from tramita.services.drafts import Written
from tramita.services.mailing import Enclosure
from tramita.ui import errors, moments
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.item_page import item_page, reply_page
from tramita.web.mail_frame import as_picture
from tramita.web.refusals import Refusing, refusal
from tramita.web.shown_composer import box_of

KINDS = ("reply", "note")


@require_POST
@staff
def draft(request: StaffRequest, reference: str, kind: str) -> HttpResponse:
    """Keep what stands in the composer, and do what the pressed button says besides."""
    item = get_visible(request.actor, reference)
    if inputs.flag(request, "discard"):
        drafts.discard(item, kind, by=request.actor)
        return _back(request, item, kind)
    if inputs.flag(request, "quiet"):
        return _quietly(request, item, kind)
    try:
        _press(request, item, kind)
    except Refusing as error:
        refused = refusal(kind, error, request.POST)
        return (reply_page if inputs.flag(request, "alone") else item_page)(request, reference, refused=refused)
    return _back(request, item, kind)


class Kept(NamedTuple):
    """The draft as it is now. `newer`, `more`: it holds words of another window, or of what was attached."""

    draft: Draft | None
    newer: bool = False
    more: bool = False
    pictures: Sequence[str] = ()  # the content ids of those that were added


def keep(request: StaffRequest, item: Item, kind: str) -> Kept:
    """The words first, then the files, so that a file that is too large costs no word."""
    written = written_reply(request) if kind == "reply" else written_note(request)
    by, at = request.actor, timezone.now()
    saved = drafts.save(item, kind, written, version=inputs.number(request, "draft"), by=by, at=at)
    found = saved.draft
    if numbers := [int(one) for one in request.POST.getlist("attach") if one.isdecimal() and len(one) < 19]:
        found = drafts.attach_from_item(item, kind, numbers, by=by, at=at)
    if files := [_enclosure(one) for one in request.FILES.getlist("files")]:
        found = drafts.attach(item, kind, files, by=by, at=at)
    added: list[str] = []
    if pictures := [_enclosure(one) for one in request.FILES.getlist("pictures")]:
        found, added = drafts.show_pictures(item, pictures, by=by, at=at)
    more = found is not None and saved.draft is not None and found.text != saved.draft.text  # links (F-4)
    return Kept(found, saved.newer, more, added)


def written_reply(request: StaffRequest) -> Written:
    """What stands in the form of a reply. Whom the writer unticked when asked is left out (M-16)."""
    out = {one.lower() for one in request.POST.getlist("asked")} - {
        one.lower() for one in request.POST.getlist("meant")
    }

    def addresses(name: str) -> list[str]:
        return [one for one in inputs.addresses(request, name) if one.lower() not in out]

    return Written(
        text=_words(request, "text"),
        html=_words(request, "html"),
        to=addresses("to"),
        cc=addresses("cc"),
        bcc=addresses("bcc"),
        subject=" ".join(inputs.text(request, "subject").split()),
        based_on=inputs.number(request, "based_on"),
        answers=inputs.key(request, "answers"),
        leaving_from=inputs.text(request, "leaving_from"),
    )


def written_note(request: StaffRequest) -> Written:
    """What stands in the form of a note."""
    return Written(text=_words(request, "body"))


def _words(request: StaffRequest, name: str) -> str:
    """Browsers end lines with CR LF; nobody else does."""
    return str(request.POST.get(name, "")).replace("\r\n", "\n")


def _press(request: StaffRequest, item: Item, kind: str) -> None:
    saved = keep(request, item, kind)
    by, at = request.actor, timezone.now()
    if removed := inputs.text(request, "remove"):
        drafts.detach(item, kind, removed, by=by, at=at)
    if picked := inputs.text(request, "canned"):
        _insert(request, item, picked, saved.draft)


def _insert(request: StaffRequest, item: Item, picked: str, kept: Draft | None) -> None:
    """M-19: `duplicate pl` names the text and its language."""
    key, _, language = picked.partition(" ")
    written = written_reply(request)
    canned.insert(
        item,
        replace(written, text=kept.text, html=kept.html) if kept else written,
        key,
        language=language,
        values=_values(request, item, language),
        cursor=inputs.number(request, "cursor"),
        version=kept.version if kept else 0,
        by=request.actor,
        at=timezone.now(),
    )


def _values(request: StaffRequest, item: Item, language: str) -> Mapping[str, str]:
    """What the placeholders stand for, in the words of the recipient."""
    requester = Person.objects.filter(pk=item.requester_id).first() if item.requester_id else None
    with translation.override(language or translation.get_language()):
        due = moments.full(item.due_at) if item.due_at else ""
    return {
        "reference": item.reference,
        "title": item.title,
        "requester": (requester.name or requester.email or "") if requester else "",
        "agent": request.person.name,
        "due": due,
    }


def _quietly(request: StaffRequest, item: Item, kind: str) -> HttpResponse:
    """While somebody types: the parts of the form that changed, and no page."""
    said, status = "", 200
    try:
        kept = keep(request, item, kind)
    except Invalid as error:
        said, status = " ".join(errors.by_field(error).values()), error.status
        kept = Kept(drafts.held_by(item, kind, by=request.actor))
    except TramitaError as error:
        return HttpResponse(errors.sentence(error), status=error.status, content_type="text/plain; charset=utf-8")
    box = box_of(kept.draft, newer=kept.newer)
    context = {"box": box, "kind": kind, "error": said, "put": kept.newer or kept.more, "pictures": kept.pictures}
    response = render(request, "web/items/_kept.html", context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


@require_safe
@staff
def picture(request: StaffRequest, reference: str, content_id: str) -> HttpResponse:
    """A picture that the reply shows while it is written: its writer's own draft, nobody else's."""
    draft = drafts.held_by(get_visible(request.actor, reference), "reply", by=request.actor)
    files = draft.files if draft else []
    found = next((one for one in files if one.get("content_id") == content_id), None)
    if found is None:
        raise NotFound("There is no such file.")
    return as_picture(stored_file(found["sha256"], found["filename"]))


def _back(request: StaffRequest, item: Item, kind: str) -> HttpResponse:
    """The item's page with the composer as it is now, or the window of its own."""
    asks = {"tab": "comms", "write": kind}
    if inputs.text(request, "open") == "canned":
        asks |= {"canned": inputs.text(request, "q"), "cursor": inputs.text(request, "cursor")}
    page = "reply" if inputs.flag(request, "alone") else "item"
    return redirect(f"{reverse(page, args=[item.reference])}?{urlencode(asks)}#composer")


def _enclosure(file: "UploadedFile[Any]") -> Enclosure:
    """What a browser sent; what it says of the type is only said."""
    return Enclosure(file.name or "file", file.content_type or "application/octet-stream", file.read())
