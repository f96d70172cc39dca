"""Feedback inside the window, and what comes of it (T-45, RP-1)."""

from datetime import datetime, timedelta
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, ConfigDict, Field

from tramita.api.auth import caller
from tramita.api.paging import Paging, cursor_for, position_of
from tramita.api.schemas.base import QueryMoment
from tramita.api.schemas.feedback import FeedbackIn, FeedbackList, FeedbackOut, FeedbackPage, ResultsOut
from tramita.api.schemas.files import Author
from tramita.api.versions import change_item
from tramita.domain.codes import Role
from tramita.models import Feedback, Item, Person
from tramita.queries import feedback as read
from tramita.queries.items import get_visible
from tramita.services import feedback

USUAL = timedelta(days=90)
router = Router(tags=["Feedback"])
Since = Annotated[QueryMoment | None, Field(description="90 days ago, if not given.")]


class Period(BaseModel):
    """Since when."""

    model_config = ConfigDict(extra="ignore")

    since: Since = None


class Wanted(Paging):
    """Which words."""

    since: Since = None


@router.post("/items/{reference}/feedback", response={201: FeedbackOut}, operation_id="give_feedback")
def give_feedback(request: HttpRequest, reference: str, given: FeedbackIn) -> Status[FeedbackOut]:
    """Who asked, or a manager of theirs, says whether it is done. That it is not takes the item up again (T-45)."""

    def change(item: Item) -> FeedbackOut:
        say = feedback.confirm if given.done else feedback.dispute
        say(item, rating=given.rating, comment=given.comment, by=caller(request), at=timezone.now())
        return _answer(read.of_item(item)[0])

    return Status(201, change_item(request, reference, change))


@router.get("/items/{reference}/feedback", response=FeedbackList, operation_id="list_feedback_of_item")
def list_feedback_of_item(request: HttpRequest, reference: str) -> FeedbackList:
    """What was said of it."""
    item = get_visible(caller(request), reference)
    return FeedbackList(results=[_answer(one) for one in read.of_item(item)])


@router.get("/feedback", response=FeedbackPage, operation_id="list_feedback")
def list_feedback(request: HttpRequest, wanted: Query[Wanted]) -> FeedbackPage:
    """What was said of the items that the caller sees. For those who may read reports."""
    found = read.lately(
        caller(request),
        since=_since(wanted.since),
        limit=wanted.limit + 1,
        before=position_of(wanted.cursor) or None,
    )
    page, more = found[: wanted.limit], len(found) > wanted.limit
    return FeedbackPage(results=[_answer(one) for one in page], next=cursor_for(page[-1].pk) if more else None)


@router.get("/feedback/results", response=ResultsOut, operation_id="feedback_results")
def feedback_results(request: HttpRequest, period: Query[Period]) -> ResultsOut:
    """Counted by queue, and by who resolved it. For those who may read reports."""
    by, since = caller(request), _since(period.since)
    said = {"queues": read.by_queue(by, since=since), "resources": read.by_resource(by, since=since)}
    return ResultsOut.model_validate({"since": since, **said})


def _since(given: datetime | None) -> datetime:
    return given or timezone.now() - USUAL


def _answer(one: Feedback) -> FeedbackOut:
    return FeedbackOut(
        item=one.item.reference,
        done=one.done,
        rating=one.rating,
        by=_author(one.person),
        at=one.at,
        resolved_at=one.resolved_at,
        resolved_by=_author(one.resolver) if one.resolver else None,
    )


def _author(person: Person) -> Author:
    return Author(id=person.pk, name=person.name, kind="robot" if person.role == Role.ROBOT else "human")
