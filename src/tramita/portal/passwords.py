"""A password is forgotten, or chosen by the link of a mail; nobody is signed in here (M-19b).

Looking changes nothing, for programs that look for malice open every link.
"""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tramita.domain.errors import Invalid, NotFound
from tramita.portal.by_mail import kept_secret, too_often
from tramita.services import passwords
from tramita.ui import errors
from tramita.ui.allowance import Allowances

A_MINUTE = 10  # of one address and process
LONGEST_PASSWORD = 1000
allowances = Allowances()


@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a mail with a link. The answer is the same for an address that nobody has."""
    if request.method != "POST":
        return render(request, "portal/password_forgotten.html", {"sent": False})
    if refused := too_often(request, allowances, A_MINUTE):
        return refused
    passwords.forgotten(request.POST.get("email", "")[:LONGEST_PASSWORD], at=timezone.now())
    return render(request, "portal/password_forgotten.html", {"sent": True})


@csrf_exempt  # nothing to steal: who knows the address may choose; and browsers that keep it secret name no origin
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, key: str) -> HttpResponse:
    """Choose it."""
    if refused := too_often(request, allowances, A_MINUTE):
        return refused
    try:
        return kept_secret(_answer(request, key))
    except NotFound:
        return kept_secret(render(request, "portal/password_no_link.html", status=404))


def _answer(request: HttpRequest, key: str) -> HttpResponse:
    person = passwords.owner(key, at=timezone.now())
    zone = ZoneInfo(person.time_zone or settings.TIME_ZONE)
    with translation.override(person.language or settings.LANGUAGE_CODE), timezone.override(zone):
        faults, status = {}, 200
        if request.method == "POST":
            try:
                passwords.choose(key, request.POST.get("password", "")[:LONGEST_PASSWORD], at=timezone.now())
            except Invalid as refused:
                faults, status = errors.by_field(refused), refused.status
            else:
                return render(request, "portal/password.html", {"done": True})
        told = {"person": person, "faults": faults, "done": False}
        return render(request, "portal/password.html", told, status=status)
