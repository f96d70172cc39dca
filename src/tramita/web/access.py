"""Who may open a page: staff, signed in. What is refused is translated here, once."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget
from django_htmx.middleware import HtmxDetails

from tramita.domain.actors import Actor
from tramita.domain.errors import FileMissing, NotFound, NotPermitted
from tramita.models import Person
from tramita.queries.people import actor_for
from tramita.ui import errors

View = Callable[..., HttpResponse]
INBOX = "/inbox"  # where signing in leads
R = TypeVar("R", bound=HttpResponseBase)


class StaffRequest(HttpRequest):
    """A request by somebody who works items."""

    actor: Actor
    person: Person
    htmx: HtmxDetails


def staff(view: Callable[..., R]) -> Callable[..., R | HttpResponse]:
    """Ask a visitor to sign in, refuse who only asks for things, and give the view `request.actor`."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> R | HttpResponse:
        asked = cast("StaffRequest", request)
        if not request.user.is_authenticated:
            return _sign_in(asked)
        asked.person = request.user
        try:
            asked.actor = actor_for(asked.person)
            if not asked.actor.is_staff and request.get_full_path() == INBOX:
                return redirect("portal")  # where who asks is at home
            if not asked.actor.is_staff:
                raise NotPermitted("This desk is for those who work on requests.")
            return view(asked, *args, **kwargs)
        except NotFound as missing:
            said = errors.sentence(missing) if isinstance(missing, FileMissing) else ""
            return _alone(render(request, "404.html", {"said": said}, status=404))
        except NotPermitted as refusal:
            return _alone(render(request, "403.html", {"said": errors.sentence(refusal)}, status=403))

    return guarded


def _sign_in(request: StaffRequest) -> HttpResponse:
    """Where a visitor goes, and comes back from. A swapped part cannot be the sign-in page: the browser goes there."""
    if request.htmx:
        back = request.htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(redirect_to_login(back)["Location"])
    return redirect_to_login(request.get_full_path())


def _alone(response: HttpResponse) -> HttpResponse:
    """A page without the bars takes the place of all, also when only its main part was asked for."""
    return retarget(reswap(response, "innerHTML"), "body")
