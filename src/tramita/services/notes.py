"""Notes: what stays in the house."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.codes import State, Visibility
from tramita.domain.errors import Conflict, Invalid
from tramita.domain.mentions import may_mention, mentions
from tramita.models import Attachment, Item
from tramita.queries.following import colleagues, who_see
from tramita.services.ledger import Change
from tramita.services.moving import require, require_free, settle, take
from tramita.services.transactions import one_transaction

LONGEST = 1024**2  # Z-14


@one_transaction
def add_note(
    item: Item,
    *,
    body: str,
    resolution: bool = False,
    files: Sequence[Mapping[str, Any]] = (),
    by: Actor,
    at: datetime,
) -> int:
    """Write an internal note; on an unassigned To Do item it starts the work (Z-1). The entry's seq.

    `files` are such as a draft lists; they are as internal as the note (decision 0028).
    Rules: TL-1, R-6, R-9, S-14.
    """
    require(by, "work", item)
    if item.state is State.CLOSED:
        raise Conflict("The item is Closed: nothing is added to it any more.", code="item_closed")
    require_free(item, by)
    _check(body)
    change = Change(item, by, at)
    take(change)
    settle(change)
    seq = write_note(change, body, resolution=resolution, files=enclosed(item, files, by=by, at=at))
    change.write()
    return seq


def write_note(change: Change, body: str, *, resolution: bool = False, files: Sequence[int] = ()) -> int:
    """The entry of a note, in a change that the caller writes."""
    _check(body)
    data: dict[str, Any] = {"resolution": True} if resolution else {}
    if files:
        data["files"] = list(files)
    words = {"body": body, "mentions": _mentions(change, body)}
    words = {name: value for name, value in words.items() if value}
    change.record("note_added", visibility=Visibility.INTERNAL, data=data, words=words)
    return change.item.seq + len(change.lines)


def _mentions(change: Change, body: str) -> list[dict[str, object]]:
    """Colleagues whom the note names and who may see the item: their notification is made from this (TL-1).

    Cost: three statements, none for a note that names nobody.
    """
    found = mentions(body, colleagues()) if may_mention(body) else []
    seeing = {one.id for one in who_see(change.item, [one.person for one in found])} if found else set()
    return [
        {"id": one.person.id, "name": one.person.name, "typed": one.typed} for one in found if one.person.id in seeing
    ]


def enclosed(item: Item, files: Sequence[Mapping[str, Any]], *, by: Actor, at: datetime) -> list[int]:
    """The rows of its files; their ids."""
    rows = [Attachment(item=item, at=at, by_id=by.id, internal=True, **one) for one in files]
    return [row.pk for row in Attachment.objects.bulk_create(rows)] if rows else []


def _check(body: str) -> None:
    if not body.strip():
        raise Invalid.one("body", "required", "Write something first.")
    if len(body.encode()) > LONGEST:
        raise Invalid.one("body", "too_long", "The text is longer than 1 MB.")
