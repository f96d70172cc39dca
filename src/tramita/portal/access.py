"""Who may open a page of the portal: who asks for things, signed in. Staff are led to their desk."""

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.errors import NotFound, NotPermitted
from tramita.models import Person
from tramita.queries.people import actor_for
from tramita.ui import errors

ASKING = (Role.REQUESTER, Role.MANAGER)
View = Callable[..., HttpResponseBase]


class CustomerRequest(HttpRequest):
    """A request by somebody who asks for things, or decides about them."""

    actor: Actor
    person: Person


def customer(view: View) -> View:
    """Ask a visitor to sign in, and give the view `request.actor`."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        asked = cast("CustomerRequest", request)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        asked.person = request.user
        try:
            asked.actor = actor_for(asked.person)
            if asked.actor.role not in ASKING:
                return redirect("home")
            return _private(view(asked, *args, **kwargs))
        except NotFound:
            return render(request, "404.html", {"said": ""}, status=404)
        except NotPermitted as refusal:
            return render(request, "403.html", {"said": errors.sentence(refusal)}, status=403)

    return guarded


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "no-store, private"
    return response


def shown(request: CustomerRequest, template: str, *, status: int = 200, **context: object) -> HttpResponse:
    """A page of the portal."""
    return render(request, template, {"me": request.person, **context}, status=status)


def changes_seen(request: HttpRequest) -> int | None:
    """How many changes the page had shown that somebody decided on."""
    typed = request.POST.get("seen", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 9 else None
