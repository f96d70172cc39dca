"""A mail that did not go out, in words: what happened, why, and what may be decided (MAIL-113)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tramita.queries.outbox import Trouble

TITLES = {
    "failed": gettext_lazy("This mail was not sent"),
    "partly": gettext_lazy("This mail did not reach everybody"),
    "uncertain": gettext_lazy("Nobody knows whether this mail arrived"),
    "held": gettext_lazy("This mail is held back"),
    "late": gettext_lazy("This mail is still waiting to be sent"),
}
AGAIN = ("resend", gettext_lazy("Send again"))
ARRIVED = ("arrived", gettext_lazy("It arrived"))
NOT = ("give-up", gettext_lazy("Do not send it"))
DECISIONS = {
    "failed": (AGAIN, NOT),
    "uncertain": (ARRIVED, AGAIN, NOT),
    "held": (("resend", gettext_lazy("Send it now")), NOT),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """As `web/items/_mail_trouble.html` draws it."""

    title: str
    state: str
    error: str
    refused: Sequence[tuple[str, str]]
    partly: bool
    next_at: datetime | None
    decisions: Sequence[tuple[str, str]]


def shown(trouble: Trouble | None, *, may_mail: bool) -> Shown | None:
    """In the reader's language; a sentence of ours is translated, a server's is not. Nothing for no trouble."""
    if trouble is None:
        return None
    offered = DECISIONS.get(trouble.state, ()) if may_mail else ()
    return Shown(
        title=str(TITLES["partly" if trouble.partly and trouble.state == "failed" else trouble.state]),
        state=trouble.state,
        error="" if trouble.refused or not trouble.error else _(trouble.error),
        refused=sorted(trouble.refused.items()),
        partly=trouble.partly,
        next_at=trouble.next_at,
        decisions=[(verb, str(label)) for verb, label in offered],
    )
