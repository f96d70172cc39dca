"""What a call may end with, besides an answer."""

from collections.abc import Mapping, Sequence
from typing import Any


class Unreachable(Exception):
    """No answer came, however often it was tried. Whether it happened is unknown where the call was a PATCH."""


class Problem(Exception):
    """The service refused: its problem document (RFC 9457).

    `code` is stable, `errors` names the fields of a 422, `body` has what else it told: the `state` and what is
    `allowed` of a 409, the `current` version of a 412.
    """

    def __init__(self, body: Mapping[str, Any]) -> None:
        super().__init__(f"{body['status']} {body['code']}: {body['detail']}")
        self.status: int = body["status"]
        self.code: str = body["code"]
        self.detail: str = body["detail"]
        self.errors: Sequence[Mapping[str, str]] = body.get("errors", ())
        self.body = body
