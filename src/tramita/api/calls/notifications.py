"""Following items, and what the caller was told (N-1, N-2)."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from tramita.api.auth import caller
from tramita.api.calls.answers import as_reader, item_answer
from tramita.api.paging import Paging, cursor_for, position_of
from tramita.api.schemas.items import ItemOut
from tramita.api.schemas.notifications import NotificationOut, NotificationPage, ReadIn, ReadOut
from tramita.api.versions import change_item
from tramita.models import Item
from tramita.queries.notices import Notice, notices
from tramita.services import following, notice_settings
from tramita.ui.notices import sentence

router = Router(tags=["Notifications"])


class Wanted(Paging):
    """Which notifications."""

    unread: bool = Field(False, description="Only those not read yet.")


@router.post("/items/{reference}/follow", response=ItemOut, operation_id="follow")
def follow(request: HttpRequest, response: HttpResponse, reference: str) -> ItemOut:
    """Be told of what happens to the item (N-1). Doing it again changes nothing; a Draft or Closed one is refused."""

    def change(item: Item) -> Item:
        following.follow(item, by=caller(request), at=timezone.now())
        return item

    return item_answer(request, response, change_item(request, reference, change))


@router.delete("/items/{reference}/follow", response=ItemOut, operation_id="unfollow")
def unfollow(request: HttpRequest, response: HttpResponse, reference: str) -> ItemOut:
    """Hear no more of it. Its assignee and owner, who hear of it without asking, mute it."""

    def change(item: Item) -> Item:
        following.unfollow(item, by=caller(request), at=timezone.now())
        return item

    return item_answer(request, response, change_item(request, reference, change))


@router.get("/notifications", response=NotificationPage, operation_id="list_notifications")
def list_notifications(request: HttpRequest, wanted: Query[Wanted]) -> NotificationPage:
    """What the caller was told and may still see, the newest first."""
    before = position_of(wanted.cursor) or None
    found, following_page = notices(caller(request), before=before, limit=wanted.limit, unread=wanted.unread)
    with as_reader(request):
        return NotificationPage(results=[_notification(one) for one in found], next=cursor_for(following_page))


@router.post("/notifications/read", response=ReadOut, operation_id="read_notifications")
def read_notifications(request: HttpRequest, seen: ReadIn) -> ReadOut:
    """Mark everything up to this one as read; what came later stays unread."""
    return ReadOut(read=notice_settings.read_all(up_to=seen.up_to, by=caller(request), at=timezone.now()))


def _notification(one: Notice) -> NotificationOut:
    return NotificationOut.model_validate(
        {
            "id": one.id,
            "event": one.event,
            "text": sentence(one),
            "item": one.reference,
            "title": one.title,
            "job": one.job,
            "actor": one.actor,
            "at": one.at,
            "read": one.read_at is not None,
        }
    )
