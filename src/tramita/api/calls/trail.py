"""The audit, for those who may read it (SEC-3)."""

from django.http import HttpRequest
from ninja import Query, Router

from tramita.api.auth import caller
from tramita.api.paging import cursor_for, position_of
from tramita.api.schemas.trail import TrailFilter, TrailPage
from tramita.queries import trail
from tramita.queries.items import get_visible
from tramita.queries.people import person_by_name
from tramita.queries.trail import Wanted

router = Router(tags=["Audit"])
NOBODY = 0  # no id of anybody


@router.get("/audit", response=TrailPage, operation_id="read_audit")
def read_audit(request: HttpRequest, wanted: Query[TrailFilter]) -> TrailPage:
    """Who did what, who opened which item, what was changed in the configuration; newest first (SEC-3).

    A line comes a moment after what it tells of, when it is sealed.
    """
    by = caller(request)
    trail.require(by)
    person = person_by_name(wanted.person) if wanted.person else None
    rows = trail.lines(
        by,
        Wanted(
            what=wanted.what or "",
            person=(person.pk if person else NOBODY) if wanted.person else None,
            item=get_visible(by, wanted.item).pk if wanted.item else None,
            since=wanted.since,
            until=wanted.until,
        ),
        before=position_of(wanted.cursor) or None,
        limit=wanted.limit + 1,
    )
    shown, more = rows[: wanted.limit], len(rows) > wanted.limit
    return TrailPage.model_validate({"results": shown, "next": cursor_for(shown[-1].id if more else None)})
