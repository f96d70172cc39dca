"""What a person is told."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict

from tramita.api.schemas.base import Input, Output, RowId
from tramita.api.schemas.examples import ANA
from tramita.api.schemas.items import WhoOut
from tramita.domain.notices import Event

ASSIGNED: dict[str, Any] = {
    "id": 17,
    "event": "assigned",
    "text": "Assigned to you by Ana Lima",
    "item": "40308-T",
    "title": "Invoice 991 twice",
    "job": None,
    "actor": ANA,
    "at": "2026-03-02T10:00:00+00:00",
    "read": False,
}


class NotificationOut(Output):
    """One thing that the caller is told. `actor` is null for the system; `text` is in the caller's language. `job` is
    the bulk change that ended, for `item` and others; null for anything else."""

    model_config = ConfigDict(json_schema_extra={"examples": [ASSIGNED]})

    id: int
    event: Event
    text: str
    item: str
    title: str
    job: int | None
    actor: WhoOut | None
    at: datetime
    read: bool


class NotificationPage(Output):
    """Some notifications, the newest first."""

    results: list[NotificationOut]
    next: str | None


class ReadIn(Input):
    """Up to which one everything was read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"up_to": 17}]})

    up_to: RowId


class ReadOut(Output):
    """How many were unread until now."""

    read: int
