"""What goes first in its queue, as its leaders say (Q-2)."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from tramita.api.auth import caller
from tramita.api.calls.answers import item_answer
from tramita.api.schemas.items import ItemOut
from tramita.api.versions import change_item
from tramita.models import Item
from tramita.services import prioritising

router = Router(tags=["Working"])


@router.post("/items/{reference}/priority", response=ItemOut, operation_id="prioritise")
def prioritise(request: HttpRequest, response: HttpResponse, reference: str) -> ItemOut:
    """Put it first in its queue, until it leaves it: `next` gives it before the others that are due like it."""

    def change(item: Item) -> Item:
        prioritising.prioritise(item, by=caller(request), at=timezone.now())
        return item

    return item_answer(request, response, change_item(request, reference, change))


@router.delete("/items/{reference}/priority", response=ItemOut, operation_id="deprioritise")
def deprioritise(request: HttpRequest, response: HttpResponse, reference: str) -> ItemOut:
    """It waits its turn again."""

    def change(item: Item) -> Item:
        prioritising.deprioritise(item, by=caller(request), at=timezone.now())
        return item

    return item_answer(request, response, change_item(request, reference, change))
