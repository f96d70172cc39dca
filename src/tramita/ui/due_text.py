"""The due date as the header of an item says it, in the reader's language and zone (SLA-10, SLA-11)."""

from datetime import datetime

from django.utils.translation import gettext as _

from tramita.domain.due_dates import paused_parts
from tramita.ui import moments


def due_text(*, due_at: datetime | None, paused: bool, seconds_left: int | None, now: datetime) -> str:
    """The due date in the zone of its reader, or what was left when its clock was paused.

    The paused text stands for every wait in which the clock is stopped, whatever the kind and type (CG-43).
    """
    if due_at is not None:
        return _("Due: %(moment)s") % {"moment": moments.short(due_at, now=now)}
    if paused and seconds_left is not None:
        return paused_text(seconds_left)
    return _("Due: not set")


def paused_text(seconds_left: int) -> str:
    """`Due: Paused 3 h 20 m before due` (SLA-10)."""
    hours, minutes, before = paused_parts(seconds_left)
    if before:
        text = _("Due: Paused %(hours)s h %(minutes)s m before due")
    else:
        text = _("Due: Paused %(hours)s h %(minutes)s m after overdue")
    return text % {"hours": hours, "minutes": minutes}
