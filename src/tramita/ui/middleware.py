"""What every page needs: whose language and time it speaks, and words that can be kept."""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils import timezone, translation

Answer = Callable[[HttpRequest], HttpResponse]


class Preferences:
    """The person's language and time zone hold for the whole request (Z-13)."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """A visitor's language comes from the cookie or the browser (Django's LocaleMiddleware)."""
        person = request.user
        if not person.is_authenticated:
            return self.answer(request)
        with timezone.override(ZoneInfo(person.time_zone or settings.TIME_ZONE)):
            if not person.language:
                return self.answer(request)
            with translation.override(person.language):
                request.LANGUAGE_CODE = translation.get_language()
                return self.answer(request)


class KeptText:
    """Takes out of forms and addresses what no database keeps: browsers send no NUL, and PostgreSQL ends a page by it.

    Calls of programs say themselves what they refuse. To stand behind the middleware against forged requests, which
    has read the form already.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing before it is known whose page it is."""
        return self.answer(request)

    def process_view(self, request: HttpRequest, view: object, args: object, named: Mapping[str, object]) -> None:
        """Raises: Http404, for a path with such a character."""
        if getattr(view, "csrf_exempt", False):
            return
        if NUL in request.path_info:
            raise Http404
        request.GET = _kept(request.GET)
        if request.method == "POST":
            request.POST = _kept(request.POST)


NUL = "\0"


def _kept(form: Any) -> Any:
    """A form without it; as a rule the one that came."""
    if not any(NUL in text for name, values in form.lists() for text in (name, *values)):
        return form
    return QueryDict(form.urlencode().replace("%00", ""))
