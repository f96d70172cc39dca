"""Defects: written down, corrected, resolved (D-1, D-2). They are beside the work: nobody gets the item by one, and an
item that is Closed still has them (decision 39).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from tramita.domain.actors import Actor
from tramita.domain.defects import Party, faults_of, may_change
from tramita.domain.errors import Invalid, NotPermitted
from tramita.models import Defect, Item
from tramita.queries import definitions
from tramita.queries.defects import Category, categories_of, get_defect
from tramita.services.ledger import Change
from tramita.services.moving import require
from tramita.services.transactions import one_transaction


@one_transaction
def add(item: Item, *, category: str, party: str | None = None, description: str, by: Actor, at: datetime) -> Defect:
    """Write a defect down. Raises: Invalid, naming every field; NotPermitted. Rule: D-1."""
    require(by, "work", item)
    known = _read(item, category, party, description)
    row = Defect.objects.create(
        item=item,
        category_id=known.id,
        party=Party(party) if party else None,
        description=description.strip(),
        created_by_id=cast("int", by.id),
        created_at=at,
    )
    _tell("defect_added", row, _held(row), known.title, by=by, at=at)
    return row


@one_transaction
def change(item: Item, number: int, *, changes: Mapping[str, str | None], by: Actor, at: datetime) -> None:
    """Correct category, party or description; what is not named stays.

    Raises: NotFound; Invalid; NotPermitted, also where only who wrote it down may. Rule: D-2.
    """
    row, held = _opened(item, number, by=by, restricted=True)
    wanted = {"category": row.category.key, "party": row.party, "description": row.description, **changes}
    party, description = wanted["party"] or None, str(wanted["description"] or "").strip()
    known = _read(held, str(wanted["category"] or ""), party, description, present=row.category_id)
    columns = {"category_id": known.id, "party": Party(party) if party else None, "description": description}
    if all(getattr(row, name) == value for name, value in columns.items()):
        return
    for name, value in columns.items():
        setattr(row, name, value)
    row.save(update_fields=["category", "party", "description"])
    _tell("defect_changed", row, held, known.title, by=by, at=at)


@one_transaction
def resolve(item: Item, number: int, *, resolved: bool = True, by: Actor, at: datetime) -> None:
    """Everybody may say that it is resolved, or is not after all; said twice it is said once. Rule: D-2."""
    row, held = _opened(item, number, by=by)
    if (row.resolved_at is not None) is resolved:
        return
    row.resolved_at, row.resolved_by_id = (at, by.id) if resolved else (None, None)
    row.save(update_fields=["resolved_at", "resolved_by"])
    _tell("defect_resolved" if resolved else "defect_reopened", row, held, _title(row, held), by=by, at=at)


@one_transaction
def remove(item: Item, number: int, *, by: Actor, at: datetime) -> None:
    """Take it away; the timeline keeps what it was. Raises: as `change`. Rule: D-2."""
    row, held = _opened(item, number, by=by, restricted=True)
    _tell("defect_removed", row, held, _title(row, held), by=by, at=at)
    row.delete()


def _opened(item: Item, number: int, *, by: Actor, restricted: bool = False) -> tuple[Defect, Item]:
    """The defect, and the item whose ledger tells of it, held: of two at once one comes second."""
    require(by, "work", item)
    held = _held(get_defect(item, number))
    row = get_defect(item, number)
    if restricted and not may_change(
        creator=row.created_by_id == by.id, restricted=definitions.settings().restrict_defect_changes
    ):
        raise NotPermitted("Only who wrote this down changes it.")
    return row, held


def _held(row: Defect) -> Item:
    return Item.objects.select_for_update(of=("self",)).select_related("process").get(pk=row.item_id)


def _read(item: Item, path: str, party: str | None, description: str, *, present: int | None = None) -> Category:
    """The category, an active one or the one it has already. Raises: Invalid, naming every field."""
    known = next((one for one in categories_of(item) if one.path == path and (one.active or one.id == present)), None)
    faults = list(faults_of(category_known=known is not None, party=party, description=description.strip()))
    if known is None or faults:
        raise Invalid(faults)
    return known


def _title(row: Defect, item: Item) -> str:
    return next((one.title for one in categories_of(item) if one.id == row.category_id), row.category.key)


def _tell(entry: str, row: Defect, item: Item, title: str, *, by: Actor, at: datetime) -> None:
    change = Change(item, by, at)
    data: dict[str, Any] = {"defect": row.pk, "title": title, "party": row.party.value if row.party else None}
    change.record(entry, data=data, words={"description": row.description})
    change.write()
