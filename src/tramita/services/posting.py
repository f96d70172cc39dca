"""Mail goes out: each delivery tried with backoff, finished once, and never sent blindly a second time.

    pending -> done | failed | uncertain | held          (MAIL-110 to MAIL-113)

Before the bytes are handed to a server the row says so. A worker that dies after that leaves a mail of which
nobody knows whether it arrived: it becomes uncertain, and a person decides.
"""

from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from django.conf import settings

from tramita.domain.actors import SYSTEM
from tramita.domain.auto_answers import LOOP_FIELD
from tramita.domain.codes import State
from tramita.domain.errors import Invalid
from tramita.domain.mime import Address
from tramita.domain.mime.compose import OutgoingFile, OutgoingMail, compose, recipients
from tramita.gateways.smtp import NotNowError, RefusedError, UncertainError, transport
from tramita.gateways.storage import storage
from tramita.models import Item, Message
from tramita.services.claiming import BATCH, DELIVERIES, Claimed, update
from tramita.services.claiming import claim as claim_rows
from tramita.services.copy_orders import copy_later
from tramita.services.ledger import Change
from tramita.services.transactions import writing

BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240))
GIVE_UP = timedelta(hours=48)  # MAIL-112


class Result(IntEnum):
    """What became of a try; the numbers are those of `Delivery.State`."""

    LATER = 0
    DONE = 1
    FAILED = 2
    UNCERTAIN = 3
    HELD = 4
    LOST = -1  # somebody else has it by now


def claim(*, at: datetime, limit: int = BATCH) -> list[Claimed]:
    """Mails due at `at` that nobody else holds."""
    return claim_rows(DELIVERIES, ("mail",), at=at, limit=limit)


def post(delivery: Claimed, *, at: datetime) -> Result:
    """Try to send one mail, and keep what became of it."""
    message = Message.objects.select_related("item").get(deliveries=delivery.id)
    if delivery.payload.get("handed_over"):
        return _end(delivery, message, Result.UNCERTAIN, "The worker stopped while the mail was being sent.", at=at)
    if delivery.payload.get("scheduled") and message.item.state is State.CLOSED:
        return _end(delivery, message, Result.HELD, "The item was Closed before its time came.", at=at)  # Z-12
    try:
        _send(delivery, message)
    except (RefusedError, Invalid) as error:
        return _end(delivery, message, Result.FAILED, str(error), at=at)
    except UncertainError as error:
        return _end(delivery, message, Result.UNCERTAIN, str(error), at=at)
    except NotNowError as error:
        return _later(delivery, message, str(error), at=at)
    return _end(delivery, message, Result.DONE, "", at=at)


def _send(delivery: Claimed, message: Message) -> None:
    way_out = transport(settings.TRAMITA_SMTP_URL)
    mail = _mail(message)
    hidden = tuple(_person(pair) for pair in message.bcc)

    def handing_over() -> None:
        with writing():
            update(DELIVERIES, delivery, payload={**delivery.payload, "handed_over": True})

    name = f"{message.at:%Y%m%dT%H%M%S}-{message.message_id.partition('@')[0]}"
    way_out.send(name, message.sender_address, recipients(mail, hidden), compose(mail), handing_over=handing_over)


def raw(message: Message) -> bytes:
    """Its bytes, the same whenever they are asked for."""
    return compose(_mail(message))


def _mail(message: Message) -> OutgoingMail:
    """The mail as it is composed, the same at every try."""
    automatic = message.headers.get("automatic") or None
    host = message.sender_address.rpartition("@")[2]
    return OutgoingMail(
        from_=Address(message.sender_name, message.sender_address),
        to=tuple(_person(pair) for pair in message.to),
        cc=tuple(_person(pair) for pair in message.cc),
        reply_to=(Address(message.sender_name, message.headers["reply_to"]),),
        subject=message.subject,
        message_id=message.message_id,
        date=message.at,
        text=message.text,
        html=message.html or None,
        in_reply_to=message.in_reply_to or None,
        references=tuple(message.references),
        files=_files(message),
        auto_submitted=automatic,
        extra={LOOP_FIELD: host} if automatic else {},
    )


def _person(pair: list[str]) -> Address:
    name, address = pair
    return Address(name, address)


def _files(message: Message) -> tuple[OutgoingFile, ...]:
    kept = storage(settings.TRAMITA_STORAGE_URL)
    rows = message.attachments.order_by("id").values_list("filename", "content_type", "sha256", "content_id")
    return tuple(OutgoingFile(name, kind, kept.get(key), cid or None) for name, kind, key, cid in rows)


def _later(delivery: Claimed, message: Message, error: str, *, at: datetime) -> Result:
    if at - message.at > GIVE_UP:
        return _end(delivery, message, Result.FAILED, error, at=at)
    wait = BACKOFF[min(delivery.tries, len(BACKOFF)) - 1]
    payload = {name: value for name, value in delivery.payload.items() if name != "handed_over"}
    with writing():
        update(DELIVERIES, delivery, payload=payload, next_at=at + wait, lease_until=at, error=error[:1000])
    return Result.LATER


def _end(delivery: Claimed, message: Message, result: Result, error: str, *, at: datetime) -> Result:
    """Keep the result; whoever wrote the mail sees on the item when it did not go out (MAIL-113)."""
    with writing():
        if not update(DELIVERIES, delivery, state=int(result), error=error[:1000], lease_until=at):
            return Result.LOST
        if result is Result.DONE:
            copy_later(message, at=at)
        else:
            _tell(message, result, error, at=at)
    return result


def _tell(message: Message, result: Result, error: str, *, at: datetime) -> None:
    change = Change(Item.objects.get(pk=message.item_id), SYSTEM, at)
    data: dict[str, Any] = {"message": message.pk, "delivery": result.name.lower()}
    change.record(f"mail_{result.name.lower()}", data=data, words={"error": error[:1000]})
    change.write()
