"""The page that the link in a mail to a manager opens: the request, and two buttons (MAIL-52, AP-11, AP-12).

Nobody signs in: the key in the address says whose it is, and the page does too, so that who got it forwarded sees in
whose name they would decide. Looking decides nothing, for programs that look for malice open every link.
"""

from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tramita.domain.errors import Conflict, Invalid, NotFound, NotPermitted, TramitaError
from tramita.portal.access import changes_seen
from tramita.queries.approvals import shown_to, voices
from tramita.queries.approved_things import about, changes_since
from tramita.services import approving_by_mail
from tramita.services.approving_by_mail import DECISIONS, Invitation
from tramita.services.field_words import said_fields
from tramita.ui import errors
from tramita.ui.allowance import Allowances

A_MINUTE = 60  # looks and decisions of one address and process
allowances = Allowances()


@csrf_exempt  # nothing to steal: who knows the address may decide, whatever the browser carries; so no cookie is set
@require_http_methods(["GET", "HEAD", "POST"])
def by_mail(request: HttpRequest, key: str) -> HttpResponse:
    """Show the request, or decide."""
    return too_often(request, allowances, A_MINUTE) or kept_secret(_answer(request, key))


def too_often(request: HttpRequest, known: Allowances, a_minute: int) -> HttpResponse | None:
    """The answer to who asked too often within a minute, else nothing."""
    seconds = known.take(get_adapter().get_client_ip(request), a_minute)
    if not seconds:
        return None
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(seconds)
    return response


def kept_secret(response: HttpResponse) -> HttpResponse:
    """The address is a key: it goes to no other site, into no cache and no index."""
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _answer(request: HttpRequest, key: str) -> HttpResponse:
    try:
        invited = approving_by_mail.read(key, at=timezone.now())
    except NotFound:
        return render(request, "portal/no_link.html", status=404)
    reader = invited.person
    zone = ZoneInfo(reader.time_zone or settings.TIME_ZONE)
    with translation.override(reader.language or settings.LANGUAGE_CODE), timezone.override(zone):
        return _decide(request, key) if request.method == "POST" else _page(request, invited)


def _decide(request: HttpRequest, key: str) -> HttpResponse:
    at, verb, reason = timezone.now(), request.POST.get("decision", ""), request.POST.get("reason", "")
    try:
        if verb not in DECISIONS:
            raise Invalid.one("decision", "required", "Choose one.")
        approving_by_mail.decide(key, verb, reason=reason, at=at, seen=changes_seen(request))
    except (Conflict, NotPermitted, Invalid) as error:
        return _page(request, approving_by_mail.read(key, at=at), refused=error, reason=reason)
    return redirect("approve-by-mail", key)


def _page(
    request: HttpRequest, invited: Invitation, *, refused: TramitaError | None = None, reason: str = ""
) -> HttpResponse:
    """The same page whatever happened: what it says follows from what is so now. Cost: five statements, a few more
    where an Action asks."""
    approval, thing = invited.approval, about(invited.approval.item)
    context: dict[str, Any] = {
        "asked": shown_to(approval, invited.person, at=timezone.now()),
        "thing": thing,
        "changes": changes_since(approval),
        "voices": voices(approval),
        "fields": list(said_fields(thing.fields)),
        "organisation": approval.organisation.name if approval.organisation else "",
        "person": invited.person.name or invited.person.email,
        "signed_in": False,
        "closed": invited.closed,
        "mine": invited.used_at is not None,
        "expires_at": invited.expires_at,
        "instead": invited.instead,
        "refused": errors.sentence(refused) if refused and not invited.closed else "",
        "reason": reason,
    }
    return render(request, "portal/approve.html", context, status=refused.status if refused else 200)
