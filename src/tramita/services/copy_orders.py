"""That a copy of a sent mail is due (MAIL-114); `copying` makes it."""

from datetime import datetime

from django.db.models import Q

from tramita.models import Mailbox, Message
from tramita.services.ordered import order

KIND = "copy"


def copy_later(message: Message, *, at: datetime) -> None:
    """A mail was sent: its copy is due, where its mailbox wants one. In the transaction that says that it was sent."""
    if message.headers.get("to_manager") or box_of(message) is None:  # a copy would carry its link (MAIL-52)
        return
    order(KIND, {}, at=at, message=message)


def box_of(message: Message) -> Mailbox | None:
    """The mailbox that a mail of ours was sent from, if it wants copies. Cost: one statement."""
    sender = message.sender_address
    ours = Q(address=sender) | Q(routes__address=sender, routes__active=True)
    return Mailbox.objects.filter(ours, active=True).exclude(copy_sent="").first()
