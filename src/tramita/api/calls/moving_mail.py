"""Mail that lies on the wrong item, addresses that mail does not reach, mail to be erased (MAIL-78, 97, 18, M-25)."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from tramita.api.auth import caller
from tramita.api.calls.answers import item_answer, new_item_answer
from tramita.api.paging import Paging, cursor_for, position_of
from tramita.api.schemas.base import RowId
from tramita.api.schemas.items import ItemOut
from tramita.api.schemas.mails import (
    ErasedOut,
    EraseIn,
    ErasureOut,
    ErasurePage,
    MarkedOut,
    MarkedPage,
    MoveIn,
    ProcessIn,
)
from tramita.api.versions import change_item
from tramita.models import Erasure, Item
from tramita.queries.erasures import erasures
from tramita.queries.items import get_visible
from tramita.queries.mails import mail_on
from tramita.queries.marks import marked
from tramita.services import erasing, marking, moving_mail

router = Router(tags=["Mail"])


@router.post("/items/{reference}/mails/{mail_id}/move", response=ItemOut, operation_id="move_mail")
def move_mail(request: HttpRequest, response: HttpResponse, reference: str, mail_id: RowId, move: MoveIn) -> ItemOut:
    """Take a mail to another item; later answers to it follow (MAIL-78). The answer is the item that has it now."""
    by = caller(request)

    def change(item: Item) -> Item:
        target = get_visible(by, move.to)
        moving_mail.move(mail_on(item, mail_id), to=target, by=by, at=timezone.now())
        return target

    return item_answer(request, response, change_item(request, reference, change))


@router.post(
    "/items/{reference}/mails/{mail_id}/create-item", response={201: ItemOut}, operation_id="create_item_from_a_mail"
)
def create_item_from_a_mail(
    request: HttpRequest, response: HttpResponse, reference: str, mail_id: RowId, process: ProcessIn
) -> Status[ItemOut]:
    """A Ticket or Case of its own from a mail of this item. Both keep it, later answers go to the new one (M-25)."""

    def change(item: Item) -> Item:
        mail = mail_on(item, mail_id)
        return moving_mail.start_item(mail, **process.model_dump(), by=caller(request), at=timezone.now())

    return Status(201, new_item_answer(request, response, change_item(request, reference, change)))


@router.get("/marked-addresses", response=MarkedPage, operation_id="list_marked_addresses")
def list_marked_addresses(request: HttpRequest, paging: Query[Paging]) -> MarkedPage:
    """Addresses that mail does not reach, or whose owner complained (MAIL-97, MAIL-98)."""
    rows = list(marked(caller(request)).filter(pk__gt=position_of(paging.cursor)).order_by("pk")[: paging.limit + 1])
    shown, more = rows[: paging.limit], len(rows) > paging.limit
    return MarkedPage(
        results=[MarkedOut.model_validate(row) for row in shown], next=cursor_for(shown[-1].pk if more else None)
    )


@router.post("/marked-addresses/{mark_id}/clear", response={204: None}, operation_id="clear_marked_address")
def clear_marked_address(request: HttpRequest, mark_id: RowId) -> Status[None]:
    """It works again: the mark goes (MAIL-97)."""
    marking.clear(mark_id, by=caller(request), at=timezone.now())
    return Status(204, None)


@router.post("/erasures", response=ErasedOut, operation_id="erase_mail_of_a_person", url_name="erase_mail")
def erase_mail(request: HttpRequest, wanted: EraseIn) -> ErasedOut:
    """Erase what a person wrote to the desk, and what it wrote to them alone: words, files, bytes (MAIL-18)."""
    done = erasing.erase(**wanted.model_dump(), by=caller(request), at=timezone.now())
    return ErasedOut.model_validate(done, from_attributes=True)


@router.get("/erasures", response=ErasurePage, operation_id="list_erasures")
def list_erasures(request: HttpRequest, paging: Query[Paging]) -> ErasurePage:
    """The audit of erasures: who erased somebody's mail, when and why (MAIL-18)."""
    found = erasures(caller(request)).filter(pk__gt=position_of(paging.cursor)).order_by("pk")
    rows = list(found[: paging.limit + 1])
    shown, more = rows[: paging.limit], len(rows) > paging.limit
    return ErasurePage(results=[_erasure(row) for row in shown], next=cursor_for(shown[-1].pk if more else None))


def _erasure(row: Erasure) -> ErasureOut:
    return ErasureOut(
        id=row.pk,
        about=row.about,
        reason=row.reason,
        by=row.by.name if row.by else "",
        at=row.at,
        counts=ErasedOut(**row.counts),
        done=row.done,
    )
