"""What robots send and get (INTERFACES section 5)."""

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Input, Line, Output, Text, Whole
from tramita.api.schemas.examples import ITEM
from tramita.api.schemas.items import ItemOut
from tramita.api.schemas.working import METHODS

LEASE: dict[str, Any] = {"id": 71, "expires_at": "2026-03-02T09:05:00+00:00", "fence": 3}
HELD: dict[str, Any] = {**LEASE, "item": "40308-T", "taken_at": "2026-03-02T09:00:00+00:00"}


class LeaseOut(Output):
    """How long the item is yours without a sign of life. `fence` only grows, for other systems that want to know."""

    model_config = ConfigDict(json_schema_extra={"examples": [LEASE]})

    id: int
    expires_at: datetime
    fence: int


class HeldOut(LeaseOut):
    """A lease of yours, and the item that it is for."""

    model_config = ConfigDict(json_schema_extra={"examples": [HELD]})

    item: str
    taken_at: datetime


class HeldPage(Output):
    """Your leases, the oldest first."""

    results: list[HeldOut]
    next: str | None


class NextOut(Output):
    """The item, now yours and In Progress, and the lease under which it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"item": ITEM, "lease": LEASE}]})

    item: ItemOut
    lease: LeaseOut


class BeatIn(Input):
    """A sign of life; `fence`, if given, must be the lease's."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"fence": 3}]})

    fence: Whole | None = None
    cost: float | None = Field(None, ge=0, lt=1_000_000, strict=False)
    """What the run has cost so far, in the unit of the limits."""


class CompleteIn(BeatIn):
    """What came of it: values of fields, a resolution note, and how it is resolved if not as its kind mostly is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"fields": {"amount": 991}, "note": "Booked."}]})

    fields: dict[str, Any] = {}
    note: Text | None = None
    method: str | None = Field(None, max_length=40, json_schema_extra={"examples": METHODS})
    confidence: int | None = Field(None, ge=0, le=100)
    """In percent; below what the robot's terms say, a person decides."""


class RejectIn(Input):
    """Why this robot cannot do it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "The scan cannot be read."}]})

    fence: Whole | None = None
    reason: Line


class UnableIn(RejectIn):
    """Why nobody can do it, with what was found out."""

    fields: dict[str, Any] = {}
    note: Text | None = None


class StopIn(Input):
    """Why all robots are stopped; their people read it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "It answers the wrong people."}]})

    reason: str = Field("", max_length=300)


class StoppedOut(Output):
    """Whether robots are stopped now, and how many items they had to give back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"stopped": True, "items": 4}]})

    stopped: bool
    items: int


class RobotOut(Output):
    """One robot. `modes` says of each verb: off, suggest, act_with_approval or act; `rests` why it gets no work now."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 9,
                    "key": "robo-1",
                    "name": "Invoice reader",
                    "active": True,
                    "kinds": ["action", "ticket"],
                    "queues": ["invoices"],
                    "farms": [],
                    "modes": {"create": "act", "change": "act", "mail": "suggest", "resolve": "act"},
                    "at_hand": 2,
                    "rests": None,
                }
            ]
        }
    )

    id: int
    key: str
    name: str
    active: bool
    kinds: list[str]
    queues: list[str]
    farms: list[str]
    modes: dict[str, str]
    at_hand: int
    rests: str | None


class RobotPage(Output):
    """Some of them."""

    results: list[RobotOut]
    next: str | None


class WorkIn(Input):
    """Since when."""

    days: int = Field(30, ge=1, le=366)


class AchievedOut(Output):
    """What somebody achieved, of the items that the caller sees: a person, or a robot."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 9,
                    "name": "Invoice reader",
                    "robot": True,
                    "results": 40,
                    "reversed": 2,
                    "reversals": {"disputed": 2},
                    "handed_over": 3,
                    "hand_overs": {"rejected": 2, "too_late": 1},
                    "hours": 6.5,
                    "cost": 78.2,
                    "accepted": 4,
                    "changed": 1,
                    "refused": 0,
                }
            ]
        }
    )

    id: int
    name: str
    robot: bool
    results: int
    reversed: int
    """What they resolved first, and was taken up again."""
    reversals: dict[str, int]
    """How: reopened by the desk, disputed or answered by who asked, undone."""
    handed_over: int
    hand_overs: dict[str, int]
    """Of robots: rejected, too_late, unable, proposed; of people: given_back."""
    hours: float
    """What people tracked; how long robots had items in hand."""
    cost: float | None
    """What a robot said of its runs, and its price an hour."""
    accepted: int
    changed: int
    refused: int


class BandOut(Output):
    """Results of which robots were so sure, in percent, and how many people left as they were."""

    low: int
    high: int
    total: int
    right: int


class WorkOut(Output):
    """Robots beside people."""

    results: list[AchievedOut]
    bands: list[BandOut]
    bars: dict[int, int]
    """By the id of a robot: the bar of confidence that its history suggests (AI-1)."""


class ProposeIn(BeatIn):
    """What a person is to decide about. `given`: of a mail its `to`, `cc`, `bcc`, `subject` and `text`; of `complete`
    the `fields`, `note`, `method` and `reason`; of a change what a PATCH of the item takes, and a `note`; to `create`
    what starts a Ticket: `category`, `requester`, `title`, `description`, `cc`, `fields`; to `wait` its `type`,
    `until`, `days`, `close_if_no_response`; to `assign` whom `to`; to `move` a `verb` that needs nothing else."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"verb": "mail", "given": {"to": ["rui@acme.example"], "text": "It was paid on Monday."}}]
        }
    )

    verb: Literal["mail", "complete", "change", "create", "wait", "assign", "move"]
    given: dict[str, Any]
    confidence: int | None = Field(None, ge=0, le=100)


class AcceptIn(Input):
    """What is changed before it is done; nothing is as it was proposed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"given": {"text": "It was paid on Tuesday."}}]})

    given: dict[str, Any] | None = None


class RefuseIn(Input):
    """Why not."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "It is another invoice."}]})

    reason: str = Field("", max_length=1000)


class ProposalOut(Output):
    """What a robot proposes. `state` is waiting, accepted, changed, refused or expired. `as_robot`: agreed to as it is,
    the robot does it in its own name; else whoever agrees does it in theirs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 12,
                    "item": "40308-T",
                    "robot": "Invoice reader",
                    "fence": 3,
                    "verb": "mail",
                    "as_robot": False,
                    "given": {"to": ["rui@acme.example"], "text": "It was paid on Monday."},
                    "confidence": 80,
                    "state": "waiting",
                    "created_at": "2026-03-02T09:02:00+00:00",
                    "decided_at": None,
                    "decided_by": None,
                    "reason": None,
                }
            ]
        }
    )

    id: int
    item: str
    robot: str
    fence: int
    verb: str
    as_robot: bool
    given: dict[str, Any]
    confidence: int | None
    state: str
    created_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None


class ProposalPage(Output):
    """Some of them, the oldest first."""

    results: list[ProposalOut]
    next: str | None
