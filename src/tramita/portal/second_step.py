"""The second step of signing in: a code, before anybody is signed in; and the browser that is known afterwards (TO-7).

What the first step found stands in the session of nobody, for ten minutes.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from tramita.domain.errors import Conflict, Invalid
from tramita.models import Person
from tramita.portal.by_mail import too_often
from tramita.services import devices, second_factor
from tramita.ui import errors
from tramita.ui.allowance import Allowances

KEPT = "second_step"  # in the session
SERVES = timedelta(minutes=10)
A_MINUTE = 20  # of one address and process
LONGEST = 100  # characters of a code
COOKIE, YEARS = "browser", 2 * 365 * 86_400
allowances = Allowances()


def remember(request: HttpRequest, person: Person, *, after: str) -> None:
    """The password was right; `after` is where they were going."""
    request.session.cycle_key()
    request.session[KEPT] = {"person": person.pk, "since": timezone.now().isoformat(), "after": after}


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form; a right code signs in."""
    person = _waiting(request)
    if person is None:
        return redirect("account_login")
    if request.method != "POST":
        return _page(request)
    if refused := too_often(request, allowances, A_MINUTE):
        return refused
    try:
        second_factor.check(person, request.POST.get("code", "")[:LONGEST], at=timezone.now())
    except (Invalid, Conflict) as wrong:
        return _page(request, errors.by_field(wrong).get("code") or errors.sentence(wrong), wrong.status)
    after = request.session.pop(KEPT)["after"]
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    safe = url_has_allowed_host_and_scheme(after, {request.get_host()}, require_https=request.is_secure())
    return known_from_now_on(request, redirect(after if safe else settings.LOGIN_REDIRECT_URL), person)


def _waiting(request: HttpRequest) -> Person | None:
    """Whose password was right a moment ago, if they are still somebody."""
    kept = request.session.get(KEPT)
    if not kept or datetime.fromisoformat(kept["since"]) + SERVES < timezone.now():
        return None
    return Person.objects.filter(pk=kept["person"], is_active=True).first()


def _page(request: HttpRequest, fault: str = "", status: int = 200) -> HttpResponse:
    response = render(request, "portal/second_step.html", {"fault": fault}, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


def known_from_now_on(request: HttpRequest, response: HttpResponse, person: Person) -> HttpResponse:
    """The browser keeps by what it is known; its owner hears of one that is new."""
    held = request.COOKIES.get(COOKIE, "")
    agent = request.headers.get("User-Agent", "")
    token = devices.signed_in(person, held, agent=agent, at=timezone.now())
    response.set_cookie(
        COOKIE, token, max_age=YEARS, httponly=True, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax"
    )
    return response
