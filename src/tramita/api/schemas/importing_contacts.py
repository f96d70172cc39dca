"""Organisations and contacts from a sheet (CT-5, CT-7)."""

from typing import Any, Literal

from pydantic import ConfigDict

from tramita.api.schemas.base import Output

ROWS: Any = [
    {"line": 2, "about": "lucia@acme.es", "outcome": "created", "code": None, "reason": None},
    {
        "line": 3,
        "about": "rui",
        "outcome": "refused",
        "code": "validation_failed",
        "reason": "Address: This is no e-mail address.",
    },
]


class ContactRowOut(Output):
    """What became of a row, about whom or what, and why it was refused."""

    line: int
    about: str
    outcome: Literal["created", "changed", "left", "refused"]
    code: str | None
    reason: str | None


class ContactRowsOut(Output):
    """All rows, in their order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"results": ROWS}]})

    results: list[ContactRowOut]


class ContactColumnsOut(Output):
    """The columns that a sheet may have, own properties included, and how many rows."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"columns": ["address", "name"], "most": 1000}]})

    columns: list[str]
    most: int
