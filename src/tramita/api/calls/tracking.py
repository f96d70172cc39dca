"""Time spent on an item (TL-5)."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.responses import Status

from tramita.api.auth import caller
from tramita.api.schemas.base import RowId
from tramita.api.schemas.tracking import SessionIn, SessionOut, TimeOut
from tramita.api.versions import change_item
from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.errors import NotPermitted
from tramita.models import Item
from tramita.queries.items import get_visible
from tramita.queries.tracking import clock_of, sessions
from tramita.services import tracking

router = Router(tags=["Time"])


@router.get("/items/{reference}/time", response=TimeOut, operation_id="time_spent")
def time_spent(request: HttpRequest, reference: str) -> dict[str, Any]:
    """How long the caller and everybody worked on the item, and when. For those who work here."""
    item, at = get_visible(caller(request), reference), timezone.now()
    by = _worker(request)
    clock = clock_of(item, by, at=at)
    return {"own_seconds": clock.own, "all_seconds": clock.all, "sessions": sessions(item, by, at=at)}


@router.post("/items/{reference}/time", response={201: SessionOut}, operation_id="add_time")
def add_time(request: HttpRequest, reference: str, given: SessionIn) -> Status[SessionOut]:
    """Write down time that no clock saw."""

    def change(item: Item) -> SessionOut:
        by = _worker(request)
        row = tracking.add(item, begun_at=given.begun_at, minutes=given.minutes, by=by, at=timezone.now())
        return _answer(item, row.pk, by)

    return Status(201, change_item(request, reference, change))


@router.patch("/items/{reference}/time/{session_id}", response=SessionOut, operation_id="correct_time")
def correct_time(request: HttpRequest, reference: str, session_id: RowId, given: SessionIn) -> SessionOut:
    """Correct a session that has ended: one's own, or as a leader one of the team."""

    def change(item: Item) -> SessionOut:
        by = _worker(request)
        tracking.change(item, session_id, begun_at=given.begun_at, minutes=given.minutes, by=by, at=timezone.now())
        return _answer(item, session_id, by)

    return change_item(request, reference, change)


def _worker(request: HttpRequest) -> Actor:
    """Who works here: who asked for an item is not told how long it took. Raises: NotPermitted."""
    by = caller(request)
    if not (by.is_staff or by.role is Role.ROBOT):
        raise NotPermitted("You may not do this here.")
    return by


def _answer(item: Item, number: int, by: Actor) -> SessionOut:
    (found,) = sessions(item, by, at=timezone.now(), only=number)
    return SessionOut.model_validate(found)
