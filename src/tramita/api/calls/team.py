"""The Team page: how much each colleague has (H-1, H-5)."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from tramita.api.auth import caller
from tramita.api.schemas.team import LoadOut, LoadsOut, TeamFilter
from tramita.domain.narrowing import NOBODY
from tramita.queries.charts import Bar
from tramita.queries.team_load import load
from tramita.queries.views import at_work

router = Router(tags=["Directory"])


@router.get("/team", response=LoadsOut, operation_id="read_team")
def read_team(request: HttpRequest, wanted: Query[TeamFilter]) -> LoadsOut:
    """Those around the caller, with how much they have and what of it is late; 404 for a part with nobody in it.

    Their items are those of `GET /items?assignee=ID`.
    """
    found = load(at_work(caller(request)), wanted.whose, at=timezone.now())
    return LoadsOut(results=[_load(one) for one in found])


def _load(bar: Bar) -> LoadOut:
    whose = None if bar.value == NOBODY else int(bar.value)
    return LoadOut(
        id=whose, name=bar.name, total=bar.total, **{status.value: count for status, count in bar.counts.items()}
    )
