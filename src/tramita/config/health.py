"""`/healthz`: this process answers. `/readyz`: it can work, or why not. `/metrics`: figures for Prometheus."""

import os
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

from tramita.config.metrics import exposition
from tramita.config.schema import what_is_missing


def healthz(request: HttpRequest) -> HttpResponse:
    """Liveness: asks nothing of the database."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Readiness: 503 with the causes when something it needs is missing."""
    found = {part: cause for part, check in CHECKS.items() if (cause := check())}
    causes = [{"part": part, "cause": cause} for part, cause in found.items()]
    return JsonResponse({"status": "unready" if causes else "ok", "causes": causes}, status=503 if causes else 200)


def metrics(request: HttpRequest) -> HttpResponse:
    """Counts and times only; nothing about anybody."""
    text, content_type = exposition()
    return HttpResponse(text, content_type=content_type)


def _database() -> str:
    """The driver's own words may name hosts and users: they go to the log, not to the page."""
    try:
        return what_is_missing()
    except DatabaseError:
        return "the database does not answer"


def _disk() -> str:
    folder = settings.TRAMITA_DATA_DIR
    return "" if os.access(folder, os.W_OK) else "the data folder cannot be written to"


CHECKS: dict[str, Callable[[], str]] = {"database": _database, "disk": _disk}
