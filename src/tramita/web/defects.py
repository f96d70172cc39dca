"""Defects of an item: written down, corrected, resolved, taken away (D-1, D-2)."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tramita.models import Item
from tramita.services import defects
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.moves import unchecked


@require_POST
@staff
def add(request: StaffRequest, reference: str) -> HttpResponse:
    """The form below the list."""

    def use_case(item: Item) -> None:
        defects.add(item, **_typed(request), by=request.actor, at=timezone.now())

    return unchecked(request, reference, "defect", use_case)


@require_POST
@staff
def change(request: StaffRequest, reference: str, number: int) -> HttpResponse:
    """One of its buttons."""
    does = inputs.text(request, "do")

    def use_case(item: Item) -> None:
        by, at = request.actor, timezone.now()
        if does in ("resolve", "reopen"):
            defects.resolve(item, number, resolved=does == "resolve", by=by, at=at)
        elif does == "remove":
            defects.remove(item, number, by=by, at=at)
        else:
            defects.change(item, number, changes=_typed(request), by=by, at=at)

    return unchecked(request, reference, f"defect-{number}", use_case)


def _typed(request: StaffRequest) -> dict[str, str]:
    return {name: inputs.text(request, name) for name in ("category", "party", "description")}
