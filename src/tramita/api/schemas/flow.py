"""The flow of a Case (INTERFACES section 5)."""

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Input, Line, Output
from tramita.api.schemas.items import WhoOut
from tramita.domain.codes import State
from tramita.queries.flow_view import Passage


class ReworkIn(Input):
    """Where to start again: at the beginning of a step, or at an Action, by its name or its reference."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"step": "collect"}]})

    step: Line | None = None
    action: Line | None = None
    terminate: bool = True
    """Whether Actions launched by hand end too; those of the steps always do (C-34)."""
    schedule: Line | None = None
    """The schedule to go on by, else the one that the Case has (C-30)."""


class FlowActionOut(Output):
    """An Action of a step. It has no reference before it begins, nor when its condition left it out."""

    name: str
    reference: str | None
    title: str
    state: State | None
    assignee: WhoOut | None
    approvers: list[WhoOut] = Field([], description="On whose decision it waits.")


class FlowStepOut(Output):
    """A step. `asked`: it is done, and a person moves the Case on with `next-step`."""

    name: str
    title: str
    state: Passage
    actions: list[FlowActionOut]


class EstimateOut(Output):
    """Seconds of effort: of the Actions that there are, of those to come, and of both (C-13)."""

    total: int
    created: int
    to_come: int
    locked: bool
    """The Case is Resolved or Closed."""


class FlowOut(Output):
    """Every step of the Case's type, in order."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "steps": [
                        {
                            "name": "check",
                            "title": "Check",
                            "state": "running",
                            "actions": [
                                {
                                    "name": "bank-check",
                                    "reference": "10040-C-A2",
                                    "title": "Check the bank account",
                                    "state": "in_progress",
                                    "assignee": {"id": 3, "name": "Ana Lima", "kind": "human"},
                                    "approvers": [],
                                }
                            ],
                        }
                    ],
                    "estimate": None,
                }
            ]
        }
    )

    steps: list[FlowStepOut]
    estimate: EstimateOut | None
    """Null where no Action of the Case's type says how long it takes."""
