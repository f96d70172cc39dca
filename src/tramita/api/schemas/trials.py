"""A test run of a process, played from its start to its last move and taken back (BU-5)."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Address, Input, Line, Output, Text, Whole
from tramita.api.schemas.processes import WHICH, WhichIn
from tramita.domain.codes import Kind, State


class TrialMoveIn(Input):
    """A move, as the items of a run offer them: `complete` of an Action, `later` by days, `fields` of the whole."""

    do: Line
    item: Whole = 0
    """Its place among the items of the run."""
    value: Line | Whole | dict[str, Any] | None = None
    """Of `later` the days, of `fields` an object, of `rework` a step or `action:NAME`."""


class TrialIn(WhichIn):
    """What is tried, and what is done in it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                WHICH
                | {"title": "Invoice 991 twice", "description": "Twice.", "requester": "rui@acme.example"}
                | {"moves": [{"do": "resolve"}, {"do": "later", "value": 6}]}
            ]
        }
    )

    draft: bool = False
    """Of the draft, else of what is published."""
    title: Line = ""
    """Of a Case the short description."""
    description: Text = ""
    requester: Address = ""
    fields: dict[str, Any] = Field(default_factory=dict)
    route: Address = ""
    """To begin by a mail to this address, one that may be used in test runs."""
    moves: list[TrialMoveIn] = Field(default_factory=list, max_length=200)


class TrialMoveOut(Output):
    """A move that the item offers now, and whose it is, where somebody is asked."""

    do: str
    of: str


class TrialItemOut(Output):
    """An item of the run; it has no reference, for nothing of it lasts."""

    item: int
    """Its place, by which a move names it."""
    kind: Kind
    action: str | None
    title: str
    state: State
    moves: list[TrialMoveOut]


class TrialActionOut(Output):
    """An Action of a step."""

    name: str
    title: str
    state: State | None


class TrialStepOut(Output):
    """A step of the Case."""

    name: str
    title: str
    state: str
    actions: list[TrialActionOut]


class TrialMailOut(Output):
    """A mail that would have been sent."""

    to: list[str]
    subject: str
    text: str


class TrialFaultOut(Output):
    """Why the next move was refused."""

    code: str
    detail: str


class TrialOut(Output):
    """How it stands after the moves that were `done`; with a `fault` the next one was refused."""

    state: State
    problem: str | None
    title: str
    due: datetime | None
    now: datetime
    fields: dict[str, Any]
    steps: list[TrialStepOut]
    items: list[TrialItemOut]
    mails: list[TrialMailOut]
    done: int
    fault: TrialFaultOut | None
