"""When people are away, and who stands in for them: one's own, and of those who report to one (Q-7, Q-11)."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from tramita.api.auth import caller
from tramita.api.schemas.directory import AbsenceIn, AbsenceOut
from tramita.services import absences

router = Router(tags=["Directory"])


@router.put("/users/{name}/absence", response=AbsenceOut, by_alias=True, operation_id="put_absence")
def put_absence(request: HttpRequest, name: str, given: AbsenceIn) -> AbsenceOut:
    """Say when a user is away, by their address: oneself, or somebody who reports to the caller."""
    substitute, at = given.substitute or "", timezone.now()
    person = absences.say(name, first=given.from_, last=given.to, substitute=substitute, by=caller(request), at=at)
    return AbsenceOut.model_validate(person.absent)


@router.delete("/users/{name}/absence", response={204: None}, operation_id="end_absence")
def end_absence(request: HttpRequest, name: str) -> Status[None]:
    """They are here: no absence is kept of them any more."""
    absences.end(name, by=caller(request), at=timezone.now())
    return Status(204, None)
