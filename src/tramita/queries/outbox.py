"""How the mails of an item stand on their way out (MAIL-113)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tramita.domain.errors import NotFound
from tramita.models import Delivery, Item, Message

STATES = {
    Delivery.State.FAILED: "failed",
    Delivery.State.UNCERTAIN: "uncertain",
    Delivery.State.HELD: "held",
    Delivery.State.PENDING: "late",  # of those in trouble
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """A mail that did not go out, or of which nobody knows: what is wrong, and whom it did not reach."""

    message: int
    state: str  # failed, uncertain, held, late
    error: str  # what the server said, or a sentence of ours
    refused: Mapping[str, str]  # these recipients, each with why; the others have got it if `partly`
    partly: bool
    next_at: datetime | None  # of a late one: when it is tried again


def troubles(item: Item) -> dict[int, Trouble]:
    """The mails of this item that somebody must look at, by message. Cost: one statement, none for most items."""
    if not item.mail_trouble:
        return {}
    rows = Delivery.objects.filter(item=item, kind="mail", state__in=STATES, message__isnull=False).order_by("id")
    found = [_trouble(row) for row in rows if row.state != Delivery.State.PENDING or "late" in row.payload]
    return {one.message: one for one in found}


def _trouble(row: Delivery) -> Trouble:
    pending = row.state == Delivery.State.PENDING
    return Trouble(
        message=row.message_id or 0,
        state=STATES[Delivery.State(row.state)],
        error=row.error,
        refused=row.payload.get("refused", {}),
        partly=bool(row.payload.get("partly")),
        next_at=row.next_at if pending else None,
    )


def mail_of(item: Item, message_id: int) -> Message:
    """A mail that left, or was to leave, from this item. Raises: NotFound."""
    found = Message.objects.select_related("item").filter(pk=message_id, item=item, outgoing=True).first()
    if found is None:
        raise NotFound("There is no such mail.")
    return found
