"""“While I am away”: a manager names who decides in their place (Z-16)."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tramita.domain.codes import Role
from tramita.domain.errors import Invalid, NotPermitted
from tramita.models import Substitution
from tramita.portal.access import CustomerRequest, customer, shown
from tramita.portal.requests import around
from tramita.queries import substitutes
from tramita.services import substituting
from tramita.ui import errors

NAMES = ("substitute", "from", "to")


@require_http_methods(["GET", "HEAD", "POST"])
@customer
def substitute(request: CustomerRequest) -> HttpResponse:
    """Who, from when and until when; or nobody any more."""
    if request.actor.role is not Role.MANAGER:
        raise NotPermitted("Only a manager of an organisation has a substitute.")
    named, faults = _named(substitutes.of(request.person), timezone.now()), {}
    typed = {name: str(value) for name, value in named.items()} or dict.fromkeys(NAMES, "")
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in NAMES}
        try:
            return _done(request, typed)
        except Invalid as refused:
            faults = errors.by_field(refused)
    return shown(
        request,
        "portal/substitute.html",
        status=422 if faults else 200,
        here="",
        typed=typed,
        faults=faults,
        named=named,
        colleagues=[(one.email, one.name or one.email) for one in substitutes.colleagues(request.person)],
        **around(request),
    )


def _done(request: CustomerRequest, typed: dict[str, str]) -> HttpResponse:
    if "end" in request.POST:
        substituting.end(by=request.actor)
        messages.success(request, _("Nobody decides in your place any more."))
    else:
        first, last = (_day(typed[name]) for name in ("from", "to"))
        at = timezone.now()
        row = substituting.name(typed["substitute"], first=first, last=last, by=request.actor, at=at)
        said = row.substitute.name or row.substitute.email
        messages.success(request, _("%(name)s decides in your place while you are away.") % {"name": said})
    return redirect("portal-substitute")


def _named(row: Substitution | None, now: datetime) -> dict[str, Any]:
    """Who is named now, by the names of the form; nothing once it is over."""
    if row is None or row.ends_at <= now:
        return {}
    first, last = timezone.localdate(row.starts_at), timezone.localdate(row.ends_at - timedelta(seconds=1))
    return {"substitute": row.substitute.email or "", "from": first, "to": last, "name": str(row.substitute)}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
