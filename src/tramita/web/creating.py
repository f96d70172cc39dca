"""New Ticket and new Case: a Draft, or submitted at once (T-1 to T-3, C-2 to C-4, D-21)."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tramita.domain.cards import NOTHING, Declared
from tramita.models import Item
from tramita.queries import definitions
from tramita.queries.items import get_visible
from tramita.services import starting
from tramita.ui import card_inputs
from tramita.ui import cards as shown_cards
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.moves import submitted
from tramita.web.refusals import Refusal, Refusing, looked, readers, refusal
from tramita.web.rendering import page, part
from tramita.web.shown_schedule import schedule_choices


@require_http_methods(["GET", "POST"])
@staff
def ticket(request: StaffRequest) -> HttpResponse:
    """The form of a Ticket; what Submit misses is said beside each field and nothing is submitted (T-2, T-3)."""
    if request.method == "GET":
        return _ticket_form(request)
    if card_inputs.looks(request):
        return _ticket_form(request, looked("new", request.POST))
    draft, path = _draft(request), inputs.text(request, "category")
    try:
        item = starting.start_ticket(
            title=inputs.text(request, "title"),
            description=str(request.POST.get("description", "")),
            category=path or None,
            requester=inputs.text(request, "requester") or None,
            primary_contact=inputs.text(request, "primary_contact") or None,
            cc=inputs.addresses(request, "cc"),
            fields=_fields(request, of_category(path)),
            draft=draft,
            by=request.actor,
            at=timezone.now(),
        )
    except Refusing as error:
        return _ticket_form(request, refusal("new", error, request.POST))
    return _begun(request, item, draft=draft)


@require_http_methods(["GET", "POST"])
@staff
def case(request: StaffRequest) -> HttpResponse:
    """The form of a Case: its type first, then what that type asks for (C-3, C-4)."""
    if request.method == "GET":
        return _case_form(request)
    if card_inputs.looks(request):
        return _case_form(request, looked("new", request.POST))
    draft, path = _draft(request), inputs.text(request, "case_type")
    parent = _parent(request, request.POST)
    try:
        item = starting.start_case(
            case_type=path or None,
            short_description=inputs.text(request, "short_description"),
            requester=inputs.text(request, "requester") or None,
            primary_contact=inputs.text(request, "primary_contact") or None,
            cc=inputs.addresses(request, "cc"),
            fields=_fields(request, of_case_type(path)),
            schedule=inputs.text(request, "schedule") or None,
            draft=draft,
            parent=parent,
            independent=bool(parent) and inputs.text(request, "wait") != "yes",
            by=request.actor,
            at=timezone.now(),
        )
    except Refusing as error:
        return _case_form(request, refusal("new", error, request.POST))
    return _begun(request, item, draft=draft)


def _draft(request: StaffRequest) -> bool:
    return request.POST.get("then") == "draft"


def _fields(request: StaffRequest, known: Declared) -> dict[str, Any]:
    return {name: value for name, value in card_inputs.fields(request, known).items() if value is not None}


def _begun(request: StaffRequest, item: Item, *, draft: bool) -> HttpResponse:
    if not draft:
        return submitted(request, item)
    messages.success(request, _("Saved as draft %s") % item.reference)
    return redirect("item", item.reference)


def _ticket_form(request: StaffRequest, refused: Refusal | None = None) -> HttpResponse:
    chosen = (refused.typed if refused else request.GET).get("category", "")
    if refused and refused.looked and card_inputs.only_cards(request, "new"):
        return _cards(request, refused, of_category(chosen))
    categories = [(one.path, one.title or one.path) for one in definitions.categories_for(request.actor)]
    return _form(request, "web/new_ticket.html", refused, of_category(chosen), categories=categories, chosen=chosen)


def _case_form(request: StaffRequest, refused: Refusal | None = None) -> HttpResponse:
    chosen = (refused.typed if refused else request.GET).get("case_type", "")
    if refused and refused.looked and card_inputs.only_cards(request, "new"):
        return _cards(request, refused, of_case_type(chosen))
    parent = _parent(request, refused.typed if refused else request.GET)
    known, types = of_case_type(chosen), definitions.case_types_for(request.actor)
    if parent is not None:
        customer = f"{(parent.process.key if parent.process else '').partition('/')[0]}/"
        types = [one for one in types if one.path.startswith(customer)]
    return _form(
        request,
        "web/new_case.html",
        refused,
        known,
        values={name: value for name, value in parent.fields.items() if name in known.fields} if parent else None,
        parent=parent,
        types=[(one.path, one.title or one.path) for one in types],
        chosen=chosen,
        schedules=schedules_of(chosen),
    )


def _parent(request: StaffRequest, said: Mapping[str, Any]) -> Item | None:
    """The Case that a Sub-Case is started from (C-12). Raises: NotFound."""
    reference = str(said.get("parent", ""))
    return get_visible(request.actor, reference) if reference else None


def _form(
    request: StaffRequest,
    template: str,
    refused: Refusal | None,
    known: Declared,
    *,
    values: Mapping[str, Any] | None = None,
    parent: Item | None = None,
    **context: Any,
) -> HttpResponse:
    status = refused.status if refused else 200
    first = next(iter(refused.faults), "") if refused else ""
    cards = shown_cards.form("new", known, known.with_defaults(values or {}), refused=refused)
    return page(
        request, template, "new", status=status, first=first, cards=cards, parent=parent, **context, **readers(refused)
    )


def _cards(request: StaffRequest, refused: Refusal, known: Declared) -> HttpResponse:
    """Only the cards, as what was typed shows them."""
    cards = shown_cards.form("new", known, known.with_defaults({}), refused=refused)
    return part(request, "ui/_cards.html", cards=cards, address=request.path)


def of_category(path: str) -> Declared:
    """What new Tickets of a category are asked for. Cost: one query."""
    current = definitions.current_category(path) if path else None
    return definitions.declared_by(current.process) if current else NOTHING


def schedules_of(path: str) -> list[tuple[str, str]]:
    """Among which a new Case of a type has its schedule (BU-3). Cost: one query, two where there are any."""
    current = definitions.current_case_type(path) if path else None
    return schedule_choices(current.process.schedule if current else None)


def of_case_type(path: str) -> Declared:
    """What new Cases of a type are asked for. Cost: one query."""
    current = definitions.current_case_type(path) if path else None
    return definitions.declared_by(current.process) if current else NOTHING
