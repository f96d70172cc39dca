"""What happened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Output
from tramita.api.schemas.items import WhoOut
from tramita.domain.codes import Visibility

WAITED: dict[str, Any] = {
    "seq": 4,
    "at": "2026-03-02T10:00:00+00:00",
    "actor": {"id": 3, "name": "Ana Lima", "kind": "human"},
    "type": "waited",
    "data": {"from": "in_progress", "to": "waiting", "reason": 1, "rule": "T-30", "wait_type": "more_information"},
    "visibility": "internal",
    "item": "40308-T",
}


class EntryOut(Output):
    """One line of the timeline. `actor` is null for the system; `item` says where it was written (G-11)."""

    model_config = ConfigDict(json_schema_extra={"examples": [WAITED]})

    seq: int
    at: datetime
    actor: WhoOut | None
    type: str
    data: Mapping[str, Any]
    """`data.reason` is the number of API-3 for every state change, `data.resolution` marks what resolved it."""
    visibility: Visibility
    item: str


class EventOut(EntryOut):
    """One line of everything that happened."""

    id: int


class TimelinePage(Output):
    """Some entries, oldest first."""

    results: list[EntryOut]
    next: str | None


class EventPage(Output):
    """Some events, in order. `next` is the value for `after`, on the last page too."""

    results: list[EventOut]
    next: str


class IntervalOut(Output):
    """A stretch in which the clock ran or stood, and why."""

    model_config = ConfigDict(serialize_by_alias=True, populate_by_name=True)

    from_: datetime | None = Field(alias="from")
    to: datetime | None
    running: bool
    reason: str
    seconds: int


class DueExplainedOut(Output):
    """Why this due date (Z-15)."""

    rule: str | None
    calendar: str | None
    at: datetime | None
    intervals: list[IntervalOut]
