"""A new request: the catalogue of what is offered, and the form of one service (SS-2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tramita.domain.errors import Conflict, Invalid, TramitaError
from tramita.portal.access import CustomerRequest, customer, shown
from tramita.portal.requests import around, enclosed, press_of
from tramita.queries import catalogue
from tramita.queries.catalogue import Chosen
from tramita.services import portal_requests
from tramita.ui import card_inputs, cards, errors

PANEL = "new"


@dataclass(frozen=True, slots=True)
class Again:
    """The form is shown again with what was typed; `sentence` and `faults` say what is wrong, if anything is."""

    typed: QueryDict
    sentence: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    panel: str = PANEL

    @property
    def looked(self) -> bool:
        """Only the fields that belong to what was chosen were wanted."""
        return self.status == 200


@require_safe
@customer
def listed(request: CustomerRequest) -> HttpResponse:
    """The catalogue, service by service."""
    groups = catalogue.catalogue(request.actor)
    return shown(request, "portal/catalogue.html", here="", groups=groups, **around(request))


@require_http_methods(["GET", "HEAD", "POST"])
@customer
def form(request: CustomerRequest, service: str) -> HttpResponse:
    """What one service asks for; a POST hands it in, or shows the fields that belong to what was chosen."""
    chosen = catalogue.offer(request.actor, service)
    if request.method != "POST":
        return _page(request, chosen)
    if card_inputs.looks(request):
        again, only_cards = Again(request.POST), card_inputs.only_cards(request, PANEL)
        return _cards(request, chosen, again) if only_cards else _page(request, chosen, again)
    try:
        done = portal_requests.hand_in(
            service,
            title=request.POST.get("title", "").strip(),
            text=request.POST.get("text", ""),
            fields=_given(request, chosen),
            press=press_of(request),
            files=enclosed(request),
            by=request.actor,
            person=request.person,
            at=timezone.now(),
        )
    except (Invalid, Conflict) as refused:
        return _page(request, chosen, _refused(refused, request.POST))
    messages.success(request, _("Your request is with us: %(reference)s") % {"reference": done.items[0]})
    return redirect("portal-request", done.items[0])


def _given(request: CustomerRequest, chosen: Chosen) -> dict[str, Any]:
    return {name: value for name, value in card_inputs.fields(request, chosen.known).items() if value is not None}


def _refused(error: TramitaError, typed: QueryDict) -> Again:
    faults = errors.by_field(error)
    sentence = _("Something is missing or not right. See below.") if faults else errors.sentence(error)
    return Again(typed, sentence, faults, error.status)


def _page(request: CustomerRequest, chosen: Chosen, again: Again | None = None) -> HttpResponse:
    typed = again.typed if again else QueryDict()
    return shown(
        request,
        "portal/form.html",
        status=again.status if again else 200,
        here="",
        service=chosen.title or chosen.path,
        is_case=chosen.kind == "case_type",
        cards=_asked(chosen, again),
        refused=again.sentence if again else "",
        faults=again.faults if again else {},
        first=next(iter(again.faults), "") if again else "",
        press=typed.get("press") or uuid4().hex,
        title=typed.get("title", ""),
        text=typed.get("text", ""),
        again=bool(request.FILES),
        **around(request),
    )


def _cards(request: CustomerRequest, chosen: Chosen, again: Again) -> HttpResponse:
    return shown(request, "ui/_cards.html", cards=_asked(chosen, again), address=request.path)


def _asked(chosen: Chosen, again: Again | None) -> cards.Form:
    return cards.form(PANEL, chosen.known, chosen.known.with_defaults({}), refused=again)
