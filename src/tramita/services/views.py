"""Saved views: made, changed and taken away by their owner; shared ones also by who configures the desk (H-7)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from tramita.domain.actors import Actor
from tramita.domain.auditing import Area
from tramita.domain.errors import Conflict, FieldError, Invalid, NotPermitted
from tramita.domain.narrowing import Narrowing
from tramita.models import Person, Queue, View
from tramita.queries.views import may_change, may_share_with_all, teams
from tramita.services import auditing
from tramita.services.transactions import one_transaction

LONGEST_TITLE = 80
MOST = 100  # views of one person


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a view is to be. `team` is the key of a queue."""

    title: str
    narrowing: Narrowing = ()
    columns: Sequence[str] = field(default_factory=tuple)
    sort: str = "due"
    grouping: str = ""
    shared: str = ""
    team: str = ""


@one_transaction
def make(wanted: Wanted, *, by: Actor, at: datetime) -> View:
    """A new view of this person's. Raises: Invalid, naming every field; Conflict, when they have too many."""
    columns = _columns(wanted, by=by)
    owner = Person.objects.select_for_update().get(pk=cast("int", by.id))  # two windows count one after the other
    if View.objects.filter(owner=owner).count() >= MOST:
        raise Conflict("You have %(count)s views. Delete one first.", count=MOST)
    auditing.note(Area.REPORTS, "made", wanted.title, by=by, at=at)
    return View.objects.create(owner=owner, created_at=at, updated_at=at, **columns)


@one_transaction
def change(view: View, wanted: Wanted, *, version: int, by: Actor, at: datetime) -> None:
    """Make it this instead. Raises: Conflict, if somebody changed it since `version`; Invalid; NotPermitted."""
    _require(view, by)
    columns = _columns(wanted, by=by, view=view)
    held = View.objects.filter(pk=view.pk, version=version)
    if not held.update(version=version + 1, updated_at=at, **columns):
        raise Conflict("Somebody changed this view meanwhile. Look at it again, then decide.")
    auditing.note(Area.REPORTS, "changed", wanted.title, by=by, at=at)


@one_transaction
def delete(view: View, *, by: Actor, at: datetime) -> None:
    """Take it away, from everybody it is shared with. Raises: NotPermitted."""
    _require(view, by)
    View.objects.filter(pk=view.pk).delete()
    auditing.note(Area.REPORTS, "deleted", view.title, by=by, at=at)


def _require(view: View, by: Actor) -> None:
    if not may_change(by, view):
        raise NotPermitted("This view is somebody else's.")


def _columns(wanted: Wanted, *, by: Actor, view: View | None = None) -> dict[str, Any]:
    title = " ".join(wanted.title.split())
    team = Queue.objects.filter(key=wanted.team).first() if wanted.shared == View.Shared.TEAM else None
    faults = [*_faults_of_title(title), *_faults_of_sharing(wanted, team, by, view)]
    if faults:
        raise Invalid(faults)
    return {
        "title": title,
        "shared": wanted.shared,
        "team": team,
        "narrowing": {name: list(values) for name, values in wanted.narrowing},
        "columns": list(wanted.columns),
        "sort": wanted.sort,
        "grouping": wanted.grouping,
    }


def _faults_of_title(title: str) -> list[FieldError]:
    if not title:
        return [FieldError("title", "required", "This is needed.")]
    if len(title) > LONGEST_TITLE:
        return [FieldError("title", "too_long", "At most %(count)s characters.", {"count": LONGEST_TITLE})]
    return []


def _faults_of_sharing(wanted: Wanted, team: Queue | None, by: Actor, view: View | None) -> list[FieldError]:
    """A team's views are its members' and leaders' to share, everybody's a leader's; what is shared may stay so."""
    if view is not None and (view.shared, view.team) == (wanted.shared, team):
        return []
    match wanted.shared:
        case View.Shared.NOBODY:
            return []
        case View.Shared.TEAM if team is not None and teams(by).filter(pk=team.pk).exists():
            return []
        case View.Shared.ALL if may_share_with_all(by):
            return []
    return [FieldError("shared", "invalid", "You cannot share a view with these people.")]
