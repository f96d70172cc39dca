"""The shapes of the audit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from tramita.api.paging import Paging
from tramita.api.schemas.base import Output, QueryMoment
from tramita.api.schemas.examples import ANA
from tramita.api.schemas.items import WhoOut

LINE: dict[str, Any] = {
    "id": 90210,
    "what": "opening",
    "at": "2026-03-02T10:00:00+00:00",
    "person": ANA,
    "item": "40308-T",
    "type": "page",
    "data": {},
}
What = Literal["change", "opening", "configuration", "desk"]


class TrailFilter(Paging):
    """Which lines."""

    what: What | None = None
    person: str = Field("", max_length=254, description="An address, or a robot's name.")
    item: str = Field("", max_length=100, description="A reference.")
    since: QueryMoment | None = None
    until: QueryMoment | None = None


class TrailLineOut(Output):
    """What happened; `type` is of the entry, the face by which an item was opened, the section that was changed, or
    what the audit of the desk tells."""

    model_config = ConfigDict(json_schema_extra={"examples": [LINE]})

    id: int
    what: What
    at: datetime
    person: WhoOut | None
    item: str | None
    type: str
    data: Mapping[str, Any]


class TrailPage(Output):
    """Some lines, newest first."""

    results: list[TrailLineOut]
    next: str | None
