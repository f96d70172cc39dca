"""A mail of ours that waits for its time, as the conversation shows it: when it goes, who says so, what may be done.

What went wrong on its way out is told elsewhere (MAIL-113).
"""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tramita.models import Delivery
from tramita.queries.timeline import Leaving, Said
from tramita.queries.visibility import may
from tramita.ui import moments
from tramita.web.shown_reading import Reading

STATE = Delivery.State


@dataclass(frozen=True, slots=True)
class Going:
    """One line below a mail, and its buttons: an empty address is no button."""

    said: str
    icon: str
    back: str = ""  # where to take it back
    back_word: str = ""
    now: str = ""  # where to send it at once


def going(one: Said, reading: Reading) -> Going | None:
    """Nothing for a mail that is gone (M-17, MAIL-115, MAIL-116)."""
    leaving, message = one.leaving, one.message
    if leaving is None or message is None or leaving.state not in (STATE.PENDING, STATE.CANCELLED):
        return None
    said, icon = _said(one, leaving)
    here = one.entry.item == reading.item.reference
    if leaving.state != STATE.PENDING or leaving.taken or not here or not may(reading.actor, "mail", reading.item):
        return Going(said, icon)
    addresses: Any = [reading.item.reference, message.pk]
    return Going(
        said,
        icon,
        back=reverse("take-back", args=addresses),
        back_word=_("Cancel") if leaving.scheduled else _("Undo"),
        now=reverse("send-now", args=addresses) if leaving.scheduled else "",
    )


def _said(one: Said, leaving: Leaving) -> tuple[str, str]:
    if leaving.state == STATE.CANCELLED:
        return _("Taken back, not sent"), "undo"
    return (_scheduled(one, leaving), "clock") if leaving.scheduled else (_("On its way out"), "send")


def _scheduled(one: Said, leaving: Leaving) -> str:
    return _("Goes out %(moment)s (%(zone)s), scheduled by %(name)s") % {
        "moment": moments.short(leaving.at),
        "zone": timezone.get_current_timezone_name(),
        "name": one.entry.actor.name if one.entry.actor else _("the system"),
    }
