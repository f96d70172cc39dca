"""What a person does with the flow of a Case on its page (SPEC section 4.4)."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from tramita.domain.codes import Kind
from tramita.domain.references import Reference
from tramita.models import Item
from tramita.services import reworking
from tramita.web.access import StaffRequest, staff
from tramita.web.inputs import flag, text
from tramita.web.moves import act, item_address


@require_POST
@staff
def rework(request: StaffRequest, reference: str) -> HttpResponse:
    """C-30: from a step or an Action, `step:NAME` or `action:NAME`; the tab stays."""
    kind, _colon, name = text(request, "from").partition(":")

    def use_case(item: Item) -> None:
        reworking.rework(
            item,
            step=name if kind == "step" else None,
            action=name if kind == "action" else None,
            terminate=flag(request, "terminate"),
            schedule=text(request, "schedule") or None,
            by=request.actor,
            at=timezone.now(),
        )

    return act(
        request, reference, "rework", use_case, lambda item: redirect(f"{item_address(_case_of(item))}?tab=actions")
    )


def _case_of(item: Item) -> str:
    return str(Reference(Kind.CASE, item.number))
