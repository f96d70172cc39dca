"""The Files tab as its template wants it: what is there, who may add to it, what may be done with each (F-1 to F-4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tramita.domain.codes import State
from tramita.models import Item
from tramita.queries import definitions, scans
from tramita.queries.files import AT_ONCE, Filed, files_of
from tramita.queries.timeline import counts
from tramita.queries.visibility import may
from tramita.ui import mail_words
from tramita.web.shown_reading import Reading
from tramita.web.shown_talk import tabs


@dataclass(frozen=True, slots=True)
class Row:
    """A file or link in the table."""

    number: int
    name: str
    url: str  # of a link; empty for a file
    type: str
    size: int
    at: datetime
    who: str
    who_kind: str
    reference: str
    own: bool
    tags: tuple[str, ...]
    note: str
    internal: bool
    with_its_mail: bool  # it stays inside because its mail does
    removable: bool
    held: str  # why nobody may have it yet (MAIL-57)


def files(reading: Reading, after: int | None, filed: int) -> dict[str, Any]:
    """Everything on the tab. Cost: two statements, one more with a scanner."""
    found = files_of(reading.item, reading.actor, after=after, limit=AT_ONCE + 1)
    kept = scans.held([one.file.sha256 for one in found if one.came_in])
    limits = definitions.settings()
    may_add = addable(reading)
    return {
        "rows": [_row(one, kept, may_add=may_add) for one in found[:AT_ONCE]],
        "next": found[AT_ONCE - 1].number if len(found) > AT_ONCE else None,
        "may_add": may_add,
        "may_describe": reading.running and may(reading.actor, "work", reading.item),
        "may_mail": reading.running and may(reading.actor, "mail", reading.item),
        "most": limits.limits.file_bytes,
        "types": limits.file_types,
        "accept": ",".join(f".{one}" for one in limits.file_types),
        "tabs": tabs(reading, counts(reading.item, reading.actor).types, filed),
    }


def addable(reading: Reading) -> bool:
    """Whether the form is offered; the service has the last word (F-2, S-14)."""
    item, actor = reading.item, reading.actor
    if not reading.running or not may(actor, "work", item):
        return False
    return item.assignee_id == actor.id or _free(item) or (item.state is State.DRAFT and item.creator_id == actor.id)


def _free(item: Item) -> bool:
    """Adding takes it (Z-1)."""
    return item.assignee_id is None and item.state is State.TO_DO


def _row(one: Filed, kept: Mapping[str, str], *, may_add: bool) -> Row:
    file = one.file
    return Row(
        number=one.number,
        name=file.filename,
        url=file.url or "",
        type=_type(one),
        size=file.size,
        at=file.at,
        who=one.sender if one.in_mail else (one.by.name if one.by else ""),
        who_kind=one.by.kind if one.by and not one.in_mail else "human",
        reference=one.reference,
        own=one.own,
        tags=one.tags,
        note=file.note or "",
        internal=one.internal,
        with_its_mail=one.internal and not file.internal,
        removable=may_add and one.own and not one.in_mail,
        held=mail_words.held(kept[file.sha256]) if one.came_in and file.sha256 in kept else "",
    )


def _type(one: Filed) -> str:
    """By the end of its name, which says more to people than `application/vnd…`."""
    stem, dot, ending = one.file.filename.rpartition(".")
    if one.file.url:
        return ""
    return (
        ending.upper() if stem and dot and len(ending) <= 5 else one.file.content_type.rpartition("/")[2].upper()[:12]
    )
