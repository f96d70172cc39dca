"""Reading a request's body: JSON that the database can keep, and nothing that crashes further down."""

import json
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, NoReturn

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from ninja.parser import Parser

from tramita.api.auth import caller
from tramita.api.problems import Malformed, UnsupportedMedia, too_large
from tramita.domain.errors import FieldError, Invalid

JSON = "application/json"
MB = 1024**2
LARGER = {"receive_mail": 50 * MB, "send_mail": 36 * MB}  # MAIL-13; Z-14: 25 MB, and a third for Base64
Run = Callable[..., HttpResponse]
DEEPEST = 64  # levels of nesting; json itself gives up at some thousands, with a crash for pydantic before


class JsonParser(Parser):
    """Strict JSON in UTF-8 (RFC 8259): no NaN, no NUL characters, no half surrogates."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The value in the body. Raises: UnsupportedMedia, Malformed, Invalid."""
        expect_media(request, JSON)
        return read_json(request.body)

    def parse_querydict(self, data: Any, list_fields: list[str], request: HttpRequest) -> Any:
        """The values after the question mark, or of a form. Raises: Invalid."""
        for name in data:
            if not all(_can_be_kept(_named(value)) for value in data.getlist(name)):
                raise Invalid.one(name, "wrong_text", "This holds characters that cannot be kept.")
        return super().parse_querydict(data, list_fields, request)


def _named(value: Any) -> str:
    """The words of a field; of a file its name."""
    return str(value.name or "") if isinstance(value, UploadedFile) else str(value)


def expect_media(request: HttpRequest, *accepted: str) -> None:
    """Refuse a body of another kind; a missing content type is taken for the right one."""
    if request.content_type and request.content_type not in accepted:
        raise UnsupportedMedia("This call reads %(accepted)s.", accepted=", ".join(accepted))


def read_json(body: bytes) -> Any:
    """Raises: Malformed when it is not JSON, Invalid (naming the place) for text that nothing can keep."""
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is not valid JSON in UTF-8.") from error
    faults = list(_faults(value, ()))
    if faults:
        raise Invalid(faults)
    return value


def larger_bodies(run: Run) -> Run:
    """Makes a call of `LARGER` take more than Django's DATA_UPLOAD_MAX_MEMORY_SIZE, from who has a token."""

    @wraps(run)
    def wrapper(request: HttpRequest, **path: Any) -> HttpResponse:
        name = request.resolver_match.url_name if request.resolver_match else None
        if name in LARGER:
            caller(request)
            _take_in(request, LARGER[name])
        return run(request, **path)

    return wrapper


def _take_in(request: HttpRequest, limit_bytes: int) -> None:
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit_bytes:
        raise too_large()
    body = request.read(limit_bytes + 1)
    if len(body) > limit_bytes:
        raise too_large()
    request._body = body  # where `request.body` looks first, before it compares with the setting


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _faults(value: Any, path: tuple[str, ...]) -> Iterator[FieldError]:
    if len(path) > DEEPEST:
        yield FieldError(".".join(path[:1]), "too_deep", "This is nested too deeply.")
    elif isinstance(value, str):
        if not _can_be_kept(value):
            yield FieldError(".".join(path) or "body", "wrong_text", "This holds characters that cannot be kept.")
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not _can_be_kept(key):
                yield FieldError(".".join(path) or "body", "wrong_text", "This holds characters that cannot be kept.")
            else:
                yield from _faults(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _faults(inner, (*path, str(index)))


def _can_be_kept(text: str) -> bool:
    """NUL is refused by PostgreSQL; half surrogates have no bytes in UTF-8."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
