"""Browsers that are told of what happens: the script that hears it, and the switch (AP-17, N-4). For staff and portal.

A browser belongs to who is signed in: signing out ends it, and signing in there again as the same person goes on.
"""

from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tramita.domain.errors import Invalid
from tramita.gateways.push import public_key
from tramita.models import Person, PushSubscription
from tramita.queries.people import actor_for
from tramita.services import push_subscriptions
from tramita.services.push_keys import private_key
from tramita.ui import errors

WORKER = Path(__file__).parent / "static" / "ui" / "js" / "push-worker.js"
HERE = "push"  # in the session: the number of this browser
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
BROWSERS = {"Firefox/": "Firefox", "Edg/": "Edge", "OPR/": "Opera", "Chrome/": "Chrome", "Safari/": "Safari"}


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: at the root, for it hears for every page; looked at anew each time, so that none is old."""
    del request
    response = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@cache
def _script() -> bytes:
    return WORKER.read_bytes()


@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    """This browser is to be told; the answer is data for the script of the page."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    given = {name: request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")}
    person, browser = request.user, _named(request.headers.get("User-Agent", ""))
    try:
        made = push_subscriptions.subscribe(**given, browser=browser, by=person, at=timezone.now())
    except Invalid as refused:
        return JsonResponse({"error": errors.sentence(refused)}, status=refused.status)
    request.session[HERE] = made.pk
    return HttpResponse(status=204)


@require_POST
def unsubscribe(request: HttpRequest) -> HttpResponse:
    """This browser by its address, for the script; any browser of theirs by its number, for a form."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    person, number = request.user, request.POST.get("number", "")
    if not number:
        push_subscriptions.unsubscribe(request.POST.get("endpoint", ""), by=person)
        return HttpResponse(status=204)
    if number.isascii() and number.isdecimal() and len(number) < 19:
        push_subscriptions.switch_off(int(number), by=person)
    return redirect("settings" if actor_for(person).is_staff else "portal-notifications")


def switch(person: Person) -> dict[str, Any]:
    """What the switch shows. Cost: two statements."""
    browsers = PushSubscription.objects.filter(person=person.pk).order_by("at", "pk")
    return {"key": public_key(private_key()), "browsers": list(browsers), "reader": person.pk}


def signed_out(*, request: HttpRequest | None, user: Person | None, **_unused: Any) -> None:
    """Whoever sits down at this browser next hears nothing that was meant for somebody else."""
    number = request.session.get(HERE) if request is not None else None
    if number and user is not None:
        push_subscriptions.switch_off(number, by=user)


def listen() -> None:
    """From now on."""
    user_logged_out.connect(signed_out, dispatch_uid="push")


def _named(agent: str) -> str:
    """As its owner would call it: what a browser says of itself names half of all others too."""
    browser = next((name for mark, name in BROWSERS.items() if mark in agent), "")
    system = next((name for name in SYSTEMS if name in agent), "")
    return ", ".join(part for part in (browser, system) if part) or _("A browser")
