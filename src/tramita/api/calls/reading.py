"""What happened to an item, why it is due when it is, and everything that happened anywhere."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from pydantic import BaseModel, Field

from tramita.api.auth import caller
from tramita.api.paging import USUAL, Limit, Paging, cursor_for, position_of
from tramita.api.schemas.timeline import DueExplainedOut, EventOut, EventPage, TimelinePage
from tramita.domain.errors import NotPermitted
from tramita.queries import due
from tramita.queries.events import events
from tramita.queries.items import get_visible
from tramita.queries.timeline import TimelineEntry, timeline
from tramita.queries.visibility import takes_along

router = Router(tags=["Reading"])


class Entries(Paging):
    """Which entries."""

    type: list[str] | None = Field(None, max_length=50, description="Only these types; may be repeated.")


class After(BaseModel):
    """Where a follower goes on."""

    limit: Limit = USUAL
    after: str | None = Field(None, max_length=100, description="The `next` of the page before.")
    cursor: str | None = Field(None, max_length=100, description="Another name of `after`, as other lists have it.")


@router.get("/items/{reference}/timeline", response=TimelinePage, operation_id="read_timeline")
def read_timeline(request: HttpRequest, reference: str, wanted: Query[Entries]) -> TimelinePage:
    """The entries that the caller may read, oldest first, those shared by its related group included (G-11)."""
    item = get_visible(caller(request), reference)
    after = position_of(wanted.cursor)
    types = [name.strip() for one in wanted.type for name in one.split(",")] if wanted.type else None
    rows = timeline(item, caller(request), types, after=after, limit=wanted.limit + 1)
    shown, more = rows[: wanted.limit], len(rows) > wanted.limit
    return TimelinePage.model_validate(
        {"results": [row.as_json() for row in shown], "next": cursor_for(shown[-1].id if more else None)}
    )


@router.get("/items/{reference}/due", response=DueExplainedOut, by_alias=True, operation_id="explain_due")
def explain_due(request: HttpRequest, reference: str) -> DueExplainedOut:
    """Why this due date: when its clock ran and stood, and for what reason (Z-15)."""
    item = get_visible(caller(request), reference)
    return DueExplainedOut.model_validate(due.explain(item, timezone.now()))


@router.get("/events", response=EventPage, operation_id="read_events")
def read_events(request: HttpRequest, wanted: Query[After]) -> EventPage:
    """Everything that happened on the items that the caller sees, in order, for followers that miss nothing."""
    by = caller(request)
    if not takes_along(by):
        raise NotPermitted("You may not take lists along as files.")
    page = events(by, after=wanted.after or wanted.cursor, limit=wanted.limit)
    return EventPage(results=[_event(entry) for entry in page.results], next=page.next)


def _event(entry: TimelineEntry) -> EventOut:
    return EventOut.model_validate({**entry.as_json(), "id": entry.id})
