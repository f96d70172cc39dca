"""Single sign-on: to the provider and back, and out again (TO-7).

Links and no forms: our pages send those to nobody else.
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from tramita.domain.errors import Conflict, NotFound
from tramita.portal import second_step
from tramita.portal.by_mail import too_often
from tramita.services import sign_on
from tramita.services.sign_on import Asked
from tramita.ui import errors
from tramita.ui.allowance import Allowances

ASKED, WAY = "sign_on_asked", "signed_on"  # in the session
MOST_AT_ONCE = 5  # pages from which somebody begins
A_MINUTE = 30  # of one address and process
LONGEST = 4096  # characters of what a provider sends back
SAID = ("state", "code", "error", "error_description", "iss")
allowances = Allowances()


def _kept_private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Not too often, in no cache; what goes wrong is a page with a sentence."""

    @wraps(view)
    def guarded(request: HttpRequest, key: str) -> HttpResponse:
        refused = too_often(request, allowances, A_MINUTE)
        if refused is not None:
            return refused
        try:
            response = view(request, key)
        except NotFound:
            response = render(request, "404.html", {"said": ""}, status=404)
        except Conflict as wrong:
            said = {"said": errors.sentence(wrong)}
            response = render(request, "portal/sign_on_refused.html", said, status=wrong.status)
        response["Cache-Control"] = "no-store, private"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return guarded


@require_safe
@_kept_private
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """To the provider."""
    page, asked = sign_on.begin(
        key,
        back=_address("sign-on-back", key),
        after=_ours(request, request.GET.get("next", "")),
        language=get_language() or "",
        at=timezone.now(),
    )
    others = [one for one in request.session.get(ASKED, []) if isinstance(one, dict)]
    request.session[ASKED] = [*others[1 - MOST_AT_ONCE :], asdict(asked)]
    return HttpResponseRedirect(page)


@require_safe
@_kept_private
def back(request: HttpRequest, key: str) -> HttpResponse:
    """Where the provider sends the browser. What was asked serves once, whatever comes of it."""
    answer = {name: request.GET[name][:LONGEST] for name in SAID if name in request.GET}
    asked = _taken(request, answer.get("state", ""))
    person = sign_on.complete(key, asked, answer, back=_address("sign-on-back", key), at=timezone.now())
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[WAY] = key
    after = _ours(request, asked.after if asked else "")
    return second_step.known_from_now_on(request, redirect(after or settings.LOGIN_REDIRECT_URL), person)


@require_safe
@_kept_private
def signed_out(request: HttpRequest, key: str) -> HttpResponse:
    """They are out here, and may still be in there."""
    return render(request, "portal/signed_out.html", {"provider": sign_on.get(key)})


@require_safe
@_kept_private
def leave(request: HttpRequest, key: str) -> HttpResponse:
    """To the provider's own page for signing out."""
    page = sign_on.page_of_sign_out(key, back=_address("account_login"))
    return HttpResponseRedirect(page) if page else redirect("account_login")


def way_out(request: HttpRequest) -> str:
    """Where who signed in by a provider comes to when they sign out; empty for others."""
    key = request.session.get(WAY)
    return reverse("signed-out", args=[key]) if key else ""


def _taken(request: HttpRequest, state: str) -> Asked | None:
    """What was asked with this state; it is asked no more."""
    kept = [Asked(**one) for one in request.session.get(ASKED, [])]
    request.session[ASKED] = [asdict(one) for one in kept if one.state != state]
    return next((one for one in kept if one.state == state), None)


def _ours(request: HttpRequest, address: str) -> str:
    """The address, if it leads nowhere else."""
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if safe else ""


def _address(name: str, *args: str) -> str:
    """As it must stand among the addresses that the provider knows."""
    return settings.TRAMITA_BASE_URL.rstrip("/") + reverse(name, args=args)
