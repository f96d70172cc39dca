"""What every page of a signed-in person needs."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
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
