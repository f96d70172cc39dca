"""How an item is answered."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from tramita.api.auth import caller
from tramita.api.schemas.items import ItemOut
from tramita.api.versions import etag
from tramita.domain.errors import TramitaError
from tramita.models import Item
from tramita.queries import item_view
from tramita.queries.item_view import ItemView
from tramita.ui import errors
from tramita.ui.due_text import due_text

ITEMS = "/api/v1/items"


def item_answer(request: HttpRequest, response: HttpResponse, item: Item) -> ItemOut:
    """The item as this caller sees it now, with its version as ETag."""
    response["ETag"] = etag(item.version)
    return item_answers(request, [item])[0]


def new_item_answer(request: HttpRequest, response: HttpResponse, item: Item) -> ItemOut:
    """As above, with the address of the new item."""
    response["Location"] = f"{ITEMS}/{item.reference}"
    return item_answer(request, response, item)


def item_answers(request: HttpRequest, items: Sequence[Item]) -> list[ItemOut]:
    """Several items. Cost: what `item_view.views` costs."""
    at = timezone.now()
    with as_reader(request):
        return [_item(view, at) for view in item_view.views(items, caller(request), at)]


def _item(view: ItemView, at: datetime) -> ItemOut:
    due = view.due
    item = ItemOut.model_validate(view)
    item.due.text = due_text(due_at=due.at, paused=due.paused, seconds_left=due.seconds_left, now=at)
    return item


@contextmanager
def as_reader(request: HttpRequest) -> Iterator[None]:
    """Words are in the language that the request asks for, else the caller's; moments in the caller's zone."""
    actor = caller(request)
    asked = "Accept-Language" in request.headers or not actor.language
    language = translation.get_language() if asked else actor.language
    with translation.override(language), timezone.override(ZoneInfo(actor.time_zone or settings.TIME_ZONE)):
        yield


def told(error: TramitaError | None) -> dict[str, str | None]:
    """Why one of many was refused: the code that the call for a single one has, and the sentence."""
    return {"code": error.code if error else None, "reason": errors.sentence(error) if error else None}
