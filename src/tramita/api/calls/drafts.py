"""Drafts: what the caller is writing on an item and has not sent."""

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Router
from ninja.responses import Status

from tramita.api.auth import caller
from tramita.api.schemas.drafts import DraftIn, DraftOut
from tramita.api.versions import etag, wanted_version
from tramita.domain.errors import NotFound
from tramita.models import Draft
from tramita.queries.items import get_visible
from tramita.services import drafts
from tramita.services.drafts import Written

router = Router(tags=["Writing"])
Kind = Annotated[Literal["reply", "note"], Path()]


@router.get("/items/{reference}/drafts/{kind}", response=DraftOut, operation_id="get_draft")
def get_draft(request: HttpRequest, response: HttpResponse, reference: str, kind: Kind) -> DraftOut:
    """The caller's own draft; its version is the ETag."""
    found = drafts.held_by(get_visible(caller(request), reference), kind, by=caller(request))
    if found is None:
        raise NotFound("There is no such draft.")
    return _answer(response, found)


@router.put("/items/{reference}/drafts/{kind}", response={200: DraftOut, 204: None}, operation_id="put_draft")
def put_draft(
    request: HttpRequest, response: HttpResponse, reference: str, kind: Kind, draft: DraftIn
) -> Status[DraftOut | None]:
    """Keep a draft; an empty one is none (204). `If-Match` is the draft's version: a stale one gets both texts."""
    item, by = get_visible(caller(request), reference), caller(request)
    written = Written(**draft.model_dump())
    saved = drafts.save(item, kind, written, version=wanted_version(request), by=by, at=timezone.now())
    if saved.draft is None:
        return Status(204, None)
    return Status(200, _answer(response, saved.draft, newer=saved.newer))


@router.delete("/items/{reference}/drafts/{kind}", response={204: None}, operation_id="discard_draft")
def discard_draft(request: HttpRequest, reference: str, kind: Kind) -> Status[None]:
    """Throw the draft away. There may be none. `If-Match` is the draft's version."""
    item = get_visible(caller(request), reference)
    drafts.discard(item, kind, by=caller(request), version=wanted_version(request))
    return Status(204, None)


def _answer(response: HttpResponse, draft: Draft, *, newer: bool = False) -> DraftOut:
    response["ETag"] = etag(draft.version)
    answer = DraftOut.model_validate(draft)
    answer.newer = newer
    return answer
