"""Approval requests in Tickets."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from tramita.api.paging import Paging
from tramita.api.schemas.base import Input, Line, Output
from tramita.api.schemas.examples import ANA
from tramita.api.schemas.items import WhoOut
from tramita.domain.codes import ApprovalState

APPROVAL: dict[str, Any] = {
    "id": 12,
    "item": "40308-T",
    "type": "refund",
    "state": "approved",
    "comment": "Two payments of the same invoice.",
    "reason": None,
    "requested_by": ANA,
    "requested_at": "2026-03-02T10:00:00+00:00",
    "decided_by": {"id": 11, "name": "Marta Vidal", "kind": "human"},
    "decided_at": "2026-03-02T11:20:00+00:00",
    "decided_for": None,
    "approvers": [],
}


class ApprovalIn(Input):
    """What is asked for; `type` is the key of an active approval type."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"type": "refund", "comment": APPROVAL["comment"]}]})

    type: Line
    comment: str | None = Field(None, max_length=10_000)


class DecisionIn(Input):
    """Why; it may be left out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "The bank confirmed it."}]})

    reason: str | None = Field(None, max_length=10_000)


class ApprovalFilter(Paging):
    """Which requests; for a manager those that await a decision, unless `state` says otherwise."""

    state: ApprovalState | None = None
    item: str | None = Field(None, max_length=100, description="A reference.", examples=["40308-T"])


class ApproverOut(Output):
    """Somebody who is asked on a level; `needed` of the level must agree."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "level": 1,
                    "needed": 2,
                    "person": {"id": 11, "name": "Marta Vidal", "kind": "human"},
                    "state": "approved",
                    "decided_by": None,
                    "decided_at": "2026-03-02T11:20:00+00:00",
                }
            ]
        }
    )

    level: int
    needed: int
    person: WhoOut
    state: ApprovalState
    decided_by: WhoOut | None = Field(description="Who decided in their place.")
    decided_at: datetime | None


class ApprovalOut(Output):
    """A request, and how it ended; `decided_by` is also who cancelled it.

    Where an Action asks by itself, `type` and `requested_by` are null.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [APPROVAL]})

    id: int
    item: str
    type: str | None
    state: ApprovalState
    comment: str | None
    reason: str | None
    requested_by: WhoOut | None
    requested_at: datetime
    decided_by: WhoOut | None
    decided_at: datetime | None
    decided_for: WhoOut | None = Field(description="In whose place it was decided.")
    approvers: list[ApproverOut] = Field(
        [], description="Whom it asks by levels, one level after another; empty where any manager decides."
    )


class ApprovalPage(Output):
    """Some requests."""

    results: list[ApprovalOut]
    next: str | None


class SubstituteIn(Input):
    """Who decides in one's place, from the first day to the last, both included."""

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={"examples": [{"substitute": "sofia@acme.es", "from": "2026-08-03", "to": "2026-08-21"}]},
    )

    substitute: Line
    first: str = Field(alias="from", max_length=10)
    last: str = Field(alias="to", max_length=10)


class SubstituteOut(Output):
    """Who decides in one's place while one is away; all null for nobody."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "substitute": {"id": 12, "name": "Sofia Prado", "kind": "human"},
                    "starts_at": "2026-08-02T22:00:00+00:00",
                    "ends_at": "2026-08-21T22:00:00+00:00",
                }
            ]
        }
    )

    substitute: WhoOut | None
    starts_at: datetime | None
    ends_at: datetime | None
