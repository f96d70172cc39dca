"""Mail: written on an item, handed in by gateways, and the tray of what nobody could place."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from tramita.api.auth import caller
from tramita.api.bodies import RAW_MAIL, expect_media
from tramita.api.calls.answers import item_answer, new_item_answer
from tramita.api.paging import Paging, cursor_for, position_of
from tramita.api.problems import Malformed
from tramita.api.schemas.base import RowId
from tramita.api.schemas.items import ItemOut
from tramita.api.schemas.mails import (
    AttachmentIn,
    BlockedOut,
    BlockedPage,
    BlockIn,
    MailIn,
    ProcessIn,
    ReceivedOut,
    UnhandledOut,
    UnhandledPage,
    UnhandledWithTrace,
)
from tramita.api.versions import change_item
from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.errors import NotFound, NotPermitted
from tramita.models import BlockedAddress, Item
from tramita.queries import mail_views
from tramita.queries.items import get_visible
from tramita.queries.mail_views import Narrow
from tramita.queries.outbox import mail_of
from tramita.queries.tray import get_unhandled, tray
from tramita.queries.visibility import may
from tramita.services import blocking, composing, mailing, receiving, replaying, sending_files, settling_mail
from tramita.services import tray as putting_away
from tramita.services.mailing import Enclosure
from tramita.services.sorting_mail import Outcome

router = Router(tags=["Mail"])


class Arrived(BaseModel):
    """Where the mail came in."""

    mailbox: str | None = Field(None, max_length=254, description="The outcome is read from To and Cc all the same.")


@router.post("/items/{reference}/mails", response={201: ItemOut}, operation_id="send_mail", url_name="send_mail")
def send_mail(request: HttpRequest, response: HttpResponse, reference: str, mail: MailIn) -> Status[ItemOut]:
    """Write a mail about the item; with `resolve` it is sent and the item resolved in one (R-11).

    For a Ticket that was merged it is written where that goes on, which is the item of the answer (Z-4).
    """

    def change(item: Item) -> Item:
        by = caller(request).as_sure(mail.confidence)
        along = sending_files.picked(item, mail.files, by=by)
        written = mail.model_dump(exclude={"attachments", "files", "confidence"})
        mailing.send(
            item,
            **written | sending_files.with_links(mail.text, mail.html, along),
            attachments=[*map(_enclosure, mail.attachments), *sending_files.enclosures(along)],
            by=by,
            at=timezone.now(),
        )
        return item

    return Status(201, item_answer(request, response, change_item(request, reference, change, follow=True)))


DECISIONS: dict[str, tuple[str, Callable[..., object], str]] = {
    "take-back": (
        "take_mail_back",
        composing.take_back,
        "Take a mail back that is not on its way yet, also one that is scheduled; it is a draft again (MAIL-115).",
    ),
    "send-now": (
        "send_mail_now",
        mailing.send_now,
        "Send a mail before the time that it was scheduled for (M-17).",
    ),
    "resend": (
        "resend_mail",
        settling_mail.resend,
        "Send a mail again that failed, is held, or of which nobody knows; to those who have not got it (MAIL-111).",
    ),
    "arrived": (
        "settle_mail_as_sent",
        settling_mail.settle_as_sent,
        "Say that a mail arrived of which nobody knew (MAIL-111).",
    ),
    "give-up": (
        "give_up_mail",
        settling_mail.give_up,
        "Say that a mail which did not go out is not to be sent any more (MAIL-113).",
    ),
}


def _decided(name: str, operation: str, decide: Callable[..., object], said: str) -> None:
    """A call that decides on a mail of ours which did not go out yet, or of which nobody knows."""

    @router.post(
        f"/items/{{reference}}/mails/{{mail_id}}/{name}",
        response=ItemOut,
        operation_id=operation,
        url_name=operation,
        description=said,
        summary=operation.replace("_", " ").title(),
    )
    def call(request: HttpRequest, response: HttpResponse, reference: str, mail_id: RowId) -> ItemOut:
        def change(item: Item) -> None:
            decide(mail_of(item, mail_id), by=caller(request), at=timezone.now())

        change_item(request, reference, change)
        return item_answer(request, response, get_visible(caller(request), reference))


for _name, (_operation, _decide, _said) in DECISIONS.items():
    _decided(_name, _operation, _decide, _said)


@router.post(
    "/mail", response=ReceivedOut, operation_id="receive_mail", url_name="receive_mail", openapi_extra=RAW_MAIL
)
def receive_mail(request: HttpRequest, arrived: Query[Arrived]) -> ReceivedOut:
    """Hand in a raw message, as if the mailbox had received it. The same bytes again are a `duplicate`."""
    _may_hand_in(caller(request))
    expect_media(request, "message/rfc822", "application/octet-stream", "text/plain")
    if not request.body:
        raise Malformed("The body is empty.")
    return _received(receiving.receive(request.body, mailbox=arrived.mailbox or None, source="api", at=timezone.now()))


class Unhandled(BaseModel):
    """What to narrow the tray to."""

    mailbox: str | None = Field(None, max_length=254, description="Its address; empty for mail that came to none.")
    reason: str | None = Field(None, max_length=200, description="As the mails give it.")


@router.get("/unhandled-mails", response=UnhandledPage, operation_id="list_unhandled_mails")
def list_unhandled_mails(request: HttpRequest, narrow: Query[Unhandled], paging: Query[Paging]) -> UnhandledPage:
    """Mails that found no item, or broke a step; oldest first (M-21)."""
    wanted = narrow.model_dump(exclude_none=True)
    found = tray(caller(request)).filter(pk__gt=position_of(paging.cursor), **wanted)
    rows = list(found.order_by("pk")[: paging.limit + 1])
    shown, more = rows[: paging.limit], len(rows) > paging.limit
    return UnhandledPage(
        results=[UnhandledOut.model_validate(row) for row in shown], next=cursor_for(shown[-1].pk if more else None)
    )


@router.get("/unhandled-mails/{mail_id}", response=UnhandledWithTrace, operation_id="get_unhandled_mail")
def get_unhandled_mail(request: HttpRequest, mail_id: RowId) -> UnhandledWithTrace:
    """One of them, with its trace (MAIL-141)."""
    return UnhandledWithTrace.model_validate(get_unhandled(caller(request), mail_id))


@router.post("/unhandled-mails/{mail_id}/create-item", response={201: ItemOut}, operation_id="create_item_from_mail")
def create_item_from_mail(
    request: HttpRequest, response: HttpResponse, mail_id: RowId, process: ProcessIn
) -> Status[ItemOut]:
    """Make it a Ticket or a Case after all."""
    by = caller(request)
    seen = get_unhandled(by, mail_id)
    item = putting_away.create_item(seen, **process.model_dump(), by=by, at=timezone.now())
    return Status(201, new_item_answer(request, response, item))


@router.post("/unhandled-mails/{mail_id}/delete", response={204: None}, operation_id="delete_unhandled_mail")
def delete_unhandled_mail(request: HttpRequest, mail_id: RowId) -> Status[None]:
    """Put it away; its bytes are kept."""
    by = caller(request)
    putting_away.delete(get_unhandled(by, mail_id), by=by, at=timezone.now())
    return Status(204, None)


@router.post(
    "/unhandled-mails/{mail_id}/replay",
    response=ReceivedOut,
    operation_id="replay_unhandled_mail",
    url_name="replay_unhandled_mail",
)
def replay_unhandled_mail(request: HttpRequest, mail_id: RowId) -> ReceivedOut:
    """Process it again, for instance after a route was made."""
    by = caller(request)
    return _received(replaying.replay(get_unhandled(by, mail_id), by=by, at=timezone.now()))


@router.get("/blocked-addresses", response=BlockedPage, operation_id="list_blocked_addresses")
def list_blocked_addresses(request: HttpRequest, paging: Query[Paging]) -> BlockedPage:
    """Addresses and `@domains` whose mail is ignored; newest first (M-20)."""
    before = position_of(paging.cursor) or None
    found = mail_views.blocked(caller(request), Narrow(before=before), limit=paging.limit)
    return BlockedPage(
        results=[BlockedOut.model_validate(row, from_attributes=True) for row in found.rows],
        next=cursor_for(found.next),
    )


@router.post("/blocked-addresses", response={201: BlockedOut}, operation_id="block_address", url_name="block_address")
def block_address(request: HttpRequest, wanted: BlockIn) -> Status[BlockedOut]:
    """Ignore mail from an address, or from a whole domain written as `@shop.example`. Twice is once."""
    row = blocking.block(wanted.address, by=caller(request), at=timezone.now())
    return Status(201, BlockedOut(id=row.pk, address=row.address, at=row.at, by=row.by.name if row.by else ""))


@router.delete("/blocked-addresses/{blocked_id}", response={204: None}, operation_id="unblock_address")
def unblock_address(request: HttpRequest, blocked_id: RowId) -> Status[None]:
    """Its mail comes in again."""
    by = caller(request)
    blocking.permit(by)  # before it is told whether there is one
    row = BlockedAddress.objects.filter(pk=blocked_id).first()
    if row is None:
        raise NotFound("There is no such address.")
    blocking.unblock(row, by=by)
    return Status(204, None)


@router.post(
    "/unhandled-mails/{mail_id}/not-spam",
    response=ReceivedOut,
    operation_id="unhandled_mail_is_no_spam",
    url_name="unhandled_mail_is_no_spam",
)
def unhandled_mail_is_no_spam(request: HttpRequest, mail_id: RowId) -> ReceivedOut:
    """A filter was wrong: it does what it would have done (MAIL-58)."""
    by = caller(request)
    return _received(putting_away.not_spam(get_unhandled(by, mail_id), by=by, at=timezone.now()))


def _may_hand_in(actor: Actor) -> None:
    if actor.bounds is not None:
        actor.bounds.expect_clean()  # a mail may say that it is from anybody
    if actor.role is not Role.ROBOT and not may(actor, "mail"):
        raise NotPermitted("You may not hand in mail.")


def _received(outcome: Outcome) -> ReceivedOut:
    return ReceivedOut(outcome=outcome.outcome, items=list(outcome.items), reason=outcome.reason or None)


def _enclosure(file: AttachmentIn) -> Enclosure:
    return Enclosure(filename=file.filename, content_type=file.content_type, content=file.content)
