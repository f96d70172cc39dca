"""Problem documents (RFC 9457)."""

from typing import Any

from pydantic import ConfigDict

from tramita.api.schemas.base import Output


class FieldProblem(Output):
    """One thing that is wrong with the input."""

    field: str
    code: str
    message: str


class ProblemDetails(Output):
    """What went wrong, for a program by `code` and for a person by `detail`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:tramita:problem:transition_not_allowed",
                    "title": "Conflict",
                    "status": 409,
                    "detail": "“start” is not possible while the item is closed.",
                    "code": "transition_not_allowed",
                    "errors": [],
                    "state": "closed",
                    "allowed": [],
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblem]
    state: str | None = None
    """Of a 409 `transition_not_allowed`: the state that forbids it."""
    allowed: list[str] | None = None
    """Of a 409 `transition_not_allowed`: what this caller may do instead."""
    current: int | None = None
    """Of a 412: the version that the item has now."""
    changed: list[Any] | None = None
    """Of a 412: what others did to it since, newest first."""
