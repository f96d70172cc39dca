"""Signing in by the link of a mail: asking for it, and the button that it leads to (UI portal)."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from tramita.domain.errors import NotFound
from tramita.portal import second_step
from tramita.portal.by_mail import too_often
from tramita.services import mail_link, second_factor
from tramita.ui.allowance import Allowances

A_MINUTE = 10  # of one address and process
LONGEST = 300  # characters of an address
AFTER = "/portal"
allowances = Allowances()


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a mail with a link. The answer is the same for an address that nobody has."""
    if request.method != "POST":
        return render(request, "portal/link_asked.html", {"sent": False})
    if refused := too_often(request, allowances, A_MINUTE):
        return refused
    mail_link.send(request.POST.get("email", "")[:LONGEST], at=timezone.now())
    return render(request, "portal/link_asked.html", {"sent": True})


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, key: str) -> HttpResponse:
    """A page with a button; the button signs in, once."""
    if refused := too_often(request, allowances, A_MINUTE):
        return refused
    try:
        response = _enter(request, key) if request.method == "POST" else _page(request, key)
    except NotFound:
        response = render(request, "portal/link_leads_nowhere.html", status=404)
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _page(request: HttpRequest, key: str) -> HttpResponse:
    person = mail_link.owner(key, at=timezone.now())
    zone = ZoneInfo(person.time_zone or settings.TIME_ZONE)
    with translation.override(person.language or settings.LANGUAGE_CODE), timezone.override(zone):
        return render(request, "portal/link.html", {"person": person})


def _enter(request: HttpRequest, key: str) -> HttpResponse:
    person = mail_link.use(key, at=timezone.now())
    if second_factor.is_on(person):
        second_step.remember(request, person, after=AFTER)
        return redirect("second-step")
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return second_step.known_from_now_on(request, redirect(AFTER), person)
