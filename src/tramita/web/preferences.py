"""A person's own settings: language, time zone, theme (UI: their language; Z-13)."""

from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings as desk
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tramita.ui import labels
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.rendering import page

YEAR = 365 * 86_400
LONGEST_SIGNATURE = 2000
KEYS = "keys"  # this browser's keyboard shortcuts, on unless switched off (WCAG 2.1.4)


@require_http_methods(["GET", "POST"])
@staff
def settings(request: StaffRequest) -> HttpResponse:
    """The form; a wrong value is refused beside its field."""
    if request.method == "GET":
        return _form(request, {})
    person = request.person
    person.language = inputs.text(request, "language")
    person.time_zone = inputs.text(request, "time_zone")
    theme = inputs.text(request, "theme")
    person.theme = "" if theme == "system" else theme
    faults = _faults(person.language, person.time_zone, theme)
    if faults:
        return _form(request, faults)
    person.save(update_fields=["language", "time_zone", "theme"])
    translation.activate(person.language or desk.LANGUAGE_CODE)
    messages.success(request, _("Your settings are saved."))
    response = redirect("settings")
    if inputs.flag(request, "keys"):
        response.delete_cookie(KEYS, samesite="Lax")
    else:
        response.set_cookie(KEYS, "off", max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    return response


@require_POST
@staff
def signature(request: StaffRequest) -> HttpResponse:
    """M-19a: what stands below one's mails, and whether."""
    person = request.person
    person.signature = str(request.POST.get("signature", "")).replace("\r\n", "\n").strip()
    person.signs = inputs.flag(request, "signs")
    if len(person.signature) > LONGEST_SIGNATURE:
        return _form(request, {"signature": _("A signature may have %d characters at most.") % LONGEST_SIGNATURE})
    person.save(update_fields=["signature", "signs"])
    messages.success(request, _("Your settings are saved."))
    return redirect("settings")


@require_safe
@staff
def shortcuts(request: StaffRequest) -> HttpResponse:
    """All keys on one page."""
    return page(request, "web/shortcuts.html", "shortcuts")


def _faults(language: str, zone: str, theme: str) -> dict[str, str]:
    faults = {}
    if language not in labels.LANGUAGES:
        faults["language"] = _("Choose one of the languages.")
    if zone and zone not in available_timezones():
        faults["time_zone"] = _("There is no such time zone.")
    if theme not in labels.THEMES:
        faults["theme"] = _("Choose one of the themes.")
    return faults


def _form(request: StaffRequest, faults: dict[str, str]) -> HttpResponse:
    person = request.person
    zone = "" if "time_zone" in faults else person.time_zone
    here = timezone.now().astimezone(ZoneInfo(zone or desk.TIME_ZONE))
    return page(
        request,
        "web/settings.html",
        "settings",
        status=422 if faults else 200,
        values=person,
        errors=faults,
        zones=sorted(available_timezones()),
        now=f"{here:%H:%M}",
        default_zone=desk.TIME_ZONE,
        keys=request.COOKIES.get(KEYS) != "off",
    )
