"""Other systems that are told of what happens."""

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from tramita.api.paging import Paging
from tramita.api.schemas.base import Input, Line, Moment, Output
from tramita.domain.webhooks import EVENTS

HOOK: dict[str, Any] = {
    "id": 4,
    "url": "https://erp.example/hooks/tramita",
    "events": ["item.created", "item.state_changed"],
    "description": "The ledger of suppliers",
    "active": True,
    "created_at": "2026-03-02T10:00:00+00:00",
    "taken_at": "2026-03-02T10:00:00+00:00",
    "failing_since": None,
    "waiting": 0,
}
TOLD: dict[str, Any] = {
    "id": 812,
    "webhook_id": "msg_6a1f0c3e5b7d4f2a9c8e7d6b5a4f3e2d",
    "event": "item.state_changed",
    "item": "40308-T",
    "state": "pending",
    "tries": 2,
    "status": 503,
    "error": "it answers 503",
    "created_at": "2026-03-02T10:00:00+00:00",
    "next_at": "2026-03-02T10:05:00+00:00",
    "ended_at": None,
    "answers": [
        {
            "at": "2026-03-02T10:00:00+00:00",
            "outcome": "refused",
            "status": 503,
            "error": "it answers 503",
            "said": "Down for maintenance",
            "milliseconds": 41,
        }
    ],
    "payload": {
        "type": "item.state_changed",
        "timestamp": "2026-03-02T10:00:00+00:00",
        "data": {"reference": "40308-T"},
    },
}
EventName = Literal[
    "item.created",
    "item.updated",
    "item.state_changed",
    "communication.created",
    "approval.requested",
    "approval.decided",
]


class WebhookIn(Input):
    """A new one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"url": HOOK["url"], "events": HOOK["events"], "description": HOOK["description"]}]
        }
    )

    url: Line
    events: list[EventName] = Field(min_length=1, max_length=len(EVENTS))
    description: Line = ""


class WebhookChange(Input):
    """What is to change; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"active": False}]})

    url: Line | None = None
    events: list[EventName] | None = Field(None, min_length=1, max_length=len(EVENTS))
    description: Line | None = None
    active: bool | None = None


class WebhookOut(Output):
    """Who listens. `failing_since`: nothing that was sent there since then was taken; `waiting`: what is to be sent."""

    model_config = ConfigDict(json_schema_extra={"examples": [HOOK]})

    id: int
    url: str
    events: list[str]
    description: str
    active: bool
    created_at: datetime
    taken_at: datetime | None
    failing_since: datetime | None
    waiting: int


class WebhookMade(WebhookOut):
    """A new one, with the secret that signs. It is told this once."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**HOOK, "secret": "whsec_c2VjcmV0"}]})

    secret: str


class SecretOut(Output):
    """A new secret. It is told this once; the one before it signs too until then."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"secret": "whsec_c2VjcmV0", "both_until": "2026-03-03T10:00:00+00:00"}]}
    )

    secret: str
    both_until: datetime


class WebhookPage(Output):
    """Some of them."""

    results: list[WebhookOut]
    next: str | None


class AnswerOut(Output):
    """What became of one try. `outcome` is one word for it; `said` the beginning of an answer that is no 2xx."""

    at: datetime
    outcome: str
    status: int | None
    error: str
    said: str
    milliseconds: int | None


class ToldFilter(Paging):
    """Which of them."""

    state: Literal["pending", "done", "failed"] | None = None


class ReplayIn(Input):
    """Which are told again: what happened from then on, until then, and was not taken; or all of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"since": "2026-03-02T10:00:00+00:00", "until": "2026-03-02T12:00:00+00:00", "state": "failed"}
            ]
        }
    )

    since: Moment
    until: Moment | None = None
    state: Literal["failed", "all"] = "failed"


class ReplayOut(Output):
    """How many are told again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"count": 12}]})

    count: int


class ToldOut(Output):
    """One delivery, with the answers of its newest tries. `state` is pending, done or failed; `status` is the last."""

    model_config = ConfigDict(json_schema_extra={"examples": [TOLD]})

    id: int
    webhook_id: str
    event: str
    item: str | None
    state: str
    tries: int
    status: int | None
    error: str
    created_at: datetime
    next_at: datetime | None
    ended_at: datetime | None
    answers: list[AnswerOut]
    payload: dict[str, Any]


class ToldPage(Output):
    """Some deliveries, the newest first."""

    results: list[ToldOut]
    next: str | None
