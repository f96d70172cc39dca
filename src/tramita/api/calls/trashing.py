"""The trash: items and contacts are deleted, and restored as they were, with each request for an approval (AP-23)."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from tramita.api.auth import caller
from tramita.api.paging import Paging, cursor_for, position_of
from tramita.api.schemas.trashing import TrashedIn, TrashedOut, TrashPage
from tramita.api.versions import change_item
from tramita.models import Item, Trashed
from tramita.queries import trash
from tramita.services import trashing

router = Router(tags=["Trash"])


@router.post("/items/{reference}/delete", response=TrashedOut, operation_id="delete_item")
def delete_item(request: HttpRequest, reference: str, given: TrashedIn) -> TrashedOut:
    """Into the trash, a Case with its Actions; only who manages users on the whole desk.

    409 `draft`, `action_of_case` or `awaited` say why not.
    """
    by, at = caller(request), timezone.now()

    def delete(item: Item) -> Trashed:
        return trashing.delete_item(item, reason=given.reason, by=by, at=at)

    return _answer(request, change_item(request, reference, delete))


@router.post("/contacts/{int:number}/delete", response=TrashedOut, operation_id="delete_contact")
def delete_contact(request: HttpRequest, number: int, given: TrashedIn) -> TrashedOut:
    """Into the trash, with the Tickets and Cases that they asked for. 409 `configured`, `too_many` or `awaited`."""
    row = trashing.delete_contact(number, reason=given.reason, by=caller(request), at=timezone.now())
    return _answer(request, row)


@router.get("/trash", response=TrashPage, operation_id="list_trash")
def list_trash(request: HttpRequest, wanted: Query[Paging]) -> TrashPage:
    """What may be restored, the newest first; what went along with a Case is not told apart."""
    rows, last = trash.listed(caller(request), before=position_of(wanted.cursor), limit=wanted.limit)
    return TrashPage.model_validate({"results": rows, "next": cursor_for(last)})


@router.post("/trash/{int:number}/restore", response={204: None}, operation_id="restore")
def restore(request: HttpRequest, number: int) -> Status[None]:
    """As it was, with what had gone along: its moments, its mails, each request for an approval."""
    trashing.restore(number, by=caller(request), at=timezone.now())
    return Status(204, None)


def _answer(request: HttpRequest, row: Trashed) -> TrashedOut:
    return TrashedOut.model_validate(trash.shown(caller(request), row.pk))
