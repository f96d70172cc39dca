"""A process is written, checked and published, as in the Builder: by those who write drafts, and who set them live."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from tramita.api.auth import caller
from tramita.api.schemas.processes import (
    CheckedIn,
    DraftOfProcessOut,
    DroppedIn,
    NewProcessIn,
    NewsOut,
    ProcessOut,
    Which,
    WhichIn,
    WrittenIn,
)
from tramita.domain.errors import Invalid
from tramita.models import ProcessDraft
from tramita.queries import builder
from tramita.services import process_drafts, process_settings
from tramita.services.mailbox_settings import permit_drafts

router = Router(tags=["Configuration"])
PROCESS = "/configuration/process"


@router.post("/configuration/processes", response={201: ProcessOut}, operation_id="add_process")
def add(request: HttpRequest, wanted: NewProcessIn) -> Status[ProcessOut]:
    """A new process of a service, as a draft: nothing runs by it, and no list has it yet."""
    path = process_drafts.add(**wanted.model_dump(), by=caller(request), at=timezone.now())
    return Status(201, _told(wanted.kind, path))


@router.get(PROCESS, response=ProcessOut, operation_id="read_process")
def read(request: HttpRequest, which: Query[Which]) -> ProcessOut:
    """What is published of a process, as files write it, and its draft."""
    permit_drafts(caller(request))
    return _told(*named(which))


@router.post(f"{PROCESS}/check", response=NewsOut, operation_id="check_process")
def check(request: HttpRequest, wanted: CheckedIn) -> NewsOut:
    """Validate it with all the rest, as if it was published; nothing is kept. 422 names each fault as `line:NUMBER`."""
    kind, path = named(wanted)
    by, now = caller(request), timezone.now()
    new = process_settings.change(kind, path, wanted.text, read=wanted.read, check_only=True, by=by, at=now)
    return NewsOut(new=new)


@router.put(f"{PROCESS}/draft", response=ProcessOut, operation_id="put_process_draft")
def put_draft(request: HttpRequest, wanted: WrittenIn) -> ProcessOut:
    """Keep what was written so far, whatever is still to be put right in it."""
    kind, path = named(wanted)
    by, now = caller(request), timezone.now()
    process_drafts.save(kind, path, wanted.text, read=wanted.read, draft=wanted.draft, by=by, at=now)
    return _told(kind, path)


@router.delete(f"{PROCESS}/draft", response={204: None}, operation_id="discard_process_draft")
def discard(request: HttpRequest, wanted: DroppedIn) -> Status[None]:
    """Throw the draft away; of a process that was never published nothing is left."""
    kind, path = named(wanted)
    process_drafts.discard(kind, path, draft=wanted.draft, by=caller(request))
    return Status(204, None)


@router.post(f"{PROCESS}/publish", response=NewsOut, operation_id="publish_process")
def publish(request: HttpRequest, wanted: WrittenIn) -> NewsOut:
    """Set it live as a new version; items that run keep theirs, and the draft is over."""
    kind, path = named(wanted)
    by, now = caller(request), timezone.now()
    new = process_drafts.publish(kind, path, wanted.text, read=wanted.read, draft=wanted.draft, by=by, at=now)
    return NewsOut(new=new)


def named(which: Which | WhichIn) -> tuple[str, str]:
    """Kind and path. Raises: Invalid, for none and for both."""
    found = [(kind, path) for kind, path in (("category", which.category), ("case_type", which.case_type)) if path]
    if len(found) != 1:
        raise Invalid.one("category", "required", "Give a category or a Case type.")
    return found[0]


def _told(kind: str, path: str) -> ProcessOut:
    found = builder.process(kind, path)
    text, read = process_settings.written(kind, path)
    draft = builder.draft(found.id)
    return ProcessOut(
        category=path if kind == "category" else None,
        case_type=path if kind == "case_type" else None,
        title=found.title,
        version=found.number,
        published_at=found.published_at,
        text=text,
        read=read,
        draft=_draft(draft) if draft else None,
    )


def _draft(one: ProcessDraft) -> DraftOfProcessOut:
    by = one.saved_by.name if one.saved_by else None
    return DraftOfProcessOut(text=one.text, read=one.base, number=one.number, saved_by=by, saved_at=one.saved_at)
