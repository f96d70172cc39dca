"""Merging Tickets, splitting one, making a Case of one, and the undo of each (X-1 to X-24, Z-3)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind
from tramita.domain.errors import Invalid, NotFound
from tramita.models import Item
from tramita.queries import regroupings, targets
from tramita.queries.facts import allowed
from tramita.queries.items import get_visible
from tramita.queries.visibility import may
from tramita.services import copying_talk, linking, merging, undoing
from tramita.ui import labels
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.moves import act, as_shown, item_address, unchecked
from tramita.web.refusals import Refusal, Refusing, readers, refusal
from tramita.web.rendering import page


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def merge(request: StaffRequest, reference: str) -> HttpResponse:
    """X-1, X-2: this Ticket into another item, or others into this one; what is chosen is merged at once."""
    item = get_visible(request.actor, reference)
    if request.method != "POST":
        return _merge_page(request, item)
    try:
        as_shown(item, request.POST.get("version", ""))
        tickets, into = _chosen(request, item)
        merging.merge(tickets, into=into, by=request.actor, at=timezone.now())
    except Refusing as error:
        return _merge_page(request, get_visible(request.actor, reference), refusal("merge", error, request.POST))
    gone = ", ".join(one.reference for one in tickets)
    messages.success(request, _("Merged into %(item)s: %(tickets)s") % {"item": into.reference, "tickets": gone})
    return redirect("item", into.reference)


def _chosen(request: StaffRequest, item: Item) -> tuple[list[Item], Item]:
    if _way(request, item) == "into":
        return [item], _named(request, inputs.text(request, "into"), "into")
    return [_named(request, one, "tickets") for one in request.POST.getlist("tickets")], item


def _named(request: StaffRequest, reference: str, field: str) -> Item:
    if not reference:
        raise Invalid.one(field, "required", "Choose an item first.")
    try:
        return get_visible(request.actor, reference)
    except NotFound as missing:
        raise Invalid.one(field, "unknown", str(missing)) from missing


def _way(request: StaffRequest, item: Item) -> str:
    """Whether this item is merged away, or others into it: a Case or Action only takes."""
    wanted = request.POST.get("way") or request.GET.get("way") or "into"
    return wanted if item.kind is Kind.TICKET and wanted == "into" else "here"


def _merge_page(request: StaffRequest, item: Item, refused: Refusal | None = None) -> HttpResponse:
    way, at = _way(request, item), timezone.now()
    text = str((request.POST if refused else request.GET).get("q", ""))[:200]
    found = (
        targets.targets(item, text, request.actor, at=at)
        if way == "into"
        else targets.sources(item, text, request.actor)
    )
    chosen = refused.typed.getlist("tickets" if way == "here" else "into") if refused else []
    away, takes = "merge" in allowed(item, request.actor, at), _takes(request, item)
    return page(
        request,
        "web/merge.html",
        "item",
        status=refused.status if refused else 200,
        item=item,
        way=way,
        ways=[(code, name) for code, name, open_ in _ways(item, away=away, takes=takes) if open_],
        possible=away if way == "into" else takes,
        found=[_row(one) for one in found],
        full=len(found) == targets.BEST,
        words=text,
        chosen=chosen,
        **readers(refused),
    )


def _ways(item: Item, *, away: bool, takes: bool) -> list[tuple[str, str, bool]]:
    return [
        ("into", _("This Ticket into another item"), away and item.kind is Kind.TICKET),
        ("here", _("Other Tickets into this item"), takes),
    ]


def _takes(request: StaffRequest, item: Item) -> bool:
    return regroupings.may_take(item, timezone.now()) and may(request.actor, "work", item)


def _row(item: Item) -> dict[str, Any]:
    return {
        "reference": item.reference,
        "kind": item.kind.value,
        "title": item.title,
        "state": item.state.value,
        "word": labels.word("state", item.state),
        "organisation": item.organisation.name if item.organisation else "",
        "at": item.updated_at,
    }


@require_POST
@staff
def undo(request: StaffRequest, reference: str) -> HttpResponse:
    """Z-3; the page that is shown is the one that asked for it."""

    def use_case(item: Item) -> None:
        ticket = undoing.undo(item, by=request.actor, at=timezone.now())
        link = format_html('<a href="{}">{}</a>', item_address(ticket.reference), ticket.reference)
        before, _mark, after = _("Undone: %s is as it was").partition("%s")
        messages.success(request, format_html("{}{}{}", before, link, after))

    def back(item: Item) -> HttpResponse:
        place = inputs.text(request, "back") or item.reference
        return redirect("item", get_visible(request.actor, place).reference)

    return act(request, reference, "undo", use_case, back)


@require_POST
@staff
def link(request: StaffRequest, reference: str) -> HttpResponse:
    """X-31: loosely, also with what is of another area."""
    return act(request, reference, "tie", _with_partner(request, linking.link))


@require_POST
@staff
def copy(request: StaffRequest, reference: str) -> HttpResponse:
    """X-32: what was said here, to an item that it is linked with."""

    def copied(item: Item, *, to: Item, by: Actor, at: datetime) -> None:
        copying_talk.copy_communications(item, to=to, by=by, at=at)
        messages.success(request, _("What was said is copied to %(item)s.") % {"item": to.reference})

    return unchecked(request, reference, "tie", _with_partner(request, copied))


@require_POST
@staff
def unlink(request: StaffRequest, reference: str) -> HttpResponse:
    """X-30: a loose link only."""
    return act(request, reference, "tie", _with_partner(request, linking.unlink))


def _with_partner(request: StaffRequest, do: Callable[..., object]) -> Callable[[Item], None]:
    """Do this with the item and the one that the form names."""

    def use_case(item: Item) -> None:
        partner = _named(request, inputs.text(request, "to"), "to")
        do(item, to=partner, by=request.actor, at=timezone.now())

    return use_case
