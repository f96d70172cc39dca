"""What a person decides on a mail that did not go out, or of which nobody knows (MAIL-111, MAIL-113).

Each decision is a compare-and-set on the delivery: of two people at once one decides, the other is told.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import F

from tramita.domain.actors import Actor
from tramita.domain.errors import Conflict
from tramita.models import Delivery, Message
from tramita.services.copy_orders import copy_later
from tramita.services.mail_trouble import all_clear
from tramita.services.moving import require
from tramita.services.transactions import one_transaction

STATE = Delivery.State
UNSENT = (STATE.FAILED, STATE.UNCERTAIN, STATE.HELD)
KEPT = ("to", "refused", "partly")  # who still waits for it: nobody gets it twice who has it


@one_transaction
def resend(message: Message, *, by: Actor, at: datetime) -> None:
    """Send it again, under the Message-ID that it has, to those who have not got it. Raises: NotPermitted, Conflict."""
    delivery = _taken(message, UNSENT, by=by, at=at)
    payload = {name: value for name, value in delivery.payload.items() if name in KEPT}
    payload.pop("refused", None)
    columns = {"state": STATE.PENDING, "next_at": at, "tries": 0, "error": ""}
    _decide(delivery, payload={**payload, "due": at.isoformat()}, **columns)
    all_clear(message, "mail_resent", by=by, at=at)


@one_transaction
def settle_as_sent(message: Message, *, by: Actor, at: datetime) -> None:
    """It arrived after all. Raises: NotPermitted; Conflict, unless nobody knew."""
    delivery = _taken(message, (STATE.UNCERTAIN,), by=by, at=at)
    _decide(delivery, state=STATE.DONE, error="")
    copy_later(message, at=at)
    all_clear(message, "mail_settled", by=by, at=at)


@one_transaction
def give_up(message: Message, *, by: Actor, at: datetime) -> None:
    """It is not to be sent any more. Raises: NotPermitted, Conflict."""
    delivery = _taken(message, UNSENT, by=by, at=at)
    _decide(delivery, state=STATE.CANCELLED)
    all_clear(message, "mail_cancelled", by=by, at=at)


def _taken(message: Message, states: Collection[int], *, by: Actor, at: datetime) -> Delivery:
    """The delivery, if there is something to decide."""
    require(by, "mail", message.item)
    delivery = message.deliveries.filter(kind="mail", lease_until__lte=at).order_by("-id").first()
    if delivery is None or delivery.state not in states:
        raise Conflict("There is nothing to decide on this mail any more.", code="already_settled")
    return delivery


def _decide(delivery: Delivery, **columns: Any) -> None:
    """Change it if it is as it was read; a worker that still has it in hand loses it."""
    as_read = Delivery.objects.filter(pk=delivery.pk, fence=delivery.fence, state=delivery.state)
    if not as_read.update(fence=F("fence") + 1, **columns):
        raise Conflict("There is nothing to decide on this mail any more.", code="already_settled")
