"""Who may open a page: staff, signed in. What is refused is translated here, once."""

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tramita.domain.actors import Actor
from tramita.domain.errors import NotFound, NotPermitted
from tramita.models import Person
from tramita.queries.people import actor_for
from tramita.ui import errors

View = Callable[..., HttpResponse]


class StaffRequest(HttpRequest):
    """A request by somebody who works items."""

    actor: Actor
    person: Person


def staff(view: Callable[..., HttpResponse]) -> View:
    """Ask a visitor to sign in, refuse who only asks for things, and give the view `request.actor`."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        asked = cast("StaffRequest", request)
        asked.person = request.user
        try:
            asked.actor = actor_for(asked.person)
            if not asked.actor.is_staff:
                raise NotPermitted("This desk is for those who work on requests.")
            return view(asked, *args, **kwargs)
        except NotFound:
            return render(request, "404.html", status=404)
        except NotPermitted as refusal:
            return render(request, "403.html", {"said": errors.sentence(refusal)}, status=403)

    return guarded
