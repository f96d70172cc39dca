"""What is in the trash."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Input, Output

TRASHED: dict[str, Any] = {
    "id": 7,
    "item": "40308-T",
    "contact": None,
    "name": "Invoice 991 twice",
    "along": 0,
    "whose": "",
    "at": "2026-03-02T10:00:00+00:00",
    "by": "Vera Stein",
    "reason": "Entered twice.",
}


class TrashedIn(Input):
    """Why it is deleted: who restores it will want to know."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": TRASHED["reason"]}]})

    reason: str = Field(max_length=1_000)


class TrashedOut(Output):
    """An item or a contact in the trash; `along` is how many went with it, `whose` the contact that it went with."""

    model_config = ConfigDict(json_schema_extra={"examples": [TRASHED]})

    id: int
    item: str | None
    contact: int | None
    name: str
    along: int
    whose: str
    at: datetime
    by: str
    reason: str


class TrashPage(Output):
    """Some of the trash."""

    results: list[TrashedOut]
    next: str | None
