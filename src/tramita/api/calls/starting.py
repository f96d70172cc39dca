"""Work begins: `POST /tickets`, `POST /cases`, `POST /items/{ref}/actions`."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router
from ninja.responses import Status

from tramita.api.auth import caller
from tramita.api.calls.answers import new_item_answer
from tramita.api.schemas.items import ItemOut, LaunchedOut
from tramita.api.schemas.starting import ActionIn, CaseIn, TicketIn
from tramita.api.versions import change_item
from tramita.models import Item
from tramita.queries.items import get_visible
from tramita.services import launching, starting

router = Router(tags=["Starting work"])
NO_TICKET, NO_CASE = TicketIn(), CaseIn()  # an empty body: everything is missing, and named


@router.post("/tickets", response={201: ItemOut}, operation_id="start_ticket")
def start_ticket(request: HttpRequest, response: HttpResponse, ticket: TicketIn = NO_TICKET) -> Status[ItemOut]:
    """Start a Ticket: a Draft, or submitted and validated (T-2)."""
    item = starting.start_ticket(
        title=ticket.title or "",
        description=ticket.description or "",
        category=ticket.category,
        **ticket.people(),
        fields=ticket.fields,
        draft=ticket.draft,
        by=caller(request),
        at=timezone.now(),
    )
    return Status(201, new_item_answer(request, response, item))


@router.post("/cases", response={201: ItemOut}, operation_id="start_case")
def start_case(request: HttpRequest, response: HttpResponse, case: CaseIn = NO_CASE) -> Status[ItemOut]:
    """Start a Case: a Draft, or submitted and validated."""
    item = starting.start_case(
        case_type=case.case_type,
        short_description=case.short_description or "",
        **case.people(),
        fields=case.fields,
        schedule=case.schedule,
        draft=case.draft,
        parent=get_visible(caller(request), case.parent) if case.parent else None,
        independent=case.independent,
        by=caller(request),
        at=timezone.now(),
    )
    return Status(201, new_item_answer(request, response, item))


@router.post("/items/{reference}/actions", response={201: LaunchedOut}, operation_id="launch_action")
def launch_action(
    request: HttpRequest, response: HttpResponse, reference: str, action: ActionIn
) -> Status[LaunchedOut]:
    """Launch an Action of the Case type by hand, so many copies at a time (C-11)."""

    def change(case: Item) -> list[Item]:
        return launching.launch(
            case,
            action=action.action,
            copies=action.copies,
            due=action.due,
            instructions=action.instructions,
            by=caller(request),
            at=timezone.now(),
        )

    launched = change_item(request, reference, change)
    first = new_item_answer(request, response, launched[0])
    references = [item.reference for item in launched]
    return Status(201, LaunchedOut(**first.model_dump(), launched=references))
