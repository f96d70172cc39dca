"""Many items changed at once, how far that is, and the way back (Z-7, BK-2)."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status
from pydantic import Field

from tramita.api.auth import caller
from tramita.api.calls.answers import as_reader, told
from tramita.api.paging import Paging, cursor_for, position_of
from tramita.api.schemas.jobs import JobIn, JobItemOut, JobItemPage, JobOut, JobPage
from tramita.domain.errors import FieldError, Invalid, NotPermitted
from tramita.models import Job
from tramita.queries import jobs
from tramita.queries.jobs import JobLine, JobView
from tramita.queries.visibility import may
from tramita.services import bulk

router = Router(tags=["Many at once"])
JOBS = "/api/v1/jobs"


class Wanted(Paging):
    """Which items of a job."""

    outcome: str = Field("", max_length=20, description="Only those: waiting, done, unchanged, refused or stopped.")


@router.post("/jobs", response={202: JobOut}, operation_id="start_job")
def start_job(request: HttpRequest, response: HttpResponse, wanted: JobIn) -> Status[JobOut]:
    """Have many items changed, one by one, by the worker. Each is changed or refused as its own call would do."""
    by = caller(request)
    if not may(by, "bulk"):  # before a reference tells whether it is there
        raise NotPermitted("You may not change many items at once.")
    ids, missing = jobs.named(by, wanted.items)
    if missing:
        raise Invalid(
            [FieldError("items", "unknown", "There is no item “%(item)s”.", {"item": one}) for one in missing]
        )
    job = bulk.begin(
        wanted.change,
        list(ids.values()),
        to=wanted.to if wanted.to is not None else "",
        category=wanted.category or "",
        tags=wanted.tags,
        by=by,
        at=timezone.now(),
    )
    return accepted(request, response, job)


@router.get("/jobs", response=JobPage, operation_id="list_jobs")
def list_jobs(request: HttpRequest, wanted: Query[Paging]) -> JobPage:
    """The caller's jobs, the newest first."""
    found, following = jobs.mine(caller(request), before=position_of(wanted.cursor) or None, limit=wanted.limit)
    return JobPage(results=[_job(one) for one in found], next=cursor_for(following))


@router.get("/jobs/{number}", response=JobOut, operation_id="get_job")
def get_job(request: HttpRequest, number: int) -> JobOut:
    """How far a job of the caller's is; who audits sees everybody's."""
    return _job(jobs.get_job(caller(request), number))


@router.get("/jobs/{number}/items", response=JobItemPage, operation_id="list_job_items")
def list_job_items(request: HttpRequest, number: int, wanted: Query[Wanted]) -> JobItemPage:
    """What came of each item, in their order."""
    by = caller(request)
    job = jobs.get_job(by, number).job
    after = position_of(wanted.cursor)
    found, following = jobs.lines(by, job, outcome=wanted.outcome, after=after, limit=wanted.limit)
    with as_reader(request):
        return JobItemPage(results=[_item(line) for line in found], next=cursor_for(following))


@router.post("/jobs/{number}/stop", response=JobOut, operation_id="stop_job")
def stop_job(request: HttpRequest, number: int) -> JobOut:
    """Leave alone what was not yet begun."""
    by = caller(request)
    bulk.stop(jobs.get_job(by, number).job, by=by)
    return _job(jobs.get_job(by, number))


@router.post("/jobs/{number}/undo", response={202: JobOut}, operation_id="undo_job")
def undo_job(request: HttpRequest, response: HttpResponse, number: int) -> Status[JobOut]:
    """Take back what was done, by a job of its own. An item that was changed since is left as it is, and told."""
    by = caller(request)
    made = bulk.undo(jobs.get_job(by, number).job, by=by, at=timezone.now())
    return accepted(request, response, made)


def accepted(request: HttpRequest, response: HttpResponse, job: Job) -> Status[JobOut]:
    """A job that was begun, with its address."""
    response["Location"] = f"{JOBS}/{job.pk}"
    return Status(202, _job(jobs.get_job(caller(request), job.pk)))


def _job(view: JobView) -> JobOut:
    job = view.job
    return JobOut.model_validate(
        {
            "id": job.pk,
            "change": job.change,
            "undoes": job.undoes_id,
            "undone_by": view.undone_by,
            "total": job.total,
            "counts": view.counts,
            "running": view.running,
            "created_at": job.created_at,
            "ended_at": job.ended_at,
        }
    )


def _item(line: JobLine) -> JobItemOut:
    return JobItemOut(item=line.reference or None, outcome=line.outcome, **told(line.error))
