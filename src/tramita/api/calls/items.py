"""Reading items, and changing their data."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from tramita.api.auth import caller
from tramita.api.calls.answers import item_answer, item_answers
from tramita.api.schemas.items import ItemFilter, ItemOut, ItemPage
from tramita.api.schemas.working import ChangeIn
from tramita.api.versions import change_item
from tramita.models import Item
from tramita.queries.items import get_visible
from tramita.queries.search import Filters, search
from tramita.services import editing
from tramita.services.opening import looked

router = Router(tags=["Items"])


@router.get("/items", response=ItemPage, operation_id="list_items")
def list_items(request: HttpRequest, wanted: Query[ItemFilter]) -> ItemPage:
    """Every item that the caller sees, narrowed; the newest change first unless `sort` says otherwise."""
    found = search(
        caller(request),
        Filters(**wanted.model_dump(exclude={"sort", "limit", "cursor"}, by_alias=True)),
        at=timezone.now(),
        sort=wanted.sort,
        cursor=wanted.cursor,
        limit=wanted.limit,
    )
    return ItemPage(results=item_answers(request, found.items), next=found.next)


@router.get("/items/{reference}", response=ItemOut, operation_id="read_item")
def read_item(request: HttpRequest, response: HttpResponse, reference: str) -> ItemOut:
    """One item. Its reference is read in any form that people paste: `40308-T`, `40308-t`, `[40308-T]`."""
    item = get_visible(caller(request), reference)
    looked(item, via="api", by=caller(request), at=timezone.now())
    return item_answer(request, response, item)


@router.patch("/items/{reference}", response=ItemOut, operation_id="change_item")
def patch_item(request: HttpRequest, response: HttpResponse, reference: str, changes: ChangeIn) -> ItemOut:
    """Change what is named, in the shapes that a read gives; what is not named stays.

    An update of an unassigned To Do item, or of one's own, starts it (S-4).
    """

    def change(item: Item) -> Item:
        editing.edit(item, changes=changes.model_dump(exclude_unset=True), by=caller(request), at=timezone.now())
        return item

    return item_answer(request, response, change_item(request, reference, change))
