"""When people are away: one's own among the settings, those of others for whoever they report to (Q-7, Q-11)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tramita.domain.actors import STAFF, Actor
from tramita.domain.errors import Invalid, NotPermitted
from tramita.models import Person
from tramita.queries import reporting
from tramita.queries.reporting import Line
from tramita.queries.visibility import everywhere
from tramita.services import absences
from tramita.ui import errors
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.rendering import page


def leads(actor: Actor, line: Line) -> bool:
    """Whether they say of others when these are away."""
    return bool(line.reports) or everywhere(actor, "manage_users")


@require_http_methods(["GET", "POST"])
@staff
def of_all(request: StaffRequest) -> HttpResponse:
    """Oneself and those who report to one; for who manages users, everybody who works here. One form a person."""
    if request.method == "GET":
        return _page(request, {})
    address = inputs.text(request, "person") or request.actor.email
    try:
        _say(request, address)
    except Invalid as refused:
        return _page(request, errors.by_field(refused), refused_of=address)
    return redirect("absences")


def _say(request: StaffRequest, address: str) -> None:
    by, at = request.actor, timezone.now()
    if inputs.flag(request, "end"):
        absences.end(address, by=by, at=at)
    else:
        first, last = inputs.day(request, "from"), inputs.day(request, "to")
        substitute = inputs.text(request, "substitute")
        absences.say(address, first=first, last=last, substitute=substitute, by=by, at=at)
    messages.success(request, _("Saved."))


def _page(request: StaffRequest, faults: dict[str, str], *, refused_of: str = "") -> HttpResponse:
    actor, line = request.actor, reporting.line_of(request.actor)
    everybody = list(Person.objects.filter(is_active=True, role__in=STAFF).order_by("name", "pk"))
    theirs = everybody if everywhere(actor, "manage_users") else [one for one in everybody if one.pk in line.reports]
    shown = [one for one in everybody if one.pk == actor.id] + [one for one in theirs if one.pk != actor.id]
    if refused_of and refused_of not in {one.email for one in shown}:
        raise NotPermitted("Only they themselves, or whoever they report to, say when they are away.")
    return page(
        request,
        "web/absences.html",
        "absences",
        status=422 if faults else 200,
        people=[_row(request, one, everybody, faults if one.email == refused_of else {}) for one in shown],
    )


def _row(request: StaffRequest, person: Person, everybody: list[Person], faults: dict[str, str]) -> dict[str, Any]:
    kept = person.absent or {}
    names = ("from", "to", "substitute")
    typed = {name: inputs.text(request, name) if faults else kept.get(name) or "" for name in names}
    return {
        "pk": person.pk,
        "address": person.email,
        "name": str(person),
        "own": person.pk == request.actor.id,
        "absent": bool(kept),
        "faults": faults,
        "substitutes": [(one.email, str(one)) for one in everybody if one.pk != person.pk],
        **typed,
    }
