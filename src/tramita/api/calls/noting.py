"""What is written on an item, and what it is tied to: notes and links."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from tramita.api.auth import caller
from tramita.api.calls.answers import item_answer
from tramita.api.schemas.items import ItemOut
from tramita.api.schemas.noting import LinkIn, NoteIn
from tramita.api.versions import change_item
from tramita.domain.actors import Actor
from tramita.domain.errors import Invalid, NotFound
from tramita.models import Item
from tramita.queries.items import get_visible
from tramita.services import copying_talk, linking, notes

router = Router(tags=["Writing"])
NO_LINK = LinkIn()


class Partner(BaseModel):
    """The other item, in the address."""

    to: str | None = Field(None, max_length=100)


@router.post("/items/{reference}/notes", response={201: ItemOut}, operation_id="add_note")
def add_note(request: HttpRequest, response: HttpResponse, reference: str, note: NoteIn) -> Status[ItemOut]:
    """Write an internal note. On an unassigned To Do item it starts the work (Z-1).

    For a Ticket that was merged it is written where that goes on, which is the item of the answer (Z-4).
    """

    def change(item: Item) -> Item:
        notes.add_note(item, body=note.body, resolution=note.resolution, by=caller(request), at=timezone.now())
        return item

    return Status(201, item_answer(request, response, change_item(request, reference, change, follow=True)))


@router.post("/items/{reference}/links", response=ItemOut, operation_id="link")
def link(request: HttpRequest, response: HttpResponse, reference: str, link: LinkIn) -> ItemOut:
    """Tie two items together, loosely (X-31). Doing it again changes nothing."""

    def change(item: Item) -> Item:
        by = caller(request)
        linking.link(item, to=partner(by, link.to), by=by, at=timezone.now())
        return item

    return item_answer(request, response, change_item(request, reference, change))


@router.post("/items/{reference}/links/copy", response=ItemOut, operation_id="copy_communications")
def copy_communications(request: HttpRequest, response: HttpResponse, reference: str, link: LinkIn) -> ItemOut:
    """Write what was said here as an internal note on a linked item, with the files; later words are not shared."""

    def change(item: Item) -> Item:
        by = caller(request)
        copying_talk.copy_communications(item, to=partner(by, link.to), by=by, at=timezone.now())
        return item

    return item_answer(request, response, change_item(request, reference, change))


@router.delete("/items/{reference}/links", response=ItemOut, operation_id="unlink")
def unlink(
    request: HttpRequest,
    response: HttpResponse,
    reference: str,
    address: Query[Partner],
    link: LinkIn = NO_LINK,
) -> ItemOut:
    """Take a loose link away. `to` is in the body, or in the address for clients that send none with a DELETE."""

    def change(item: Item) -> Item:
        by = caller(request)
        linking.unlink(item, to=partner(by, link.to or address.to), by=by, at=timezone.now())
        return item

    return item_answer(request, response, change_item(request, reference, change))


def partner(by: Actor, reference: str | None, *, field: str = "to") -> Item:
    """The other item, as the caller sees it. Raises: Invalid naming the field, missing or invisible alike."""
    if not reference:
        raise Invalid.one(field, "required", "This is needed.")
    try:
        return get_visible(by, reference)
    except NotFound as missing:
        raise Invalid.one(field, "unknown", "There is no such item.") from missing
