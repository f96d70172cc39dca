"""A mail of ours that has not gone yet, as the conversation shows it: when it goes, who says so, what may be done."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tramita.models import Delivery
from tramita.queries.timeline import Leaving, Said
from tramita.queries.visibility import may
from tramita.ui import moments
from tramita.web.shown_item import Reading

STATE = Delivery.State


@dataclass(frozen=True, slots=True)
class Going:
    """One line below a mail, and its buttons: an empty address is no button."""

    said: str
    tone: str  # quiet, warn, bad
    icon: str
    back: str = ""  # where to take it back
    back_word: str = ""
    now: str = ""  # where to send it at once


def going(one: Said, reading: Reading) -> Going | None:
    """Nothing for a mail that is gone (M-17, MAIL-113, MAIL-115, MAIL-116)."""
    leaving, message = one.leaving, one.message
    if leaving is None or message is None or leaving.state == STATE.DONE:
        return None
    said, tone, icon = _said(one, leaving)
    if (
        not _untaken(leaving)
        or not may(reading.actor, "mail", reading.item)
        or one.entry.item != reading.item.reference
    ):
        return Going(said, tone, icon)
    later = leaving.scheduled or leaving.state == STATE.HELD
    addresses: Any = [reading.item.reference, message.pk]
    return Going(
        said,
        tone,
        icon,
        back=reverse("take-back", args=addresses),
        back_word=_("Cancel") if later else _("Undo"),
        now=reverse("send-now", args=addresses) if later else "",
    )


def _untaken(leaving: Leaving) -> bool:
    return leaving.state == STATE.HELD or (leaving.state == STATE.PENDING and not leaving.taken)


def _said(one: Said, leaving: Leaving) -> tuple[str, str, str]:
    if leaving.state == STATE.PENDING and leaving.scheduled:
        return _scheduled(one, leaving), "quiet", "clock"
    if leaving.state == STATE.PENDING:
        return _("On its way out"), "quiet", "send"
    return {
        STATE.FAILED: (_("Not sent: it could not be delivered"), "bad", "alert"),
        STATE.UNCERTAIN: (_("Nobody knows whether the mail arrived"), "warn", "alert"),
        STATE.HELD: (_("Held back until you look at it again"), "warn", "pause"),
        STATE.CANCELLED: (_("Taken back, not sent"), "quiet", "undo"),
    }[STATE(leaving.state)]


def _scheduled(one: Said, leaving: Leaving) -> str:
    return _("Goes out %(moment)s (%(zone)s), scheduled by %(name)s") % {
        "moment": moments.short(leaving.at),
        "zone": timezone.get_current_timezone_name(),
        "name": one.entry.actor.name if one.entry.actor else _("the system"),
    }
