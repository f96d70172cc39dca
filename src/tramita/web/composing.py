"""Notes and replies. A reply written before the newest message is held, and the newer one shown (Z-2)."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tramita.models import Item
from tramita.services import mailing, notes
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.moves import act, unchecked


@require_POST
@staff
def note(request: StaffRequest, reference: str) -> HttpResponse:
    """TL-1, R-6: stays in the house; adding to the conversation needs no unchanged item."""
    resolution = inputs.flag(request, "resolution")

    def use_case(item: Item) -> None:
        body = str(request.POST.get("body", ""))
        notes.add_note(item, body=body, resolution=resolution, by=request.actor, at=timezone.now())

    return unchecked(request, reference, "note", use_case)


@require_POST
@staff
def reply(request: StaffRequest, reference: str) -> HttpResponse:
    """M-15, R-11: Send, or Send and resolve; the latter only on the item as the page showed it."""
    resolve = inputs.text(request, "resolve") or None

    def use_case(item: Item) -> None:
        mailing.send(
            item,
            to=inputs.addresses(request, "to"),
            cc=inputs.addresses(request, "cc"),
            text=str(request.POST.get("text", "")),
            resolve=resolve,
            based_on=inputs.number(request, "based_on"),
            by=request.actor,
            at=timezone.now(),
        )

    return (act if resolve else unchecked)(request, reference, "reply", use_case)
