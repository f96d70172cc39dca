"""A mail that lies on the wrong item: taken to the right one, or made one of its own (MAIL-78, MAIL-82, M-25)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import State, Visibility, WaitType
from tramita.domain.errors import Conflict, Invalid, NotPermitted
from tramita.domain.mime import kept_signature, parse
from tramita.gateways.charsets import guess_charset
from tramita.models import Attachment, Delivery, Entry, Item, Message, SeenMessage
from tramita.queries.facts import awaits_approval, window_open
from tramita.queries.mailboxes import RouteRow
from tramita.queries.timeline import MAILS, MOVED_AWAY, MOVED_HERE
from tramita.queries.visibility import may
from tramita.services import linking
from tramita.services.call_orders import awaits_call
from tramita.services.ledger import Change
from tramita.services.moving import require
from tramita.services.resolving import reopen_by_mail
from tramita.services.starting_by_mail import start_from_mail
from tramita.services.storing_mail import Arrival
from tramita.services.transactions import one_transaction
from tramita.services.tray import by_hand, process_of, raw_of
from tramita.services.waiting import wake_by_mail


@one_transaction
def move(message: Message, *, to: Item, by: Actor, at: datetime) -> None:
    """Take a mail to another item, with its attachments; later answers to it follow. Rules: MAIL-78, MAIL-82, M-8, M-9.

    On its new item a mail that came in does what it would have done had it come there at once.

    Raises: NotPermitted; Invalid `same_item`; Conflict `item_closed` or `already_there`.
    """
    for item in (message.item, to):
        require(by, "mail", item)
    _check(message, to)
    carry(message, to=to, by=by, at=at)


def carry(message: Message, *, to: Item, by: Actor, at: datetime) -> None:
    """As above, without asking: what belongs to an item goes with it (Z-3). Inside a transaction."""
    source = message.item
    told = _entry(message)
    seen, came_from = message.seen, source.reference
    for rows in (Attachment.objects.filter(message=message), Delivery.objects.filter(message=message)):
        rows.update(item=to)
    Message.objects.filter(pk=message.pk).update(item=to, headers=_own(message.headers))
    message.item = to
    leaving = Change(source, by, at)
    leaving.record(MOVED_AWAY, data={"message": message.pk, "to": to.reference})
    leaving.write()
    _arrive(message, told, came_from, by=by, at=at)
    if seen is not None:
        _remember(seen, came_from, to.reference, by=by, at=at)


def _check(message: Message, to: Item) -> None:
    if to.pk == message.item_id:
        raise Invalid.one("to", "same_item", "The mail is on this item already.")
    if to.state is State.CLOSED or to.discarded_at is not None:
        raise Conflict("The item is Closed: nothing is added to it any more.", code="item_closed")
    if message.seen_id and Message.objects.filter(item=to, seen=message.seen_id).exists():
        raise Conflict("That item has this mail already.", code="already_there")


def _own(headers: dict[str, Any]) -> dict[str, Any]:
    """Whoever moves a copy makes it a mail of its new item (M-11)."""
    return {name: value for name, value in headers.items() if name != "copied"}


def _entry(message: Message) -> Entry | None:
    """What told of the mail on its item."""
    told = Entry.objects.filter(item=message.item_id, type__in=(*MAILS, MOVED_HERE)).order_by("-seq")
    return next((one for one in told.iterator() if one.data.get("message") == message.pk), None)


def _arrive(message: Message, told: Entry | None, came_from: str, *, by: Actor, at: datetime) -> None:
    change = Change(message.item, by, at)
    facts = {name: told.data[name] for name in TOLD_AGAIN if name in told.data} if told else {}
    visibility = Visibility(told.visibility) if told else Visibility.PARTICIPANTS
    data = {**facts, "message": message.pk, "moved_from": came_from}
    dots: dict[str, Any] = {} if message.outgoing else {"new_information": True}
    change.record(MOVED_HERE, visibility=visibility, data=data, words={"subject": message.subject}, **dots)
    if not message.outgoing and not message.automatic and not facts.get("unverified"):
        _take_up(change)
    change.write()


TOLD_AGAIN = ("automatic", "unverified", "event", "about", "named")


def _take_up(change: Change) -> None:
    """The item waited for this, or thought it was done (M-8, M-9)."""
    if awaits_approval(change.item) or awaits_call(change.item):
        return
    if change.item.wait_type is WaitType.MORE_INFORMATION:
        wake_by_mail(change)
    elif window_open(change.item, change.at):
        reopen_by_mail(change)


def _remember(seen: SeenMessage, came_from: str, to: str, *, by: Actor, at: datetime) -> None:
    """The ledger of mail says where the message is now (MAIL-141)."""
    items = list(dict.fromkeys(to if one == came_from else one for one in seen.items))
    moves = [*(seen.trace or {}).get("moved", ()), {"from": came_from, "to": to, "by": by.id, "at": at.isoformat()}]
    SeenMessage.objects.filter(pk=seen.pk).update(items=items, trace={**(seen.trace or {}), "moved": moves})


@one_transaction
def start_item(
    message: Message, *, category: str | None = None, case_type: str | None = None, by: Actor, at: datetime
) -> Item:
    """A Ticket or Case of its own from a mail that lies on another item; both keep it, answers go to the new one.

    Rules: M-25, X-31. Raises: Invalid, NotPermitted; Conflict `not_received`, `no_raw_mail` or `no_sender`.
    """
    kind, path = process_of(category, case_type)
    if not may(by, "create", path):
        raise NotPermitted("You may not start work here.")
    require(by, "work", message.item)
    route = RouteRow(address="", mailbox="", kind=kind, path=path, acknowledge=False)
    item = start_from_mail(_arrival(message, at=at), route)
    linking.link(item, to=message.item, by=SYSTEM, at=at)
    return item


def _arrival(message: Message, *, at: datetime) -> Arrival:
    """The mail as if it came in now, dated as it was."""
    if message.outgoing or message.seen is None:
        raise Conflict("Only a mail that came in can become an item.", code="not_received")
    mail = replace(
        parse(raw_of(message.seen), guess=guess_charset), signature=kept_signature(message.headers.get("signature"))
    )
    return by_hand(message.seen, mail, received_at=message.at, at=at)
