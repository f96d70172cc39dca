"""Reading a request's body: JSON that the database can keep, and nothing that crashes further down."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from ninja.parser import Parser

from tramita.api.auth import caller
from tramita.api.problems import Malformed, UnsupportedMedia, nothing_here, too_large
from tramita.domain.errors import Invalid
from tramita.domain.kept_text import UNKEPT, can_be_kept, faults

JSON = "application/json"
RAW_MAIL = {"requestBody": {"required": True, "content": {"message/rfc822": {"schema": {"type": "string"}}}}}
MB = 1024**2
LARGER = {  # MAIL-13; Z-14: 25 MB, and a third for Base64
    "receive_mail": 50 * MB,
    **dict.fromkeys(("send_mail", "hand_in_request", "write_about_request"), 36 * MB),
}
Run = Callable[..., HttpResponse]


class JsonParser(Parser):
    """Strict JSON in UTF-8 (RFC 8259): no NaN, no NUL characters, no half surrogates."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The value in the body. Raises: UnsupportedMedia, Malformed, Invalid."""
        expect_media(request, JSON)
        return read_json(request.body)

    def parse_querydict(self, data: Any, list_fields: list[str], request: HttpRequest) -> Any:
        """The values after the question mark, or of a form. Raises: Invalid."""
        for name in data:
            if not all(can_be_kept(_named(value)) for value in data.getlist(name)):
                raise Invalid.one(name, "wrong_text", UNKEPT)
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
    if wrong := list(faults(value)):
        raise Invalid(wrong)
    return value


def kept_paths(run: Run) -> Run:
    """Makes a path with what nothing can keep name nothing: PostgreSQL would not even look for it."""

    @wraps(run)
    def wrapper(request: HttpRequest, **path: Any) -> HttpResponse:
        if not all(can_be_kept(str(one)) for one in path.values()):
            caller(request)
            raise nothing_here()
        return run(request, **path)

    return wrapper


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
