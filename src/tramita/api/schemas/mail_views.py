"""Mail as its views list it: what came in, went out, waits, is planned, was put away (M-20, M-17, M-22)."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict

from tramita.api.schemas.base import Output

ARRIVED: dict[str, Any] = {
    "id": 31,
    "mailbox": "invoices@desk.example",
    "sender": "rui@acme.example",
    "subject": "Invoice 991 twice",
    "outcome": "created",
    "reason": None,
    "at": "2026-03-02T09:00:00+00:00",
    "items": ["40308-T"],
}
WRITTEN: dict[str, Any] = {
    "id": 77,
    "item": "40308-T",
    "state": "held",
    "due": "2026-03-02T10:00:00+00:00",
    "written_at": "2026-03-02T09:30:00+00:00",
    "error": None,
    "tries": 0,
    "subject": "[40308-T] Invoice 991 twice",
    "writer": "Ana Lima",
    "address": "invoices@desk.example",
    "to": ["rui@acme.example"],
    "automatic": False,
}
PUT_AWAY: dict[str, Any] = {
    "id": 32,
    "mailbox": "invoices@desk.example",
    "sender": "news@shop.example",
    "subject": "Offers",
    "reason": "no route",
    "at": "2026-03-02T09:00:00+00:00",
    "by": "Ana Lima",
    "deleted_at": "2026-03-02T11:00:00+00:00",
}


class ArrivedOut(Output):
    """A mail that came in and what became of it; `items` are those that the caller sees."""

    model_config = ConfigDict(json_schema_extra={"examples": [ARRIVED]})

    id: int
    mailbox: str
    sender: str
    subject: str
    outcome: str
    reason: str | None
    at: datetime
    items: list[str]


class ArrivedPage(Output):
    """Some mail that came in, the newest first."""

    results: list[ArrivedOut]
    next: str | None


class WrittenOut(Output):
    """A mail of ours. What is done with it goes by its item: `POST /items/{item}/mails/{id}/send-now` and others."""

    model_config = ConfigDict(json_schema_extra={"examples": [WRITTEN]})

    id: int
    item: str
    state: str
    """`sent`; or `queued`, `late`, `held`, `failed`, `uncertain`, with the `error`."""
    due: datetime
    """When it is tried, or tried again."""
    written_at: datetime
    error: str | None
    tries: int
    subject: str
    writer: str
    address: str
    to: list[str]
    automatic: bool


class WrittenPage(Output):
    """Some mail of ours, the newest first."""

    results: list[WrittenOut]
    next: str | None


class PutAwayOut(Output):
    """An unhandled mail that somebody deleted; its bytes are kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [PUT_AWAY]})

    id: int
    mailbox: str
    sender: str
    subject: str
    reason: str | None
    at: datetime
    by: str
    deleted_at: datetime | None


class PutAwayPage(Output):
    """Some deleted mail, the newest first."""

    results: list[PutAwayOut]
    next: str | None
