"""Pages that belong to no face: the style sheet, and what is said when something went wrong."""

import sys
from errno import EDQUOT, ENOSPC, EROFS

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from tramita.ui.compression import takes_gzip
from tramita.ui.stylesheet import stylesheet

YEAR = 365 * 86_400
TAKES_NOTHING = (ENOSPC, EDQUOT, EROFS)  # full, beyond what is allotted, or read-only


@require_safe
@cache_control(public=True, max_age=YEAR, immutable=True)
def style(request: HttpRequest, digest: str) -> HttpResponse:
    """The one style sheet; an old address leads nowhere, so that nobody keeps a wrong one."""
    sheet = stylesheet()
    if digest != sheet.digest:
        raise Http404
    packed = takes_gzip(request.headers.get("Accept-Encoding", ""))
    response = HttpResponse(sheet.packed if packed else sheet.text, content_type="text/css; charset=utf-8")
    response["Vary"] = "Accept-Encoding"
    if packed:
        response["Content-Encoding"] = "gzip"
    return response


@require_safe
@cache_control(private=True, max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:
    """By which a phone keeps the portal among its programs; staff are led on to their desk from there."""
    said = {
        "id": "/portal",
        "name": "Tramita",
        "short_name": "Tramita",
        "lang": get_language() or "en",
        "start_url": "/portal",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f5f9",
        "theme_color": "#2a4fbd",
        "icons": [
            {"src": static("ui/tramita.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            {"src": static("ui/tramita-192.png"), "sizes": "192x192", "type": "image/png", "purpose": "any"},
            {"src": static("ui/tramita-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
        ],
        "shortcuts": [{"name": gettext("New request"), "url": "/portal/new"}],
    }
    return JsonResponse(said, content_type="application/manifest+json")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, also for a form without its token."""
    return render(request, "403.html", status=403)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form came from elsewhere, or is older than the sign-in."""
    return forbidden(request)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: what does not exist and what may not be seen look the same."""
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500: says nothing about the cause; the log does. No bug, so 503: a database that is away, or a disk that takes
    nothing more (DESIGN section 5)."""
    error = sys.exc_info()[1]
    if isinstance(error, OSError) and error.errno in TAKES_NOTHING:
        return away(request, disk=True)
    if isinstance(error, OperationalError | InterfaceError):
        return away(request, disk="disk is full" in str(error))
    return render(request, "500.html", status=500)


def away(request: HttpRequest, *, disk: bool = False) -> HttpResponse:
    """503: the database does not answer, and the page tries again by itself. With a full disk a person does."""
    response = render(request, "503.html", {"disk": disk}, status=503)
    response["Retry-After"] = "10"
    return response
