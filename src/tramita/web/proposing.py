"""Deciding about what a robot proposes: as it is, changed, or not at all."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tramita.domain.errors import NotFound
from tramita.models import Item, Proposal
from tramita.queries import proposals
from tramita.services import proposing
from tramita.web.access import StaffRequest, staff
from tramita.web.moves import unchecked
from tramita.web.proposal_inputs import changed


@require_POST
@staff
def accept(request: StaffRequest, reference: str, number: int) -> HttpResponse:
    """What the page holds is done; where it differs from what was proposed, that is told."""

    def use_case(item: Item) -> None:
        found = _found(request, item, number)
        typed = changed(found.verb, found.given, {name: str(value) for name, value in request.POST.items()})
        proposing.accept(found, changed=typed, by=request.actor, at=timezone.now())

    def answer(item: Item) -> HttpResponse:
        messages.success(request, _("Done. A mail can be undone for a minute."))
        return redirect("item", item.reference)

    return unchecked(request, reference, "proposal", use_case, answer)


@require_POST
@staff
def refuse(request: StaffRequest, reference: str, number: int) -> HttpResponse:
    """Nothing of it is done."""

    def use_case(item: Item) -> None:
        proposing.refuse(_found(request, item, number), by=request.actor, at=timezone.now())

    return unchecked(request, reference, "proposal", use_case)


def _found(request: StaffRequest, item: Item, number: int) -> Proposal:
    found = proposals.get_visible(request.actor, number)
    if found.item_id != item.pk:
        raise NotFound("There is no such proposal.")
    return found
