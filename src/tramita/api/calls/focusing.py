"""The Focus list: what its owner set on top of their Inbox (Z-6)."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from tramita.api.auth import caller
from tramita.api.calls.answers import item_answer, item_answers
from tramita.api.schemas.items import ItemOut, ItemPage
from tramita.api.schemas.views import FocusIn
from tramita.api.versions import change_item
from tramita.domain.errors import FieldError, Invalid
from tramita.models import Item
from tramita.queries import jobs, worklists
from tramita.services import focus

router = Router(tags=["Views"])


@router.get("/focus", response=ItemPage, operation_id="read_focus")
def read_focus(request: HttpRequest) -> ItemPage:
    """The caller's, from the top; at most ten, so `next` is always null."""
    return _answer(request)


@router.put("/focus", response=ItemPage, operation_id="put_focus")
def put_focus(request: HttpRequest, given: FocusIn) -> ItemPage:
    """Exactly these, in this order. 409 when one of them is not in the caller's Inbox, or they are more than ten."""
    by = caller(request)
    ids, missing = jobs.named(by, given.items)
    if missing:
        raise Invalid(
            [FieldError("items", "unknown", "There is no item “%(item)s”.", {"item": one}) for one in missing]
        )
    held = Item.objects.in_bulk(set(ids.values()))
    focus.put([held[ids[one]] for one in given.items], by=by)
    return _answer(request)


@router.post("/items/{reference}/focus", response=ItemOut, operation_id="add_to_focus")
def add_to_focus(request: HttpRequest, response: HttpResponse, reference: str) -> ItemOut:
    """At the end of the list; what is there already stays where it is."""

    def change(item: Item) -> Item:
        focus.add(item, by=caller(request))
        return item

    return item_answer(request, response, change_item(request, reference, change))


@router.delete("/items/{reference}/focus", response=ItemOut, operation_id="take_out_of_focus")
def take_out_of_focus(request: HttpRequest, response: HttpResponse, reference: str) -> ItemOut:
    """Out of the list; the item stays in the Inbox."""

    def change(item: Item) -> Item:
        focus.remove(item, by=caller(request))
        return item

    return item_answer(request, response, change_item(request, reference, change))


def _answer(request: HttpRequest) -> ItemPage:
    rows = worklists.focus(caller(request))
    held = Item.objects.in_bulk([row.id for row in rows])
    return ItemPage(results=item_answers(request, [held[row.id] for row in rows if row.id in held]), next=None)
