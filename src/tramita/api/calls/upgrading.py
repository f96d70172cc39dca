"""Running Cases move to the newest version of their type: what it would do, and the job (decision 48)."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router
from ninja.responses import Status

from tramita.api.auth import caller
from tramita.api.calls.jobs import accepted
from tramita.api.schemas.jobs import JobOut
from tramita.api.schemas.upgrades import PreviewIn, PreviewOut, UpgradeIn
from tramita.domain import upgrades as rules
from tramita.domain.errors import NotPermitted
from tramita.domain.upgrades import Chosen
from tramita.queries import upgrades
from tramita.queries.shell import operates
from tramita.services import upgrading_many

router = Router(tags=["The flow of Cases"])


@router.post("/case-types/upgrades/preview", response=PreviewOut, operation_id="preview_upgrade")
def preview_upgrade(request: HttpRequest, wanted: PreviewIn) -> PreviewOut:
    """What moving the Cases that run by a version to the newest one would do. Nothing is changed."""
    if not operates(caller(request)):
        raise NotPermitted("Only those who configure the desk may do this.")
    found, chosen = upgrades.versions(wanted.case_type, wanted.old), Chosen(wanted.steps, wanted.actions)
    rules.check(found.old, found.new, chosen)
    seen = upgrades.preview(found, chosen)
    return PreviewOut.model_validate(seen.told(found) | {"steps": seen.steps, "actions": seen.actions})


@router.post("/case-types/upgrades", response={202: JobOut}, operation_id="start_upgrade")
def start_upgrade(request: HttpRequest, response: HttpResponse, wanted: UpgradeIn) -> Status[JobOut]:
    """Have them moved, one by one, by the worker. `POST /jobs/{id}/undo` takes back what nobody went on with."""
    job = upgrading_many.begin(
        wanted.case_type,
        old=wanted.old,
        new=wanted.new,
        chosen=Chosen(wanted.steps, wanted.actions),
        by=caller(request),
        at=timezone.now(),
    )
    return accepted(request, response, job)
