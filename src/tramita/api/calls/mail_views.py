"""The views of mail, and the bytes of a mail as it came (M-20, M-17, M-22, MAIL-46, MAIL-113)."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from tramita.api.auth import caller
from tramita.api.paging import Paging, cursor_for, position_of
from tramita.api.schemas.base import RowId
from tramita.api.schemas.mail_views import ArrivedPage, PutAwayPage, WrittenPage
from tramita.queries import mail_views
from tramita.queries.items import get_visible
from tramita.queries.mail_views import Arrived, Narrow, PutAway, Written
from tramita.queries.mails import mail_on, original, original_name
from tramita.queries.stored import opened_file
from tramita.queries.tray import get_readable
from tramita.queries.views import at_work
from tramita.ui.downloads import download

router = Router(tags=["Mail"])
BYTES: dict[str, Any] = {
    "responses": {200: {"description": "Every byte as it came", "content": {"application/octet-stream": {}}}}
}


class Wanted(Paging):
    """Which mail."""

    mailbox: str = Field("", max_length=254, description="Only of this one.")
    q: str = Field("", max_length=200, description="What sender, recipient or subject begin with.")

    def narrow(self) -> Narrow:
        return Narrow(self.mailbox, self.q.strip(), position_of(self.cursor) or None, self.limit)


@router.get("/mails/inbox", response=ArrivedPage, operation_id="list_arrived_mails")
def arrived(request: HttpRequest, wanted: Query[Wanted]) -> ArrivedPage:
    """What came in, with its items and outcome; what is in the tray is listed there."""
    page = mail_views.came_in(caller(request), wanted.narrow())
    return ArrivedPage.model_validate({"results": [_arrived(one) for one in page.rows], "next": cursor_for(page.next)})


@router.get("/mails/sent", response=WrittenPage, operation_id="list_sent_mails")
def sent(request: HttpRequest, wanted: Query[Wanted]) -> WrittenPage:
    """What went out."""
    return _written(mail_views.sent(caller(request), wanted.narrow()))


@router.get("/mails/outbox", response=WrittenPage, operation_id="list_waiting_mails")
def outbox(request: HttpRequest, wanted: Query[Wanted]) -> WrittenPage:
    """What waits to go out, and what will not by itself, with its reason."""
    return _written(mail_views.outbox(caller(request), wanted.narrow(), now=timezone.now()))


@router.get("/mails/scheduled", response=WrittenPage, operation_id="list_scheduled_mails")
def scheduled(request: HttpRequest, wanted: Query[Wanted]) -> WrittenPage:
    """What is to be sent later."""
    return _written(mail_views.scheduled(caller(request), wanted.narrow(), now=timezone.now()))


@router.get("/mails/deleted", response=PutAwayPage, operation_id="list_deleted_mails")
def deleted(request: HttpRequest, wanted: Query[Wanted]) -> PutAwayPage:
    """Who put which unhandled mail away, and when."""
    page = mail_views.deleted(caller(request), wanted.narrow())
    return PutAwayPage.model_validate({"results": [_put_away(one) for one in page.rows], "next": cursor_for(page.next)})


@router.get("/items/{reference}/mails/{mail_id}/original", operation_id="read_original_mail", openapi_extra=BYTES)
def original_mail(request: HttpRequest, reference: str, mail_id: RowId) -> HttpResponseBase:
    """Every byte of a mail of the item as it was received. 404 for one that was written here."""
    item = get_visible(caller(request), reference)
    at_work(caller(request))
    mail = mail_on(item, mail_id)
    return download(original(mail), original_name(mail))


@router.get("/unhandled-mails/{mail_id}/original", operation_id="read_original_unhandled_mail", openapi_extra=BYTES)
def original_unhandled_mail(request: HttpRequest, mail_id: RowId) -> HttpResponseBase:
    """Every byte of one in the tray; for who audits, of any that came in."""
    seen = get_readable(at_work(caller(request)), mail_id)
    name = f"mail-{mail_id}.eml"
    return download(opened_file(seen.raw, name), name)


def _arrived(one: Arrived) -> dict[str, Any]:
    return {
        "id": one.id,
        "mailbox": one.mailbox,
        "sender": one.sender,
        "subject": one.subject,
        "outcome": one.outcome,
        "reason": one.reason or None,
        "at": one.at,
        "items": [item.reference for item in one.items],
    }


def _written(page: mail_views.Page) -> WrittenPage:
    return WrittenPage.model_validate({"results": [_ours(one) for one in page.rows], "next": cursor_for(page.next)})


def _ours(one: Written) -> dict[str, Any]:
    return {
        "id": one.message_id,
        "item": one.item.reference,
        "state": one.state,
        "due": one.due,
        "written_at": one.written_at,
        "error": one.error or None,
        "tries": one.tries,
        "subject": one.subject,
        "writer": one.writer,
        "address": one.address,
        "to": list(one.to),
        "automatic": one.automatic,
    }


def _put_away(one: PutAway) -> dict[str, Any]:
    return {
        "id": one.id,
        "mailbox": one.mailbox,
        "sender": one.sender,
        "subject": one.subject,
        "reason": one.reason or None,
        "at": one.at,
        "by": one.by,
        "deleted_at": one.deleted_at,
    }
