"""Bulk changes as pages show them: the bar of a list, and a job in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tramita.domain.bulk import MOVES
from tramita.queries.jobs import JobLine, JobView
from tramita.queries.visibility import may
from tramita.ui import errors, labels
from tramita.web.access import StaffRequest
from tramita.web.asked import Look

SHAPES = {"start": "in_progress", "to-do": "to_do", "resume": "in_progress", "reopen": "to_do"}


@dataclass(frozen=True, slots=True)
class Bar:
    """What the form of the bar carries: where one comes back to, and which list “all that match” means."""

    back: str
    where: Sequence[tuple[str, str]]
    moves: Sequence[tuple[str, str]]
    whole: bool


def bar(request: StaffRequest, here: str = "", look: Look | None = None) -> Bar | None:
    """For who may change many items at once; `here` names a list that can be taken whole."""
    if not may(request.actor, "bulk"):
        return None
    where = [("here", here), *look.pairs()] if look is not None else []
    moves = [(move.value, SHAPES[move]) for move in MOVES]
    return Bar(request.get_full_path(), where, moves, whole=bool(here))


def title(view: JobView) -> str:
    """What a job does, in one line."""
    return titled(view.change, view.name, undo=bool(view.job.undoes_id))


def titled(change: str, name: str, *, undo: bool) -> str:
    """As above, where no more of the job is known."""
    said = what(change, name)
    return _("Taken back: %(what)s") % {"what": said} if undo else said


def what(change: str, name: str = "") -> str:
    """What is done to the items."""
    if change == "assign":
        return _("Assign to %(name)s") % {"name": name}
    if change == "category":
        return _("Change the category to %(name)s") % {"name": name}
    if change == "tag":
        return _("Tag: %(tags)s") % {"tags": name}
    if change == "untag":
        return _("Take the tag away: %(tags)s") % {"tags": name}
    if change == "upgrade":
        return _("Move to another version: %(name)s") % {"name": name}
    return labels.word("bulk", change)


def why(line: JobLine) -> str:
    """Why an item was not changed, in the reader's words."""
    return errors.sentence(line.error) if line.error else ""
