"""What customers said of the work: by queue, by who resolved it, and the newest (T-45, RP-1)."""

from collections.abc import Iterable
from datetime import timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import number_format
from django.views.decorators.http import require_safe

from tramita.queries import feedback
from tramita.queries.feedback import Result
from tramita.web.access import StaffRequest, staff
from tramita.web.rendering import page

PERIODS = ("30", "90", "365")  # days
USUAL = "90"
MOST = 20  # of the newest


@require_safe
@staff
def results(request: StaffRequest) -> HttpResponse:
    """Of the last so many days, as far as one sees the items. Cost: three statements."""
    asked = request.GET.get("days", "")
    days = asked if asked in PERIODS else USUAL
    since = timezone.now() - timedelta(days=int(days))
    return page(
        request,
        "web/feedback.html",
        "contacts",
        days=days,
        periods=PERIODS,
        queues=_told(feedback.by_queue(request.actor, since=since)),
        resources=_told(feedback.by_resource(request.actor, since=since)),
        newest=feedback.lately(request.actor, since=since, limit=MOST),
    )


def _told(results: Iterable[Result]) -> list[tuple[Result, str]]:
    """Each with its average in words."""
    return [(one, "–" if one.average is None else number_format(one.average, 1)) for one in results]
