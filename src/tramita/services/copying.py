"""What was sent is copied to the mailbox's folder for it: a job of its own, with faults of its own (MAIL-114).

However it ends, the mail itself was sent, and is never sent again for the sake of its copy.
"""

from datetime import datetime, timedelta

from tramita.gateways.imap import Imap
from tramita.gateways.incoming import MailServerFault
from tramita.models import Delivery, Mailbox, Message
from tramita.services import connecting
from tramita.services.claiming import DELIVERIES, Claimed, claim, update
from tramita.services.composing_mail import composed
from tramita.services.copy_orders import KIND, box_of
from tramita.services.transactions import writing

BATCH = 5  # a slow server holds each for a while: within one lease
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240))
GIVE_UP = timedelta(hours=48)


def copy_due(*, at: datetime) -> int:
    """Try one batch of copies; how many."""
    due = claim(DELIVERIES, (KIND,), at=at, limit=BATCH)
    for delivery in due:
        _copy(delivery, at=at)
    return len(due)


def _copy(delivery: Claimed, *, at: datetime) -> None:
    message = Message.objects.get(deliveries=delivery.id)
    box = box_of(message)
    if box is None:
        _end(delivery, Delivery.State.CANCELLED, "The mailbox keeps no copies any more.", at=at)
        return
    try:
        _put(box, message, at=at)
    except MailServerFault as fault:
        _later(delivery, message, str(fault), at=at)
        return
    _end(delivery, Delivery.State.DONE, "", at=at)


def _put(box: Mailbox, message: Message, *, at: datetime) -> None:
    """Once: a try that died after the copy had arrived finds it there."""
    server = connecting.unopened(box, at=at)
    if not isinstance(server, Imap):
        raise MailServerFault("protocol", "only an IMAP server takes copies")
    try:
        server.connect()
        server.log_in()
        if not server.holds_id(box.copy_sent, message.message_id):
            server.append(box.copy_sent, composed(message), message.at)
    finally:
        server.close()


def _later(delivery: Claimed, message: Message, error: str, *, at: datetime) -> None:
    if at - message.at > GIVE_UP:
        _end(delivery, Delivery.State.FAILED, error, at=at)
        return
    wait = BACKOFF[min(delivery.tries, len(BACKOFF)) - 1]
    with writing():
        update(DELIVERIES, delivery, next_at=at + wait, lease_until=at, error=error[:1000])


def _end(delivery: Claimed, state: Delivery.State, error: str, *, at: datetime) -> None:
    with writing():
        update(DELIVERIES, delivery, state=int(state), error=error[:1000], lease_until=at)
