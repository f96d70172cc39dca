"""Tickets or Cases from a sheet."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict

from tramita.api.schemas.base import Output

SHEET: dict[str, Any] = {
    "id": 3,
    "kind": "ticket",
    "name": "march.xlsx",
    "unique_titles": True,
    "total": 120,
    "phase": "checked",
    "counts": {"waiting": 0, "ready": 118, "created": 0, "refused": 2, "stopped": 0},
    "created_at": "2026-03-02T10:00:00+00:00",
    "begun_at": None,
}


class SheetCountsOut(Output):
    """How many rows had which outcome so far."""

    waiting: int
    ready: int
    created: int
    refused: int
    stopped: int


class SheetOut(Output):
    """A sheet, and how far it is: `checking`, `checked`, `creating` or `ended`."""

    model_config = ConfigDict(json_schema_extra={"examples": [SHEET]})

    id: int
    kind: str
    name: str
    unique_titles: bool
    total: int
    phase: str
    counts: SheetCountsOut
    created_at: datetime
    begun_at: datetime | None


class SheetRowOut(Output):
    """One row; `item` is null until it is created, or when the caller may not see it any more."""

    line: int
    outcome: str
    item: str | None
    code: str | None
    """Of a refusal, as the call for a single item has it."""
    reason: str | None
    """The same in the caller's language, with the names of the columns."""


class SheetRowPage(Output):
    """Some rows of a sheet, in their order."""

    results: list[SheetRowOut]
    next: str | None
