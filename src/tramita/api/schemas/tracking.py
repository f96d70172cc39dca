"""Time spent on an item."""

from datetime import datetime

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Input, Moment, Output, Whole
from tramita.api.schemas.files import Author


class SessionOut(Output):
    """Somebody had the item in focus, or wrote down that they worked on it."""

    id: int
    person: Author
    begun_at: datetime
    ended_at: datetime | None
    """Null while it runs."""
    seconds: int
    edited_by: Author | None
    edited_at: datetime | None
    editable: bool
    """Whether the caller may correct it."""


class TimeOut(Output):
    """What everybody spent on the item, in seconds, and the newest sessions, newest first."""

    own_seconds: int
    all_seconds: int
    sessions: list[SessionOut]


class SessionIn(Input):
    """A session that lies in the past, of a day at most."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"begun_at": "2026-03-02T09:00:00+00:00", "minutes": 20}]}
    )

    begun_at: Moment | None = None
    minutes: Whole | None = Field(None, json_schema_extra={"examples": [20]})
