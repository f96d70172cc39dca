"""New Ticket and new Case: a Draft, or submitted at once (T-1 to T-3, C-2 to C-4)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tramita.domain.definitions import FieldDefinition
from tramita.models import Item
from tramita.queries import definitions
from tramita.services import starting
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.moves import submitted
from tramita.web.refusals import Refusal, Refusing, readers, refusal
from tramita.web.rendering import page


@require_http_methods(["GET", "POST"])
@staff
def ticket(request: StaffRequest) -> HttpResponse:
    """The form of a Ticket; what Submit misses is said beside each field and nothing is submitted (T-2, T-3)."""
    if request.method == "GET":
        return _ticket_form(request)
    draft = _draft(request)
    try:
        item = starting.start_ticket(
            title=inputs.text(request, "title"),
            description=str(request.POST.get("description", "")),
            category=inputs.text(request, "category") or None,
            requester=inputs.text(request, "requester") or None,
            primary_contact=inputs.text(request, "primary_contact") or None,
            cc=inputs.addresses(request, "cc"),
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
    draft, path = _draft(request), inputs.text(request, "case_type")
    try:
        item = starting.start_case(
            case_type=path or None,
            short_description=inputs.text(request, "short_description"),
            requester=inputs.text(request, "requester") or None,
            primary_contact=inputs.text(request, "primary_contact") or None,
            cc=inputs.addresses(request, "cc"),
            fields={
                name: value for name, value in inputs.fields(request, _declared(path)).items() if value is not None
            },
            draft=draft,
            by=request.actor,
            at=timezone.now(),
        )
    except Refusing as error:
        return _case_form(request, refusal("new", error, request.POST))
    return _begun(request, item, draft=draft)


def _draft(request: StaffRequest) -> bool:
    return request.POST.get("then") == "draft"


def _begun(request: StaffRequest, item: Item, *, draft: bool) -> HttpResponse:
    if not draft:
        return submitted(request, item)
    messages.success(request, _("Saved as draft %s") % item.reference)
    return redirect("item", item.reference)


def _ticket_form(request: StaffRequest, refused: Refusal | None = None) -> HttpResponse:
    categories = [(one.path, one.title or one.path) for one in definitions.categories_for(request.actor)]
    return _form(request, "web/new_ticket.html", refused, categories=categories, chosen=request.GET.get("category", ""))


def _case_form(request: StaffRequest, refused: Refusal | None = None) -> HttpResponse:
    types = [(one.path, one.title or one.path) for one in definitions.case_types_for(request.actor)]
    chosen = (refused.typed if refused else request.GET).get("case_type", "")
    fields = _declared(chosen).values()
    return _form(request, "web/new_case.html", refused, types=types, chosen=chosen, declared=fields, values={})


def _form(request: StaffRequest, template: str, refused: Refusal | None, **context: Any) -> HttpResponse:
    status = refused.status if refused else 200
    first = next(iter(refused.faults), "") if refused else ""
    return page(request, template, "new", status=status, first=first, **context, **readers(refused))


def _declared(path: str) -> dict[str, FieldDefinition]:
    current = definitions.current_case_type(path) if path else None
    return dict(current.process.fields) if current else {}
