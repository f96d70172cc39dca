"""A due date as a mark and a few words: diamond late, disc today, ring ahead, two bars paused, dash not set."""

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from tramita.domain.codes import Clock
from tramita.ui import moments
from tramita.ui.due_text import paused_text
from tramita.ui.moments import Wall


class Due(NamedTuple):
    """What a list or a header shows: `mark` is the shape, `was` that of a paused clock before its pause."""

    mark: str  # late today ahead paused none
    text: str
    moment: datetime | None = None
    was: str = ""
    full: str = ""  # the words of SLA-10 for a paused clock, with their label


def shown(
    *, due_at: datetime | None, clock: Clock, seconds_left: int | None, now: datetime, wall: Wall | None = None
) -> Due:
    """The due date of an item for its reader (SLA-10, SLA-11, SLA-13). `wall`: where many are shown at once."""
    if due_at is not None:
        return _running(due_at, now, wall or moments.wall(now))
    if clock is Clock.PAUSED and seconds_left is not None:
        return _paused(seconds_left)
    return Due("none", _("Not set"))


def _running(due_at: datetime, now: datetime, wall: Wall) -> Due:
    if due_at < now:
        return Due("late", wall.late((now - due_at).total_seconds()), due_at)
    there = due_at.astimezone(wall.zone)
    return Due("today" if there.date() == wall.today else "ahead", wall.there(there), due_at)


def _paused(seconds_left: int) -> Due:
    full = paused_text(seconds_left)
    words = full.partition(":")[2].strip()  # beside the label of a column or a header
    return Due("paused", words, was="" if seconds_left >= 0 else "late", full=full)
