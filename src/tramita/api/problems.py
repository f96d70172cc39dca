"""Whatever goes wrong, told as a problem document (RFC 9457). The one place where the API translates errors."""

import logging
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_noop
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.responses import NinjaJSONEncoder

from tramita.domain.errors import FieldError, Invalid, NotFound, StaleVersion, TramitaError, TransitionNotAllowed
from tramita.ui.errors import fault_sentence, said

log = logging.getLogger(__name__)
Run = Callable[..., HttpResponse]
MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2  # for what passes by itself: a busy or restarting database


class Malformed(TramitaError):
    """The request is not what it says it is: broken JSON, bytes that are not UTF-8."""

    code = "malformed"
    status = 400


class NotSignedIn(TramitaError):
    """No token, a token nobody has, or its owner is inactive: the three look the same."""

    code = "not_signed_in"
    status = 401


class MethodNotAllowed(TramitaError):
    """The path exists, but not for this method."""

    code = "method_not_allowed"
    status = 405


class TooLarge(TramitaError):
    """The body is larger than this call takes (Z-14)."""

    code = "too_large"
    status = 413


class UnsupportedMedia(TramitaError):
    """The body's content type is not one this call reads."""

    code = "unsupported_media_type"
    status = 415


class TooManyRequests(TramitaError):
    """This token asks too often; `seconds` until it may again."""

    code = "too_many_requests"
    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(gettext_noop("Too many requests. Try again in %(seconds)s seconds."), seconds=seconds)
        self.seconds = seconds


class Unavailable(TramitaError):
    """The database does not answer, or the disk takes nothing more."""

    code = "unavailable"
    status = 503


class Unforeseen(TramitaError):
    """A bug of ours; it is in the log."""

    code = "internal_error"
    status = 500


def install(api: NinjaAPI) -> None:
    """Have every error of a call answered by a problem document; a bug flies on and is logged."""
    api.add_exception_handler(TramitaError, _told)
    api.add_exception_handler(ValidationError, lambda request, error: problem(_wrong_input(error)))
    api.add_exception_handler(HttpError, lambda request, error: problem(_from_ninja(error)))
    api.add_exception_handler(Http404, lambda request, error: problem(nothing_here()))
    api.add_exception_handler(RequestDataTooBig, lambda request, error: problem(too_large()))
    api.add_exception_handler(OperationalError, _database_away)
    api.add_exception_handler(InterfaceError, _database_away)
    api.add_exception_handler(OSError, _disk_away)


def told_by(api: NinjaAPI) -> Callable[[Run], Run]:
    """Makes errors that happen around a call, not in it, take the same way."""

    def decorator(run: Run) -> Run:
        @wraps(run)
        def wrapper(request: HttpRequest, **path: Any) -> HttpResponse:
            try:
                return run(request, **path)
            except (TramitaError, RequestDataTooBig, OperationalError, InterfaceError, OSError) as error:
                return api.on_exception(request, error)

        return wrapper

    return decorator


def problem(error: TramitaError) -> HttpResponse:
    """The answer for this error, with the headers that its status asks for."""
    body = {
        "type": f"urn:tramita:problem:{error.code}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": _detail(error),
        "code": error.code,
        "errors": [_field(each) for each in error.errors] if isinstance(error, Invalid) else [],
        **_members(error),
    }
    content = NinjaJSONEncoder(ensure_ascii=False).encode(body)
    return HttpResponse(content, status=error.status, content_type=MEDIA_TYPE, headers=_headers(error))


def nothing_here() -> NotFound:
    """No such thing, or not for this caller: always the same words."""
    return NotFound("There is nothing here.")


def too_large() -> TooLarge:
    """The refusal of a body beyond the limit."""
    return TooLarge("The request is larger than this call accepts.")


def _detail(error: TramitaError) -> str:
    if isinstance(error, Invalid):
        return " ".join(f"{each.field}: {fault_sentence(each)}" for each in error.errors)
    return said(error.message, error.values)


def _field(error: FieldError) -> dict[str, str]:
    return {"field": error.field, "code": error.code, "message": fault_sentence(error)}


def _members(error: TramitaError) -> dict[str, Any]:
    if isinstance(error, TransitionNotAllowed):
        return {"state": error.state, "allowed": error.allowed}
    if isinstance(error, StaleVersion):
        return {"current": error.current, "changed": error.changed}
    return {}


def _headers(error: TramitaError) -> dict[str, str]:
    if isinstance(error, NotSignedIn):
        return {"WWW-Authenticate": 'Bearer realm="tramita"'}
    if isinstance(error, TooManyRequests):
        return {"Retry-After": str(error.seconds)}
    return {"Retry-After": str(RETRY_SECONDS)} if isinstance(error, Unavailable) else {}


def _told(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error)


def _database_away(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(Unavailable("The database does not answer. Nothing was changed; try again in a moment."))


def _disk_away(request: HttpRequest, error: Any) -> HttpResponse:
    """Full, read-only or gone: nothing is kept or found there, and the operator finds the cause in the log."""
    log.error("%s %s: %s", request.method, request.path, error, exc_info=error)
    if request.method in ("GET", "HEAD"):
        return problem(Unavailable("What is kept cannot be read at the moment. Try again later."))
    return problem(Unavailable("What was sent cannot be kept at the moment. Nothing was changed; try again later."))


def _from_ninja(error: Any) -> TramitaError:
    cause = error.__cause__
    if isinstance(cause, TramitaError):  # what our parser said, wrapped by ninja
        return cause
    if isinstance(cause, RequestDataTooBig):
        return too_large()
    if error.status_code == HTTPStatus.UNAUTHORIZED:
        return NotSignedIn("A valid token is needed: Authorization: Bearer TOKEN.")
    return Malformed("The request cannot be read.")


def _wrong_input(error: Any) -> Invalid:
    return Invalid(_field_error(each) for each in error.errors)


def _field_error(found: Mapping[str, Any]) -> FieldError:
    code, message = _KNOWN.get(found["type"], (found["type"], ""))
    return FieldError(_name(found["loc"]), code, message or str(found["msg"]))


def _name(location: Iterable[object]) -> str:
    """`("body", "data", "contacts", "cc", 0)` is `contacts.cc.0`; unions add names of types, which are left out."""
    source, *path = location
    if source == "query":
        path = path[1:2] or path  # ours are all in a model; one of several values is not told apart
    if source == "body":
        path = path[1:]
    return ".".join(str(part) for part in path if not str(part).endswith(("]", "In", "-int", "-str"))) or str(source)


_KNOWN = {
    "missing": ("required", gettext_noop("This is needed.")),
    "extra_forbidden": ("unknown_field", gettext_noop("This call has no such field.")),
    "date_type": ("wrong_day", gettext_noop("This must be a day such as 2026-12-24.")),
    "string_type": ("wrong_type", gettext_noop("This must be text.")),
    "int_type": ("wrong_type", gettext_noop("This must be a whole number.")),
    "int_parsing": ("wrong_type", gettext_noop("This must be a whole number.")),
    "bool_type": ("wrong_type", gettext_noop("This must be true or false.")),
    "bool_parsing": ("wrong_type", gettext_noop("This must be true or false.")),
    "list_type": ("wrong_type", gettext_noop("This must be a list.")),
    "dict_type": ("wrong_type", gettext_noop("This must be an object.")),
    "model_type": ("wrong_type", gettext_noop("This must be an object.")),
    "model_attributes_type": ("wrong_type", gettext_noop("This must be an object.")),
    "string_too_long": ("too_long", gettext_noop("This is too long.")),
    "too_long": ("too_long", gettext_noop("These are too many.")),
    "timezone_aware": ("wrong_moment", gettext_noop("This must be a moment in ISO 8601 with its offset.")),
    "datetime_parsing": ("wrong_moment", gettext_noop("This must be a moment in ISO 8601 with its offset.")),
    "datetime_from_date_parsing": ("wrong_moment", gettext_noop("This must be a moment in ISO 8601 with its offset.")),
    "datetime_object_invalid": ("wrong_moment", gettext_noop("This must be a moment in ISO 8601 with its offset.")),
    **dict.fromkeys(
        ["greater_than_equal", "less_than_equal", "less_than", "greater_than"],
        ("out_of_range", gettext_noop("This is out of range.")),
    ),
    "string_too_short": ("required", gettext_noop("This is needed.")),
    "string_pattern_mismatch": ("wrong_form", gettext_noop("This is not in the right form.")),
    "base64": ("not_base64", gettext_noop("This must be Base64.")),
    "enum": ("not_a_choice", gettext_noop("This is not one of the possible values.")),
    "literal_error": ("not_a_choice", gettext_noop("This is not one of the possible values.")),
}
