"""Defects of an item (D-1, D-2)."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.responses import Status

from tramita.api.auth import caller
from tramita.api.schemas.base import RowId
from tramita.api.schemas.defects import DefectChange, DefectIn, DefectOut, DefectsOut
from tramita.api.versions import change_item
from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.errors import NotFound, NotPermitted
from tramita.models import Item
from tramita.queries.defects import categories_of, defects_of
from tramita.queries.items import get_visible
from tramita.services import defects

router = Router(tags=["Defects"])


@router.get("/items/{reference}/defects", response=DefectsOut, operation_id="list_defects")
def list_defects(request: HttpRequest, reference: str) -> dict[str, Any]:
    """Those of the item and of its related group. For those who work here."""
    by = caller(request)
    item = get_visible(by, reference)
    _working(by)
    return {"results": defects_of(item), "categories": [one for one in categories_of(item) if one.active]}


@router.post("/items/{reference}/defects", response={201: DefectOut}, operation_id="add_defect")
def add_defect(request: HttpRequest, reference: str, given: DefectIn) -> Status[DefectOut]:
    """Write a defect down; the item stays whose it is."""

    def change(item: Item) -> DefectOut:
        row = defects.add(item, **given.model_dump(), by=caller(request), at=timezone.now())
        return _answer(item, row.pk)

    return Status(201, change_item(request, reference, change))


@router.patch("/items/{reference}/defects/{defect_id}", response=DefectOut, operation_id="change_defect")
def change_defect(request: HttpRequest, reference: str, defect_id: RowId, given: DefectChange) -> DefectOut:
    """Correct it, or say whether it is resolved. Only who wrote it down corrects it where the desk says so."""
    changes = given.model_dump(exclude_unset=True)
    resolved = changes.pop("resolved", None)

    def change(item: Item) -> DefectOut:
        by, at = caller(request), timezone.now()
        if changes:
            defects.change(item, defect_id, changes=changes, by=by, at=at)
        if resolved is not None:
            defects.resolve(item, defect_id, resolved=resolved, by=by, at=at)
        _working(by)  # also when nothing is to be changed
        return _answer(item, defect_id)

    return change_item(request, reference, change)


@router.delete("/items/{reference}/defects/{defect_id}", response={204: None}, operation_id="remove_defect")
def remove_defect(request: HttpRequest, reference: str, defect_id: RowId) -> Status[None]:
    """Take it away; the timeline keeps what it was."""

    def change(item: Item) -> None:
        defects.remove(item, defect_id, by=caller(request), at=timezone.now())

    change_item(request, reference, change)
    return Status(204, None)


def _working(by: Actor) -> None:
    """Who asked for the item is not told what went wrong with it. Raises: NotPermitted."""
    if not (by.is_staff or by.role is Role.ROBOT):
        raise NotPermitted("You may not do this here.")


def _answer(item: Item, number: int) -> DefectOut:
    found = defects_of(item, only=number)
    if not found:
        raise NotFound("There is no such defect.")
    return DefectOut.model_validate(found[0])
