"""Reading a request's body: JSON that the database can keep, and nothing that crashes further down."""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from ninja.parser import Parser

from tramita.api.problems import Malformed, UnsupportedMedia, too_large
from tramita.domain.errors import FieldError, Invalid

JSON = "application/json"
DEEPEST = 64  # levels of nesting; json itself gives up at some thousands, with a crash for pydantic before


class JsonParser(Parser):
    """Strict JSON in UTF-8 (RFC 8259): no NaN, no NUL characters, no half surrogates."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The value in the body. Raises: UnsupportedMedia, Malformed, Invalid."""
        expect_media(request, JSON)
        return read_json(request.body)


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


def whole_body(request: HttpRequest) -> bytes:
    """All bytes of the body. Raises: TooLarge."""
    try:
        return request.body
    except RequestDataTooBig as error:
        raise too_large() from error


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
