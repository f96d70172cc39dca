"""One's own settings: language, time zone, look (SS-1)."""

from zoneinfo import available_timezones

from django.conf import settings as desk
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tramita.domain.errors import Invalid
from tramita.portal.access import CustomerRequest, customer, shown
from tramita.portal.requests import around
from tramita.services import preferences
from tramita.services.preferences import Chosen
from tramita.ui import errors


@require_http_methods(["GET", "HEAD", "POST"])
@customer
def settings(request: CustomerRequest) -> HttpResponse:
    """The form; a wrong value is refused beside its field."""
    faults: dict[str, str] = {}
    chosen = {name: str(getattr(request.person, name)) for name in ("language", "time_zone", "theme")}
    if request.method == "POST":
        theme = request.POST.get("theme", "")
        chosen = {name: request.POST.get(name, "") for name in chosen} | {"theme": "" if theme == "system" else theme}
        try:
            preferences.choose(request.person, Chosen(chosen["language"], chosen["time_zone"], chosen["theme"]))
        except Invalid as refused:
            faults = errors.by_field(refused)
        else:
            translation.activate(chosen["language"] or desk.LANGUAGE_CODE)
            messages.success(request, _("Your settings are saved."))
            return redirect("portal-settings")
    return shown(
        request,
        "portal/settings.html",
        status=422 if faults else 200,
        here="",
        chosen=chosen,
        faults=faults,
        zones=sorted(available_timezones()),
        default_zone=desk.TIME_ZONE,
        **around(request),
    )
