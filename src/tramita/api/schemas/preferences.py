"""What each person chooses for themselves."""

import re
from datetime import time
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from tramita.api.schemas.base import Input, Output

Channels = Annotated[list[Literal["hub", "browser", "mail"]], Field(max_length=3)]
Choices = Annotated[dict[Annotated[str, Field(max_length=40)], Channels], Field(max_length=40)]
CLOCK = "^(?:[01][0-9]|2[0-3]):[0-5][0-9]$"


def _clock(value: Any) -> time:
    if isinstance(value, str) and re.fullmatch(CLOCK, value):
        return time.fromisoformat(value)
    raise PydanticCustomError("string_pattern_mismatch", "not a time of the day")


Clock = Annotated[
    time, BeforeValidator(_clock), WithJsonSchema({"type": "string", "pattern": CLOCK, "examples": ["18:30"]})
]
MINE: dict[str, Any] = {
    "language": "pt-br",
    "time_zone": "Europe/Lisbon",
    "theme": "dark",
    "density": "dense",
    "shows_time": True,
    "signature": "Ana Lima, Invoices",
    "signs": True,
    "notices": {
        "chosen": {"inbox.mail": ["hub", "browser"], "queue.queued": []},
        "mails": True,
        "quiet_from": "18:30",
        "quiet_until": "08:00",
    },
}


class NoticesIn(Input):
    """What of one's notifications is to be different; what is not named stays, single choices too."""

    chosen: Choices = {}
    """By `TIE.EVENT`, as a read gives them: the ways `hub`, `browser` and `mail`; none of them to hear nothing."""
    mails: bool = True
    quiet_from: Clock | None = None
    quiet_until: Clock | None = None


class SettingsIn(Input):
    """What is to be different; what is not named stays. Null for a language or zone is the desk's."""

    model_config = ConfigDict(json_schema_extra={"examples": [MINE, {"language": "fr"}]})

    language: Annotated[str, Field(max_length=10)] | None = None
    time_zone: Annotated[str, Field(max_length=64)] | None = None
    theme: Literal["system", "light", "dark"] = "system"
    density: Literal["dense", "airy"] = "dense"
    shows_time: bool = True
    signature: Annotated[str, Field(max_length=10_000)] = ""
    signs: bool = False
    notices: NoticesIn = NoticesIn()


class NoticesOut(Output):
    """What one is told of, and how. Quiet hours are in one's own zone."""

    chosen: dict[str, list[str]]
    mails: bool
    quiet_from: str | None
    quiet_until: str | None


class SettingsOut(Output):
    """One's own settings. Those of the desk's lists, mails and notices are null for who only asks."""

    model_config = ConfigDict(json_schema_extra={"examples": [MINE]})

    language: str | None
    """Null: the desk's, as the time zone."""
    time_zone: str | None
    theme: Literal["system", "light", "dark"]
    density: Literal["dense", "airy"] | None
    shows_time: bool | None
    """Whether items show their clock; it runs all the same."""
    signature: str | None
    signs: bool | None
    """Whether the signature stands below one's mails."""
    notices: NoticesOut | None
