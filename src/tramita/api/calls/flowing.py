"""The flow of a Case: where it stands (C-7)."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from tramita.api.auth import caller
from tramita.api.calls.answers import item_answer
from tramita.api.schemas.flow import FlowOut, ReworkIn
from tramita.api.schemas.items import ItemOut
from tramita.api.versions import change_item
from tramita.models import Item
from tramita.queries.estimates import estimate_of
from tramita.queries.flow_view import flow_of
from tramita.queries.items import get_visible
from tramita.services import reworking

router = Router(tags=["The flow of Cases"])
NOWHERE = ReworkIn()  # an empty body: the service says what is missing


@router.get("/items/{reference}/flow", response=FlowOut, operation_id="read_flow")
def read_flow(request: HttpRequest, reference: str) -> FlowOut:
    """The steps of a Case in order, their Actions, and where it stands; none of a Ticket or an Action."""
    item = get_visible(caller(request), reference)
    return FlowOut.model_validate({"steps": flow_of(item, caller(request)), "estimate": estimate_of(item)})


@router.post("/items/{reference}/rework", response=ItemOut, operation_id="rework")
def rework(request: HttpRequest, response: HttpResponse, reference: str, given: ReworkIn = NOWHERE) -> ItemOut:
    """Start a Case again from an earlier step or an ended Action, asked of the Case or of one of its Actions (C-30).

    The answer is the Case.
    """

    def change(item: Item) -> Item:
        return reworking.rework(item, **given.model_dump(), by=caller(request), at=timezone.now())

    return item_answer(request, response, change_item(request, reference, change))
