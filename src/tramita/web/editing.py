"""Changing what an item says: title, category, contacts, fields, due date, checklist, and a Draft as a whole."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tramita.domain.codes import Kind
from tramita.models import Item
from tramita.queries.items import get_visible
from tramita.services import editing, starting
from tramita.ui import card_inputs
from tramita.web import inputs, item_cards
from tramita.web.access import StaffRequest, staff
from tramita.web.item_page import item_page
from tramita.web.moves import act, submitted
from tramita.web.refusals import looked
from tramita.web.rendering import part


@require_POST
@staff
def edit(request: StaffRequest, reference: str) -> HttpResponse:
    """One panel of the page, or the whole form of a Draft; `then=submit` goes on to submit it."""
    panel = inputs.text(request, "panel")
    if card_inputs.looks(request):
        return _look(request, reference, panel)
    submits = panel == "draft" and request.POST.get("then") == "submit"

    def use_case(item: Item) -> None:
        changes = PANELS.get(panel, nothing)(request, item)
        editing.edit(item, changes=changes, by=request.actor, at=timezone.now())
        if submits:
            starting.submit(item, by=request.actor, at=timezone.now())

    done = (lambda item: submitted(request, item)) if submits else None
    return act(request, reference, panel, use_case, done)


def _look(request: StaffRequest, reference: str, panel: str) -> HttpResponse:
    """Nothing is saved: what was typed shows other fields, or another number of rows (D-21)."""
    seen = looked(panel, request.POST)
    if not card_inputs.only_cards(request, panel):
        return item_page(request, reference, refused=seen)
    item = get_visible(request.actor, reference)
    return part(request, "ui/_cards.html", cards=item_cards.form(item, panel, seen), address=request.path)


def nothing(request: StaffRequest, item: Item) -> dict[str, Any]:
    """A form that the page does not have changes nothing."""
    return {}


def title(request: StaffRequest, item: Item) -> dict[str, Any]:
    """G-8."""
    return {"title": inputs.text(request, "title")}


def category(request: StaffRequest, item: Item) -> dict[str, Any]:
    """T-10."""
    return {"category": inputs.text(request, "category")}


def due(request: StaffRequest, item: Item) -> dict[str, Any]:
    """SLA-15."""
    return {"due": {"at": inputs.moment(request, "due")}}


def contacts(request: StaffRequest, item: Item) -> dict[str, Any]:
    """CT-1: a contact that was emptied stays; copies are what is listed."""
    given = {
        "primary": inputs.text(request, "primary_contact"),
        "requester": inputs.text(request, "requester"),
    }
    people: dict[str, Any] = {tag: address for tag, address in given.items() if address}
    if "cc" in request.POST:
        people["cc"] = inputs.addresses(request, "cc")
    return {"contacts": people}


def fields(request: StaffRequest, item: Item) -> dict[str, Any]:
    """D-20: the declared ones, by their types."""
    return {"fields": card_inputs.fields(request, item_cards.declared_in(item, None))}


def estimate(request: StaffRequest, item: Item) -> dict[str, Any]:
    """C-13: in minutes; what is no number is refused as one that cannot be."""
    minutes = inputs.number(request, "minutes")
    return {"estimate": -1 if minutes is None else minutes * 60}


def schedule(request: StaffRequest, item: Item) -> dict[str, Any]:
    """BU-6: one of those of the Case's type, or none."""
    return {"schedule": inputs.text(request, "schedule")}


def checklist(request: StaffRequest, item: Item) -> dict[str, Any]:
    """D-12: the ticks as they stand on the page."""
    done = set(request.POST.getlist("done"))
    return {"checklist": {text: text in done for text, _was in item.checklist}}


def tags(request: StaffRequest, item: Item) -> dict[str, Any]:
    """Z-7: all of them, with commas between."""
    return {"tags": [inputs.text(request, "tags")]}


def draft(request: StaffRequest, item: Item) -> dict[str, Any]:
    """A Draft's form: what is still empty stays empty until Submit asks for it (T-2)."""
    changes: dict[str, Any] = {"title": inputs.text(request, "title")}
    if "description" in request.POST:
        changes["description"] = request.POST["description"]
    if item.kind is Kind.TICKET and inputs.text(request, "category"):
        changes |= category(request, item)
    known = item_cards.declared_in(item, request.POST)
    return changes | contacts(request, item) | {"fields": card_inputs.fields(request, known)}


PANELS: Mapping[str, Callable[[StaffRequest, Item], dict[str, Any]]] = {
    "title": title,
    "category": category,
    "due": due,
    "contacts": contacts,
    "fields": fields,
    "checklist": checklist,
    "estimate": estimate,
    "schedule": schedule,
    "tags": tags,
    "draft": draft,
}
