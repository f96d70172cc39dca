"""Saved views, and the Focus list (H-7, Z-6)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Input, Line, Output, Whole
from tramita.api.schemas.examples import ANA
from tramita.api.schemas.items import WhoOut

Shared = Literal["nobody", "team", "all"]
Narrowing = Annotated[
    dict[Annotated[str, Field(max_length=110)], Annotated[list[Line], Field(max_length=50)]], Field(max_length=40)
]
LATE: dict[str, Any] = {
    "title": "Late invoices",
    "narrowing": {"queue": ["invoices"], "due": ["overdue"]},
    "columns": ["state", "due", "who"],
    "sort": "due",
    "group": None,
    "shared": "nobody",
    "team": None,
}
KEPT: dict[str, Any] = {
    "id": 4,
    **LATE,
    "owner": ANA,
    "may_change": True,
    "version": 1,
    "updated_at": "2026-03-02T10:00:00+00:00",
}


class ViewIn(Input):
    """A list with a name. Each field of `narrowing` has alternatives; `me` is who reads it."""

    model_config = ConfigDict(json_schema_extra={"examples": [LATE]})

    title: Line
    narrowing: Narrowing = {}
    """Named as in the address of a list: `kind state list due wait mark queue assignee owner organisation process tag`,
    `created_from created_to created_days` and the same of `updated`, and `fields.NAME` of declared fields."""
    columns: list[Line] = Field([], max_length=40)
    """None: the usual ones."""
    sort: Line = "due"
    group: Line | None = None
    shared: Shared = "nobody"
    team: Line | None = None
    """The name of a queue, for `shared: team`."""


class ViewChange(Input):
    """What is to be different; what is not named stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Late invoices", "version": 1}]})

    title: Line | None = None
    narrowing: Narrowing | None = None
    columns: Annotated[list[Line], Field(max_length=40)] | None = None
    sort: Line | None = None
    group: Line | None = None
    shared: Shared | None = None
    team: Line | None = None
    version: Whole | None = None
    """The one that was read: 409 when somebody changed the view since. Without it, what is there now is changed."""


class ViewOut(Output):
    """A saved view, as its reader has it."""

    model_config = ConfigDict(json_schema_extra={"examples": [KEPT]})

    id: int
    title: str
    narrowing: dict[str, list[str]]
    columns: list[str]
    sort: str
    group: str | None
    shared: Shared
    team: str | None
    owner: WhoOut
    may_change: bool
    """Whether the caller may change it, or take it away."""
    version: int
    updated_at: datetime


class ViewPage(Output):
    """Some views."""

    results: list[ViewOut]
    next: str | None


class FocusIn(Input):
    """The whole list, from the top."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": ["40308-T", "10040-C-A2"]}]})

    items: list[Line] = Field(max_length=50)
