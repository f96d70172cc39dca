"""Running Cases moved to the newest version of their type (decision 48)."""

from typing import Any

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Input, Line, Output, Whole

EXAMPLE: dict[str, Any] = {
    "case_type": "acme/main/finance/onboarding",
    "old": 3,
    "steps": {"collect": "gather"},
    "actions": {"papers": "documents", "form": None},
}


class PreviewIn(Input):
    """From which version, and what becomes of what the newest does not have, by the old names."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    case_type: Line
    old: Whole
    steps: dict[Line, Line] = Field({}, max_length=500)
    """A step of the newest version for one that it does not have. Cases at a step without one keep their version."""
    actions: dict[Line, Line | None] = Field({}, max_length=500)
    """The same for Actions; null closes those that run. One that is not named goes on as it is."""


class UpgradeIn(PreviewIn):
    """The same, and which version is the newest: 409 `stale`, if another was published meanwhile."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**EXAMPLE, "new": 4}]})

    new: Whole


class VanishedOut(Output):
    """A step or an Action that the newest version does not have, and how many Cases or Actions are there."""

    name: str
    title: str
    running: int
    ended: int


class PreviewOut(Output):
    """What the move would do."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "old": 3,
                    "new": 4,
                    "cases": 40,
                    "move": 37,
                    "go_on": 2,
                    "stay": 1,
                    "closed": 2,
                    "kept": 0,
                    "stay_here": ["10040-C"],
                    "again": [],
                    "steps": [],
                    "actions": [{"name": "form", "title": "Form", "running": 2, "ended": 5}],
                }
            ]
        }
    )

    old: int
    new: int
    cases: int
    move: int
    """Cases that go on where they stand."""
    go_on: int
    """Cases whose step is complete by the move; what comes then no undo takes back."""
    stay: int
    """Cases that keep their version: their step has no counterpart."""
    closed: int
    """Actions."""
    kept: int
    """Actions that the newest version does not have and that go on as they are."""
    stay_here: list[str]
    """The first of the Cases that stay."""
    again: list[str]
    """Titles of Actions that some Cases have had and that come again in a later step."""
    steps: list[VanishedOut]
    actions: list[VanishedOut]
