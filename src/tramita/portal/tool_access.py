"""A program asks whether it may work with somebody's rights: the page where they say so, and where they take it back.

For staff and for who asks. Nothing that the program sent is believed before its own document says the same.
"""

import re
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tramita.domain.errors import Invalid, NotFound
from tramita.models import Person
from tramita.portal.by_mail import too_often
from tramita.queries.people import actor_for
from tramita.services import tool_access, tool_clients
from tramita.services.tool_clients import ToolClient
from tramita.ui.allowance import Allowances
from tramita.ui.bearing import ISSUER, RESOURCE, ours

SALT = "tramita.portal.tool_access"
A_MINUTE = 20  # of one address and process
LASTS_SECONDS = 600
LONGEST = 2000
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # an S256
ASKED = ("response_type", "client_id", "redirect_uri", "code_challenge", "code_challenge_method", "state", "resource")
allowances = Allowances()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Who asks and for what; a press of the button sends the browser back with a code, or with a no."""
    if refused := too_often(request, allowances, A_MINUTE):
        return refused
    response = _decided(request) if request.method == "POST" else _shown(request)
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    return response


@login_required
@require_POST
def take_back(request: HttpRequest, number: int) -> HttpResponse:
    """A program may no more."""
    try:
        tool_access.take_back(number, by=actor_for(_person(request)))
    except NotFound:
        return render(request, "404.html", {"said": ""}, status=404)
    messages.success(request, _("The program has no access any more."))
    return redirect("security")


def _shown(request: HttpRequest) -> HttpResponse:
    asked = {name: request.GET.get(name, "") for name in ASKED}
    if any(len(request.GET.getlist(name)) > 1 for name in ASKED):  # RFC 6749 section 3.1
        return _refused(request)
    try:
        client = tool_clients.known(asked["client_id"])
    except Invalid:
        return _refused(request)
    if not tool_clients.safe(asked["redirect_uri"]) or not client.takes(asked["redirect_uri"]):
        return _refused(request)
    if error := _wrong(asked):
        return _back(asked, error=error)
    person = _person(request)
    known = {"by": person.pk, "client": [client.address, client.name, client.host], "asked": asked}
    context: dict[str, Any] = {
        "client": client,
        "person": person,
        "leads_to": urlsplit(asked["redirect_uri"]).netloc,
        "asked": signing.dumps(known, salt=SALT),
    }
    response = render(request, "portal/tool_access.html", context)
    parts = urlsplit(asked["redirect_uri"])
    # the form's answer leads there, which the policy of the page must allow
    response._csp_update = {"form-action": [f"{parts.scheme}://{parts.netloc}"]}  # type: ignore[attr-defined]  # django-csp reads it
    return response


def _decided(request: HttpRequest) -> HttpResponse:
    try:
        known = signing.loads(request.POST.get("asked", ""), salt=SALT, max_age=LASTS_SECONDS)
    except signing.BadSignature:
        return _refused(request)
    person, asked = _person(request), known["asked"]
    if known["by"] != person.pk:
        return _refused(request)
    if request.POST.get("do") != "allow":
        return _back(asked, error="access_denied")
    address, name, host = known["client"]
    code = tool_access.allow(
        ToolClient(address, name, host, ()),
        redirect_uri=asked["redirect_uri"],
        challenge=asked["code_challenge"],
        by=actor_for(person),
        at=timezone.now(),
    )
    return _back(asked, code=code)


def _wrong(asked: dict[str, str]) -> str:
    """What of the request is not as it must be, in OAuth's words."""
    if asked["response_type"] != "code":
        return "unsupported_response_type"
    if asked["code_challenge_method"] != "S256" or not CHALLENGE.fullmatch(asked["code_challenge"]):
        return "invalid_request"
    if len(asked["state"]) > LONGEST:  # cut, it would be another
        return "invalid_request"
    return "" if asked["resource"] == ours(RESOURCE) else "invalid_target"


def _back(asked: dict[str, str], **told: str) -> HttpResponse:
    """To the program, with who we are (RFC 9207)."""
    more = {**told, "iss": ours(ISSUER), **({"state": asked["state"]} if asked["state"] else {})}
    join = "&" if urlsplit(asked["redirect_uri"]).query else "?"
    response = HttpResponse(status=302)
    response["Location"] = f"{asked['redirect_uri']}{join}{urlencode(more)}"
    return response


def _refused(request: HttpRequest) -> HttpResponse:
    """Nobody is led anywhere by an address that nobody vouches for."""
    return render(request, "portal/tool_access_refused.html", status=400)


def _person(request: HttpRequest) -> Person:
    return cast("Person", request.user)
