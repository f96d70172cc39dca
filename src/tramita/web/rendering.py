"""One way to answer with a page: the bars around it are read once, and what varies is said."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from tramita.queries.people import shortcuts_of
from tramita.queries.shell import Listing, Shell, Views, shell_of
from tramita.web.access import StaffRequest
from tramita.web.asked import reader_of


def is_live(request: HttpRequest) -> bool:
    """The page asks for itself; its reader did nothing (`ui/js/live-desk.js`)."""
    return "X-Live" in request.headers


def page(
    request: StaffRequest,
    template: str,
    here: str,
    *,
    status: int = 200,
    shell: Shell | None = None,
    **context: Any,
) -> HttpResponse:
    """The template inside the shell. `here` is the entry of the sidebar that is current.

    A page that asks for itself because something changed takes its parts from this; what is said to a person once,
    and that they came, is left for when they come.
    Cost: the statement of the shell, unless the view has read it.
    """
    around = {
        "shell": shell or shell_for(request, timezone.now()),
        "here": here,
        "theme": request.person.theme,
        "density": request.person.density,
        "live": is_live(request),
        "layout": "ui/fragment.html" if request.htmx else "ui/shell.html",
    }
    response = render(request, template, around | context, status=status)
    response["Cache-Control"] = "no-store, private"  # work of customers stays out of shared caches and of Back
    patch_vary_headers(response, ["HX-Request"])
    if status >= 400:
        response["HX-Push-Url"] = "false"  # a refused form is still the page it was sent from
    return response


def part(request: StaffRequest, template: str, **context: Any) -> HttpResponse:
    """A piece of a page that htmx puts in the place of the one before."""
    response = render(request, template, context)
    response["Cache-Control"] = "no-store, private"
    return response


def shell_for(request: StaffRequest, now: datetime, listing: Listing | None = None) -> Shell:
    """The bars around this person's page. Cost: one statement."""
    views = Views(shortcuts_of(request.person), reader_of(request, now))
    return shell_of(request.actor, listing, now=now, views=views)
