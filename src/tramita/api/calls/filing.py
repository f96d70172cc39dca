"""Files and links of an item (F-1 to F-4)."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja import File, Form, Query, Router, UploadedFile
from ninja.responses import Status
from pydantic import BaseModel, Field

from tramita.api.auth import caller
from tramita.api.paging import Paging, cursor_for, position_of
from tramita.api.schemas.base import RowId
from tramita.api.schemas.files import FileChange, FileOut, FilePage, WebLinkIn
from tramita.api.versions import change_item, wanted_version
from tramita.domain.actors import Actor
from tramita.domain.codes import Method, Role
from tramita.domain.errors import NotFound
from tramita.domain.filing import told
from tramita.models import Item
from tramita.queries import files
from tramita.queries.files import Filed
from tramita.queries.items import get_visible
from tramita.queries.regroupings import living
from tramita.queries.stored import opened_file
from tramita.services import filing
from tramita.services.filing import Upload
from tramita.ui.downloads import download

router = Router(tags=["Files"])


class About(BaseModel):
    """Fields of the form besides the file."""

    tags: list[str] = Field(default_factory=list, max_length=20, description="May be repeated, or hold commas.")
    note: str = Field("", max_length=2000)
    internal: bool = Field(True, description="Only for colleagues: no mail takes it along.")


@router.get("/items/{reference}/files", response=FilePage, operation_id="list_files")
def list_files(request: HttpRequest, reference: str, paging: Query[Paging]) -> FilePage:
    """The files and links that the caller may see, those of mails and of the related group included (F-1)."""
    by, after = caller(request), position_of(paging.cursor)
    rows = files.files_of(get_visible(by, reference), by, after=after or None, limit=paging.limit + 1)
    shown, more = rows[: paging.limit], len(rows) > paging.limit
    return FilePage(results=_answers(shown, by), next=cursor_for(shown[-1].number if more else None))


@router.post("/items/{reference}/files", response={201: FileOut}, operation_id="add_file", url_name="add_file")
def add_file(request: HttpRequest, reference: str, file: File[UploadedFile], about: Form[About]) -> Status[FileOut]:
    """Put a file on an item that is the caller's, or is free and becomes theirs (F-2).

    For a Ticket that was merged it is put where that goes on, which is the item of the answer (Z-4).
    """
    by, version = caller(request), wanted_version(request)
    item = get_visible(by, reference)
    if item.method is Method.MERGED:  # whatever version of it was seen
        item, version = get_visible(by, living(item).reference), None
    (row,) = filing.add_files(
        item,
        [_upload(file)],
        told(about.tags, about.note, internal=about.internal),
        by=by,
        at=timezone.now(),
        field="file",
        version=version,
    )
    return Status(201, _answer(item, row.pk, by))


@router.post("/items/{reference}/files/links", response={201: FileOut}, operation_id="add_web_link")
def add_web_link(request: HttpRequest, reference: str, link: WebLinkIn) -> Status[FileOut]:
    """Put a link on the item, as a file; of a Ticket that was merged, where that goes on (F-1, Z-4)."""
    by = caller(request)

    def change(item: Item) -> FileOut:
        about = told(link.tags, link.note, internal=link.internal)
        row = filing.add_link(item, url=link.url, title=link.title, about=about, by=by, at=timezone.now())
        return _answer(item, row.pk, by)

    return Status(201, change_item(request, reference, change, follow=True))


@router.patch("/items/{reference}/files/{file_id}", response=FileOut, operation_id="describe_file")
def describe_file(request: HttpRequest, reference: str, file_id: RowId, wanted: FileChange) -> FileOut:
    """Change tags, note, and whether it stays inside (F-3)."""
    by = caller(request)

    def change(item: Item) -> FileOut:
        (found,) = files.chosen(item, by, [file_id])
        row = found.file
        tags = row.tags or [] if wanted.tags is None else wanted.tags
        note = row.note or "" if wanted.note is None else wanted.note
        internal = found.internal if wanted.internal is None else wanted.internal
        filing.describe(found, told(tags, note, internal=internal), by=by, at=timezone.now())
        return _answer(item, file_id, by)

    return change_item(request, reference, change)


@router.delete("/items/{reference}/files/{file_id}", response={204: None}, operation_id="remove_file")
def remove_file(request: HttpRequest, reference: str, file_id: RowId) -> Status[None]:
    """Take it off the item; the timeline says who did. A file of a mail stays with its mail."""
    by = caller(request)

    def change(item: Item) -> None:
        (found,) = files.chosen(item, by, [file_id])
        filing.remove(found, by=by, at=timezone.now())

    change_item(request, reference, change)
    return Status(204, None)


@router.get("/files/{file_id}", operation_id="read_file", url_name="read_file", openapi_extra={
    "responses": {200: {"description": "Its bytes", "content": {"application/octet-stream": {}}}}
})  # fmt: skip
def read_file(request: HttpRequest, file_id: RowId) -> HttpResponseBase:
    """The bytes of a file, as a download. What is in it is its sender's word (MAIL-57)."""
    found = files.get_file(caller(request), file_id)
    if found.url:
        raise NotFound("There is no such file.")
    return download(opened_file(found.sha256, found.filename), found.filename)


def _upload(file: UploadedFile) -> Upload:
    kind = file.content_type or "application/octet-stream"
    return Upload(file.name or "file.bin", kind, int(file.size or 0), file.chunks())


def _answer(item: Item, number: int, by: Actor) -> FileOut:
    return _answers(files.chosen(item, by, [number]), by)[0]


def _answers(found: Sequence[Filed], by: Actor) -> list[FileOut]:
    return [FileOut.model_validate(_shape(one, by)) for one in found]


def _shape(one: Filed, by: Actor) -> dict[str, Any]:
    """Tags and notes are colleagues' words, and stay with them."""
    works = by.is_staff or by.role is Role.ROBOT
    file = one.file
    return {
        "id": one.number,
        "kind": "link" if file.url else "file",
        "filename": file.filename,
        "content_type": file.content_type,
        "size": file.size,
        "url": file.url or f"/api/v1/files/{one.number}",
        "item": one.reference,
        "at": file.at,
        "by": one.by if works else None,
        "sender": one.sender or None,
        "tags": one.tags if works else (),
        "note": (file.note or None) if works else None,
        "internal": one.internal,
    }
