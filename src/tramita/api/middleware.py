"""Errors that never reach a call (unknown path, wrong method, a bug) get a problem document all the same."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from tramita.api.problems import (
    MEDIA_TYPE,
    Malformed,
    MethodNotAllowed,
    Unforeseen,
    nothing_here,
    problem,
    too_large,
)
from tramita.domain.errors import NotPermitted, TramitaError

PREFIX = "/api/"
KEPT_HEADERS = ("Allow",)


class ProblemDocuments:
    """Wraps everything else: whoever asks the API is never answered with a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.path_info.startswith(PREFIX) or response.status_code < 400:
            return response
        if response.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
            return response
        return _told(response)


def _told(response: HttpResponseBase) -> HttpResponse:
    answer = problem(_error(response.status_code))
    for header in KEPT_HEADERS:
        if header in response.headers:
            answer[header] = response.headers[header]
    return answer


def _error(status: int) -> TramitaError:
    known: dict[int, TramitaError] = {
        400: Malformed("The request cannot be read."),
        403: NotPermitted("You may not do this."),
        404: nothing_here(),
        405: MethodNotAllowed("This path does not take this method."),
        413: too_large(),
    }
    return known.get(status, Unforeseen("Something went wrong on our side. It has been written to the log."))
