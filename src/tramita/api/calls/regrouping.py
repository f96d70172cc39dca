"""Merge, split, convert, and undo each (X-1 to X-24, Z-3)."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from tramita.api.auth import caller
from tramita.api.calls.answers import item_answer
from tramita.api.calls.noting import partner
from tramita.api.schemas.items import ItemOut
from tramita.api.schemas.regrouping import ConvertIn, MergeIn, SplitIn
from tramita.api.versions import change_item
from tramita.domain.errors import Invalid
from tramita.models import Item
from tramita.services import converting, merging, splitting, undoing
from tramita.services.splitting import Child

router = Router(tags=["Merging and splitting"])
NO_CHILDREN, NO_CASE = SplitIn(), ConvertIn()  # an empty body: the service says what is missing


@router.post("/items/{reference}/merge", response=ItemOut, operation_id="merge")
def merge(request: HttpRequest, response: HttpResponse, reference: str, given: MergeIn) -> ItemOut:
    """Merge this Ticket into another item, or Tickets into this one: all of them or none.

    The Ticket is Closed, and what was said on it is shown in the other; mail for it goes there (X-1 to X-5, Z-4).
    """

    def change(item: Item) -> Item:
        by = caller(request)
        if bool(given.into) is bool(given.tickets):
            raise Invalid.one("into", "required", "Name the item to merge into, or the Tickets to merge into this one.")
        if given.into:
            tickets, into = [item], partner(by, given.into, field="into")
        else:
            tickets, into = [partner(by, one, field="tickets") for one in given.tickets], item
        merging.merge(tickets, into=into, by=by, at=timezone.now())
        return item

    return item_answer(request, response, change_item(request, reference, change))


@router.post("/items/{reference}/split", response=ItemOut, operation_id="split")
def split(request: HttpRequest, response: HttpResponse, reference: str, given: SplitIn = NO_CHILDREN) -> ItemOut:
    """Make several Tickets of this one, which waits until all are Closed; `children` of the answer names them."""
    children = [
        Child(one.title or "", one.description or "", one.category or "", one.due.at, one.keep)
        for one in given.children
    ]

    def change(item: Item) -> Item:
        splitting.split(item, children=children, mail=given.mail, by=caller(request), at=timezone.now())
        return item

    return item_answer(request, response, change_item(request, reference, change))


@router.post("/items/{reference}/convert", response=ItemOut, operation_id="convert")
def convert(request: HttpRequest, response: HttpResponse, reference: str, given: ConvertIn = NO_CASE) -> ItemOut:
    """Make a Case of this Ticket, with its number; the Ticket, which is the answer, is Closed with it."""

    def change(item: Item) -> Item:
        converting.convert(
            item,
            case_type=given.case_type,
            short_description=given.short_description or "",
            fields=given.fields,
            schedule=given.schedule,
            due_at=given.due.at,
            keep=given.keep,
            mail=given.mail,
            by=caller(request),
            at=timezone.now(),
        )
        return item

    return item_answer(request, response, change_item(request, reference, change))


@router.post("/items/{reference}/undo", response=ItemOut, operation_id="undo")
def undo(request: HttpRequest, response: HttpResponse, reference: str) -> ItemOut:
    """Take back the last merge, split or conversion that the item had a part in (Z-3).

    409 `nothing_to_undo`, `ended_since` where a side has ended for reasons of its own, `later_first` where another
    of the three stands on it.
    """

    def change(item: Item) -> Item:
        undoing.undo(item, by=caller(request), at=timezone.now())
        item.refresh_from_db()
        return item

    return item_answer(request, response, change_item(request, reference, change))
