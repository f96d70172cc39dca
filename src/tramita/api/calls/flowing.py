"""The flow of a Case: where it stands (C-7)."""

from django.http import HttpRequest
from ninja import Router

from tramita.api.auth import caller
from tramita.api.schemas.flow import FlowOut
from tramita.queries.flow_view import flow_of
from tramita.queries.items import get_visible

router = Router(tags=["The flow of Cases"])


@router.get("/items/{reference}/flow", response=FlowOut, operation_id="read_flow")
def read_flow(request: HttpRequest, reference: str) -> FlowOut:
    """The steps of a Case in order, their Actions, and where it stands; none of a Ticket or an Action."""
    item = get_visible(caller(request), reference)
    return FlowOut.model_validate({"steps": flow_of(item, caller(request))})
