"""One way to answer with a page: the bars around it are read once, and what varies is said."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from tramita.queries.shell import Shell, shell_of
from tramita.web.access import StaffRequest


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

    Cost: the two statements of the shell, unless the view has read it.
    """
    around = {
        "shell": shell or shell_of(request.actor, now=timezone.now()),
        "here": here,
        "theme": request.person.theme,
        "layout": "ui/fragment.html" if request.htmx else "ui/shell.html",
    }
    response = render(request, template, around | context, status=status)
    response["Cache-Control"] = "no-store, private"  # work of customers stays out of shared caches and of Back
    patch_vary_headers(response, ["HX-Request"])
    if status >= 400:
        response["HX-Push-Url"] = "false"  # a refused form is still the page it was sent from
    return response
