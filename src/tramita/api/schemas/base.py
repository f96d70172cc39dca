"""What all shapes share: strict input, moments, and answers made from what the queries give."""

import base64
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from tramita.domain.kept_text import moment_can_be_kept


class Input(BaseModel):
    """A body: every name is known, text is text, and a number is a number."""

    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


class Output(BaseModel):
    """An answer, made from an object or mapping with the same names. Nothing is left out: absent is null."""

    model_config = ConfigDict(from_attributes=True, use_attribute_docstrings=True)


RowId = Annotated[int, Field(ge=1, lt=2**63)]
"""The number of a row: what a database can hold as one."""


def _text_only(value: Any) -> Any:
    if isinstance(value, str) and not value.strip().isdigit():
        return value
    raise PydanticCustomError("timezone_aware", "not a moment")


def _in_utc(value: datetime) -> datetime:
    if not moment_can_be_kept(value):
        raise PydanticCustomError("timezone_aware", "not a moment anybody means")
    return value.astimezone(UTC)


def _day(value: Any) -> date:
    if isinstance(value, str) and len(value) == len("2026-03-02"):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise PydanticCustomError("date_type", "not a day")


def _plus_kept(value: Any) -> Any:
    """In an address `+` means a space, and many forget to write %2B."""
    return value.replace(" ", "+") if isinstance(value, str) else value


def _address(value: Any) -> Any:
    """A read gives `{"id", "name", "kind", "address"}`; whoever sends that back means the address."""
    return value["address"] if isinstance(value, dict) and "address" in value else value


def _decoded(value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError) as error:
        raise PydanticCustomError("base64", "This must be Base64.") from error


Base64 = Annotated[
    bytes,
    BeforeValidator(_decoded),
    WithJsonSchema({"type": "string", "contentEncoding": "base64", "examples": ["OTkx"]}),
]
Moment = Annotated[
    AwareDatetime,
    Field(strict=False),
    BeforeValidator(_text_only),
    AfterValidator(_in_utc),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-02T09:00:00+00:00"]}),
]
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-03-02"]}),
]
QueryMoment = Annotated[Moment, BeforeValidator(_plus_kept)]
Address = Annotated[str, Field(max_length=254, examples=["rui@acme.example"])]
Contact = Annotated[Address, BeforeValidator(_address)]
Line = Annotated[str, Field(max_length=1000)]
Text = Annotated[str, Field(max_length=1_048_576)]
Whole = Annotated[int, Field(ge=-(2**31), lt=2**31)]
