"""Many items changed at once."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Input, Line, Output, Whole
from tramita.domain.bulk import OFFERED

CHANGES: list[Any] = [change.value for change in OFFERED]
MOST = 50_000  # references of one body; how many the desk takes is its own setting
JOB: dict[str, Any] = {
    "id": 12,
    "change": "assign",
    "undoes": None,
    "undone_by": None,
    "total": 40,
    "counts": {"waiting": 0, "done": 38, "unchanged": 1, "refused": 1, "stopped": 0},
    "running": False,
    "created_at": "2026-03-02T10:00:00+00:00",
    "ended_at": "2026-03-02T10:00:02+00:00",
}


class JobIn(Input):
    """What is to be done to which items; `to`, `category` and `tags` go with the changes that need them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"change": "assign", "items": ["40308-T", "10040-C-A2"], "to": "ana@desk.example"}]
        }
    )

    change: str = Field(max_length=40, json_schema_extra={"examples": CHANGES})
    items: list[Line] = Field(min_length=1, max_length=MOST)
    to: Whole | Line | None = None
    """A user's address, a robot's name, or the id of either; for `assign`."""
    category: Line | None = None
    """For `category`."""
    tags: list[Line] = Field([], max_length=20)
    """For `tag` and `untag`."""


class CountsOut(Output):
    """How many items had which outcome so far."""

    waiting: int
    done: int
    unchanged: int
    refused: int
    stopped: int


class JobOut(Output):
    """A job, and how far it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [JOB]})

    id: int
    change: str
    undoes: int | None
    """The job that this one takes back."""
    undone_by: int | None
    total: int
    counts: CountsOut
    running: bool
    created_at: datetime
    ended_at: datetime | None


class JobPage(Output):
    """Some jobs, the newest first."""

    results: list[JobOut]
    next: str | None


class JobItemOut(Output):
    """What came of one item; `item` is null when the caller may not see it any more."""

    item: str | None
    outcome: str
    code: str | None
    """Of a refusal, as the call for a single item has it."""
    reason: str | None
    """The same in the caller's language."""


class JobItemPage(Output):
    """Some items of a job, in their order."""

    results: list[JobItemOut]
    next: str | None
