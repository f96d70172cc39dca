"""Deciding about what a robot proposes: as it is, changed, or not at all."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tramita.domain.errors import NotFound
from tramita.domain.proposals import Proposed
from tramita.models import Item, Proposal
from tramita.queries import proposals
from tramita.services import proposing
from tramita.web.access import StaffRequest, staff
from tramita.web.inputs import text
from tramita.web.moves import unchecked


@require_POST
@staff
def accept(request: StaffRequest, reference: str, number: int) -> HttpResponse:
    """What the page holds is done; where it differs from what was proposed, that is told."""

    def use_case(item: Item) -> None:
        found = _found(request, item, number)
        proposing.accept(found, changed=_changed(request, found), by=request.actor, at=timezone.now())

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


def _changed(request: StaffRequest, proposal: Proposal) -> dict[str, Any] | None:
    """What was typed over; only what differs, so that nobody is said to have changed what they did not."""
    typed: dict[str, Any] = {}
    if proposal.verb is Proposed.MAIL:
        to = [one.strip() for one in text(request, "to").replace(";", ",").split(",") if one.strip()]
        typed = {"to": to, "subject": text(request, "subject"), "text": text(request, "text")}
    elif proposal.verb is Proposed.COMPLETE:
        typed = {"note": text(request, "note")}
    before = {"subject": "", "note": "", **proposal.given}
    changed = {name: value for name, value in typed.items() if _same(value) != _same(before.get(name, ""))}
    return {**proposal.given, **changed} if changed else None


def _same(value: Any) -> Any:
    """Browsers end lines by CR and LF."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value
