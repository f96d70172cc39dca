"""Files and links on an item: added, described, taken away (F-1 to F-3).

They stay inside until a colleague says otherwise: what is internal goes along with no mail and is shown to nobody
outside (decision 0028).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings

from tramita.domain.actors import Actor
from tramita.domain.codes import State, Visibility
from tramita.domain.errors import Conflict, Invalid
from tramita.domain.filing import LINK, Told, address_of, check_size, check_type
from tramita.domain.mime.charsets import one_line
from tramita.gateways.storage import storage
from tramita.models import Attachment, Item
from tramita.queries import definitions
from tramita.queries.files import Filed
from tramita.queries.items import get_visible
from tramita.queries.scans import let_through
from tramita.services.ledger import Change, stale
from tramita.services.moving import require, settle, take
from tramita.services.transactions import one_transaction, writing

LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in, in pieces."""

    filename: str
    content_type: str
    size: int
    chunks: Iterable[bytes]


def add_files(
    item: Item,
    uploads: Sequence[Upload],
    about: Told,
    *,
    by: Actor,
    at: datetime,
    field: str = "files",
    version: int | None = None,
) -> list[Attachment]:
    """Put files on the item; their bytes are kept before anything is locked. All of them, or none.

    `version` is the item's that the caller saw, if that matters to them; `field` the name that a fault has. On an
    unassigned To Do item it starts the work (S-14, Z-1).

    Raises: Invalid, naming the file that is too large or of a type that is not taken; Conflict `not_yours` or
    `item_closed`; StaleVersion. Rules: F-2, Z-14.
    """
    require(by, "work", item)
    check_uploads(uploads, field=field)
    kept = storage(settings.TRAMITA_STORAGE_URL)
    rows = [_file(item, one, kept.put_stream(one.chunks), about, by=by, at=at) for one in uploads]
    with writing():
        change = _opened(item, by=by, at=at)
        if version not in (None, change.item.version):
            raise stale(item.pk, version)
        for row in rows:
            row.save()
            _tell(change, "file_added", row)
        change.write()
    return rows


@one_transaction
def add_link(item: Item, *, url: str, title: str = "", about: Told, by: Actor, at: datetime) -> Attachment:
    """Put a link on the item; without a title its address is its name. Raises: as `add_files`. Rules: F-1, F-2."""
    require(by, "work", item)
    address = address_of(url)
    row = Attachment(item=item, filename=_name(title) or _name(address), content_type=LINK, size=0, url=address)
    _describe(row, about)
    row.at, row.by_id = at, by.id
    change = _opened(item, by=by, at=at)
    row.save()
    _tell(change, "link_added", row)
    change.write()
    return row


@one_transaction
def describe(filed: Filed, about: Told, *, by: Actor, at: datetime) -> Attachment:
    """Change tags, note, and whether it stays inside; what came in a mail that only the house reads does so anyway.

    Raises: Invalid `internal`; NotPermitted. Rule: F-3.
    """
    row = filed.file
    held = _held(row.item, by=by)
    with_its_mail = filed.internal and not row.internal
    if with_its_mail and not about.internal:
        raise Invalid.one(
            "internal",
            "stays_inside",
            "“%(name)s” came in a mail that only colleagues read: it stays inside.",
            name=row.filename,
        )
    before = (row.tags or [], row.note or "", bool(row.internal))
    _describe(row, replace(about, internal=False) if with_its_mail else about)
    if before != (row.tags, row.note, bool(row.internal)):
        row.save(update_fields=["tags", "note", "internal"])
        change = Change(held, by, at)
        change.record("file_changed", data=_facts(row), words={"filename": row.filename, "note": row.note})
        change.write()
    return row


@one_transaction
def remove(filed: Filed, *, by: Actor, at: datetime) -> None:
    """Take a file or link off the item; the timeline says who did. What came in a mail belongs to it.

    Raises: Conflict `in_a_mail`, `not_yours` or `item_closed`.
    """
    row = filed.file
    if filed.in_mail:
        raise Conflict("A file of a mail stays with its mail.", code="in_a_mail")
    change = _opened(row.item, by=by, at=at)
    change.record("file_removed", data={"file": row.pk}, words={"filename": row.filename})
    change.write()
    row.delete()


def check_uploads(uploads: Sequence[Upload], *, field: str) -> None:
    """Refuse what is too large, or of a type that this desk does not take (F-2)."""
    desk = definitions.settings()
    if not uploads:
        raise Invalid.one(field, "required", "Choose a file first.")
    for one in uploads:
        check_size(one.filename, one.size, desk.limits.file_bytes, field=field)
        check_type(one.filename, desk.file_types, field=field)


def check_outgoing(files: Iterable[Filed], *, field: str) -> None:
    """Refuse what stays inside, before it is in somebody's mail (F-4, decision 0028)."""
    for one in files:
        if one.internal:
            raise Invalid.one(
                field,
                "internal",
                "“%(name)s” is only for colleagues. To send it, take that mark off on the Files tab.",
                name=one.file.filename,
            )


def check_scanned(files: Iterable[Filed]) -> None:
    """What the scanner keeps from us is not sent to others (MAIL-57). Raises: Conflict `held_back`."""
    for one in files:
        if one.came_in:
            let_through(one.file.sha256)


def _held(item: Item, *, by: Actor) -> Item:
    """The item as it is now, its row held: adding asks for no unchanged item. Raises: NotFound, NotPermitted."""
    held = get_visible(by, item.reference, for_update=True)
    require(by, "work", held)
    return held


def _opened(item: Item, *, by: Actor, at: datetime) -> Change:
    """The change to which files are added: of an item that is theirs, or becomes it (F-2, S-14)."""
    held = _held(item, by=by)
    if held.state is State.CLOSED:
        raise Conflict("The item is Closed: nothing is added to it any more.", code="item_closed")
    change = Change(held, by, at)
    take(change)
    settle(change)
    if held.assignee_id != by.id and not (held.state is State.DRAFT and held.creator_id == by.id):
        raise Conflict("To add files, have the item assigned to you.", code="not_yours")
    return change


def _file(item: Item, one: Upload, key: str, about: Told, *, by: Actor, at: datetime) -> Attachment:
    kind = one.content_type[:200] or "application/octet-stream"
    name = _name(one.filename) or "file.bin"
    row = Attachment(item=item, sha256=key, filename=name, content_type=kind, size=one.size, at=at, by_id=by.id)
    _describe(row, about)
    return row


def _name(words: str) -> str:
    return one_line(words).strip()[:LONGEST_NAME]


def _describe(row: Attachment, about: Told) -> None:
    row.tags, row.note, row.internal = list(about.tags), about.note, about.internal


def _tell(change: Change, entry: str, row: Attachment) -> None:
    seen = Visibility.INTERNAL if row.internal else Visibility.PARTICIPANTS
    words = {"filename": row.filename} | ({"url": row.url} if row.url else {})
    change.record(entry, visibility=seen, data=_facts(row), words=words)


def _facts(row: Attachment) -> dict[str, Any]:
    return {"file": row.pk, "internal": bool(row.internal)} | ({"tags": row.tags} if row.tags else {})
