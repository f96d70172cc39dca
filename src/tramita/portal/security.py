"""Sign-in and security: one's second factor, turned on and off (TO-7). For staff and for who asks."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from markupsafe import Markup

from tramita.domain.errors import Conflict, Invalid, TramitaError
from tramita.domain.one_time import address
from tramita.models import Person
from tramita.portal.second_step import LONGEST
from tramita.services import second_factor, tool_access
from tramita.ui import errors

QUIET_ZONE = 4  # modules around a picture that phones read (ISO/IEC 18004)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def security(request: HttpRequest) -> HttpResponse:
    """What there is; a POST turns it on, or off, each with a code."""
    person = cast("Person", request.user)
    if request.method != "POST":
        return _page(request, person)
    code, now = request.POST.get("code", "")[:LONGEST], timezone.now()
    try:
        if request.POST.get("do") == "off":
            second_factor.check(person, code, at=now)
            second_factor.turn_off(person, at=now)
            messages.success(request, _("Signing in asks for no code any more."))
            return redirect("security")
        codes = second_factor.turn_on(person, code, at=now)
    except (Invalid, Conflict) as wrong:
        return _page(request, person, wrong=wrong)
    return _page(request, person, codes=codes)


def _page(
    request: HttpRequest, person: Person, *, codes: list[str] | None = None, wrong: TramitaError | None = None
) -> HttpResponse:
    on = second_factor.is_on(person)
    secret = "" if on else second_factor.begin(person)
    told = address(secret, account=person.email or person.name, issuer="Tramita")
    context = {
        "on": on,
        "codes": codes or [],
        "left": second_factor.recovery_codes_left(person) if on else 0,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "address": told,
        "picture": _picture(told) if secret else "",
        "fault": (errors.by_field(wrong).get("code") or errors.sentence(wrong)) if wrong else "",
        "programs": tool_access.given_by(person),
        "back": "settings" if person.role not in ("requester", "manager") else "portal-settings",
    }
    response = render(request, "portal/security.html", context, status=wrong.status if wrong else 200)
    response["Cache-Control"] = "no-store, private"
    return response


def _picture(told: str) -> Markup:
    """The address as a QR code, drawn in the page: no script and no style, and nobody else is asked to draw it."""
    import segno

    look = {"border": QUIET_ZONE, "dark": "#000", "light": "#fff", "svgclass": "qr-code", "lineclass": None}
    svg = segno.make(told, error="m", micro=False).svg_inline(omitsize=True, **look)
    return Markup(svg)  # noqa: S704 - numbers of a library, no words of anybody
