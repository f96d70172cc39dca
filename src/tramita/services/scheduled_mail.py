"""A scheduled mail is looked at again at its time: what changed meanwhile holds it; its writer decides (MAIL-116)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_noop

from tramita.domain.codes import State
from tramita.domain.errors import NotFound
from tramita.domain.mime.model import address_key
from tramita.models import Entry, MarkedAddress, Message
from tramita.queries.people import actor_by_id
from tramita.queries.visibility import may

CLOSED = gettext_noop("The item was Closed before its time came.")
CHANGED = gettext_noop("The item changed its state since the mail was written.")
ANSWERED = gettext_noop("Something newer was written meanwhile. Read it, then send.")
LOST_RIGHT = gettext_noop("Its writer may not send mail from this item any more.")
BOUNCED = gettext_noop("Mail to one of the recipients came back meanwhile.")


def why_held(payload: Mapping[str, Any], message: Message, *, at: datetime) -> str | None:
    """Why a mail that waited for its time must not go unseen, or None. Mail that was not scheduled goes (Z-12)."""
    if not payload.get("scheduled"):
        return None
    item = message.item
    if item.state is State.CLOSED:
        return CLOSED
    if payload.get("state", item.state.value) != item.state.value:
        return CHANGED
    if _newer(message, payload):
        return ANSWERED
    if not _still_may(payload.get("by"), message):
        return LOST_RIGHT
    keys = {address_key(address) for _, address in (*message.to, *message.cc, *message.bcc)}
    bounced = MarkedAddress.objects.filter(address__in=keys, bounced=True, at__gt=message.at)
    return BOUNCED if bounced.exists() else None


def _newer(message: Message, payload: Mapping[str, Any]) -> bool:
    """A mail came in since, or somebody else answered; what machines sent does not count."""
    said = Q(type="mail_received") | Q(type="mail_sent") & ~Q(actor=payload.get("by"))
    since = Entry.objects.filter(said, item=message.item_id, seq__gt=payload.get("seq", 0))
    return any(not data.get("automatic") for data in since.values_list("data", flat=True))


def _still_may(person_id: int | None, message: Message) -> bool:
    if person_id is None:
        return True
    try:
        return may(actor_by_id(person_id), "mail", message.item)
    except NotFound:
        return False
