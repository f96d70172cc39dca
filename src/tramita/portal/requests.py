"""One's requests: the list, one with its messages, an answer to it, its files (SS-1, TO-1)."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tramita.domain.codes import Kind, State, WaitType
from tramita.domain.errors import Conflict, Invalid, NotFound, TramitaError
from tramita.models import Item
from tramita.portal.access import CustomerRequest, customer, shown
from tramita.portal.feedback import give
from tramita.queries import catalogue, portal
from tramita.queries.facts import window_open
from tramita.queries.feedback import said_of
from tramita.queries.files import get_file
from tramita.queries.items import get_visible
from tramita.queries.members import may_administer
from tramita.queries.portal import opening_of
from tramita.queries.stored import opened_file
from tramita.queries.timeline import Said, conversation
from tramita.services import portal_replies
from tramita.services.opening import looked
from tramita.services.portal_mail import Enclosed
from tramita.ui import errors, labels
from tramita.ui.downloads import download


@require_safe
@customer
def home(request: CustomerRequest) -> HttpResponse:
    """The list: one's own, or the organisation's."""
    everybodys = "all" in request.GET and portal.may_see_all(request.actor)
    try:
        found = portal.requests_of(
            request.actor, everybodys=everybodys, at=timezone.now(), cursor=request.GET.get("after")
        )
    except Invalid as wrong:
        raise NotFound("There is no such page.") from wrong
    return shown(
        request,
        "portal/requests.html",
        here="all" if everybodys else "mine",
        requests=[_line(one) for one in found.items],
        next=found.next,
        asks=bool(catalogue.catalogue(request.actor)),
        **around(request),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@customer
def one(request: CustomerRequest, reference: str) -> HttpResponse:
    """A request with its messages, newest first; a POST adds one."""
    item = get_visible(request.actor, reference)
    if request.method == "POST":
        return _reply(request, item)
    looked(item, via="portal", by=request.actor, at=timezone.now())
    return _page(request, item)


@require_safe
@customer
def file(request: CustomerRequest, number: int) -> HttpResponseBase:
    """A file of a message that one may read: always a download."""
    try:
        found = get_file(request.actor, number)
    except Conflict as held:
        raise NotFound(held.message) from held
    if found.url:
        raise NotFound("There is no such file.")
    return download(opened_file(found.sha256, found.filename), found.filename)


def around(request: CustomerRequest) -> dict[str, Any]:
    """What the head of every page shows."""
    actor = request.actor
    return {
        "to_decide": portal.to_decide(actor, at=timezone.now()),
        "may_see_all": portal.may_see_all(actor),
        "may_administer": may_administer(actor),
    }


def _line(item: Item) -> dict[str, Any]:
    return {
        "reference": item.reference,
        "kind": item.kind.value,
        "title": item.title,
        "state": item.state.value,
        "word": plainly(item),
        "updated_at": item.updated_at,
    }


def plainly(item: Item) -> str:
    """Where it stands, in words of who asked."""
    if item.state is State.WAITING and item.wait_type is WaitType.MORE_INFORMATION:
        return _("Waits for your answer")
    return labels.word("request", item.state)


def _reply(request: CustomerRequest, item: Item) -> HttpResponse:
    text, press, files = request.POST.get("text", ""), press_of(request), enclosed(request)
    try:
        said = portal_replies.reply(item, text=text, press=press, files=files, by=request.person, at=timezone.now())
    except (Invalid, Conflict) as refused:
        return _page(request, item, refused=refused, text=text)
    if said.items[0] == item.reference:
        messages.success(request, _("Your message is with us."))
    else:
        messages.success(request, _("That request was closed, so your message began a new one."))
    return redirect("portal-request", said.items[0])


def press_of(request: CustomerRequest) -> str:
    """The name of the form that was sent; of one that has none, a name of its own."""
    press = request.POST.get("press", "")
    return press[:40] if press.isalnum() and press.isascii() else uuid4().hex


def enclosed(request: CustomerRequest) -> list[Enclosed]:
    """The files that were sent."""
    return [Enclosed(one.name or "file", one.size or 0, one.read) for one in request.FILES.getlist("files")]


@require_POST
@customer
def feedback(request: CustomerRequest, reference: str) -> HttpResponse:
    """Whether it is done, and how good it was; inside the window (T-45)."""
    item = get_visible(request.actor, reference)
    try:
        thanks = give(request.POST, item, by=request.actor, at=timezone.now())
    except (Invalid, Conflict) as refused:
        return _page(request, item, refused=refused)
    messages.success(request, thanks)
    return redirect("portal-request", item.reference)


def _page(request: CustomerRequest, item: Item, *, refused: TramitaError | None = None, text: str = "") -> HttpResponse:
    talk, _besides = conversation(item, request.actor)
    living = portal.goes_on_in(item)
    open_there = living is not None and portal.is_seen(living, request.actor)
    return shown(
        request,
        "portal/request.html",
        status=refused.status if refused else 200,
        here="",
        item=_line(item)
        | {
            "created_at": item.created_at,
            "closed": item.state is State.CLOSED,
            "merged": living is not None,
            "goes_on_in": living.reference if living is not None and open_there else "",
        },
        process=portal.process_title(item),
        is_case=item.kind is Kind.CASE,
        window_until=item.window_ends_at if window_open(item, timezone.now()) else None,
        given=said_of(item),
        opening=opening_of(item),
        said_why=item.resolution_reason or "",
        typed=request.POST,
        faults=errors.by_field(refused) if refused else {},
        talk=[*_elsewhere(request, item, None if open_there else living), *(_said(one) for one in talk)],
        press=uuid4().hex,
        refused=errors.sentence(refused) if refused else "",
        text=text,
        **around(request),
    )


def _elsewhere(request: CustomerRequest, item: Item, living: Item | None) -> list[dict[str, Any]]:
    """What they and we wrote to each other where their request goes on, which they may not open (Z-4)."""
    if living is None:
        return []
    found = portal.said_elsewhere(living, request.person, since=item.resolved_at or item.created_at)
    return [
        {
            "at": one.at,
            "ours": one.outgoing,
            "name": "" if one.outgoing else one.sender_name or one.sender_address,
            "words": (one.reply_text or one.text).strip(),
            "files": [],
        }
        for one in found
    ]


def _said(said: Said) -> dict[str, Any]:
    mail, entry = said.message, said.entry
    words = (mail.reply_text or mail.text) if mail else entry.data.get("body", "")
    ours = mail.outgoing if mail else bool(entry.actor)
    name = (mail.sender_name or mail.sender_address) if mail and not mail.outgoing else ""
    return {
        "at": entry.at,
        "ours": ours,
        "name": name or (entry.actor.name if entry.actor else ""),
        "words": str(words).strip(),
        "files": [one for one in said.attachments if not one.url and one.sha256 not in said.held],
    }
