"""An item, one shape for the three kinds (INTERFACES section 5)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field

from tramita.api.paging import Paging
from tramita.api.schemas.base import Output, QueryMoment
from tramita.api.schemas.examples import ITEM
from tramita.domain.codes import Clock, DueStatus, Kind, Listed, Mark, Method, Problem, State, WaitType


class WhoOut(Output):
    """Somebody who works: a person or a robot."""

    id: int
    name: str
    kind: Literal["human", "robot"]


class ContactOut(WhoOut):
    """Somebody the item is about."""

    address: str | None


class QueueRefOut(Output):
    """Where it waits for a team. A view calls its name `key`."""

    id: int
    name: str = Field(validation_alias=AliasChoices("key", "name"))


class WaitOut(Output):
    """Why a Waiting item waits."""

    type: WaitType
    since: datetime | None
    until: datetime | None
    days: int | None
    close_if_no_response: bool


class ResolutionOut(Output):
    """How the work ended, and who ended it first (R-20)."""

    method: Method | None
    by: WhoOut | None
    at: datetime | None
    reason: str | None
    first_by: WhoOut | None
    first_at: datetime | None


class ProblemOut(Output):
    """What a person must look at (C-24)."""

    code: Problem
    source: str | None
    reason: str | None


class BroughtFromOut(Output):
    """Of what was worked on elsewhere: the system, its name there, and its state there, in that system's words."""

    system: str
    key: str
    state: str


class ContactsOut(Output):
    """The people the item is about (CT-1)."""

    primary: ContactOut | None
    requester: ContactOut | None
    subject: ContactOut | None
    original_requester: ContactOut | None
    cc: list[ContactOut]


class DueOut(Output):
    """The promise. `seconds_left` is negative when overdue; `at` is null while the clock does not run."""

    at: datetime | None
    status: DueStatus
    clock: Clock
    seconds_left: int | None
    text: str = ""
    """In the reader's language and zone."""


class ScheduleOut(Output):
    """Which one it is, `payroll/2026-12`, and its dates as they were when it was chosen."""

    name: str
    dates: dict[str, str]


def _ticked(value: Any) -> Any:
    """A view has pairs; a PATCH takes an object, so a read gives one."""
    return value if isinstance(value, dict) else dict(value or ()) or None


class ItemOut(Output):
    """A Ticket, Case or Action. What is absent is null."""

    model_config = ConfigDict(json_schema_extra={"examples": [ITEM]})

    reference: str
    kind: Kind
    state: State
    version: int
    title: str
    wait: WaitOut | None
    resolution: ResolutionOut | None
    problem: ProblemOut | None
    assignee: WhoOut | None
    owner: WhoOut | None
    queue: QueueRefOut | None
    list: Listed
    category: str | None
    case_type: str | None
    customer: str | None
    organisation: str | None
    contacts: ContactsOut
    due: DueOut
    highlighted: bool
    new_information: bool
    prioritised: bool
    """A leader put it first in its queue, for those who work here."""
    allowed: Sequence[str]  # `list` is a field here
    """Last path segments of the calls that this caller may make now, whatever input is still missing."""
    description: str | None
    """Of a Draft; afterwards it is in the timeline."""
    parent: str | None
    """The Case of an Action or Sub-Case; the Ticket that a Ticket was split from, or that a Case was made of."""
    merged_into: str | None
    """Of a Ticket that was merged: where it goes on."""
    children: Sequence[str]
    """Of a Ticket: those it was split into, or the Case that it became."""
    instructions: str | None
    """Of an Action: what to do."""
    checklist: Annotated[dict[str, bool] | None, BeforeValidator(_ticked)]
    """Of an Action: what must be ticked before it is complete, and whether it is."""
    estimate: int | None
    """Of an Action: seconds of effort, if its type says how long it takes (C-13)."""
    schedule: ScheduleOut | None
    """Of a Case and its Actions: the named dates that due dates may be counted from (BU-6)."""
    fields: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    tags: Sequence[str]
    brought_from: BroughtFromOut | None


class LaunchedOut(ItemOut):
    """The Action that was launched, the first one of several copies."""

    launched: Sequence[str]
    """The references of all copies."""


class ItemPage(Output):
    """Some items."""

    results: list[ItemOut]
    next: str | None


def _split(value: Any) -> Any:
    """`state=to_do,waiting` is `state=to_do&state=waiting`."""
    return [part.strip() for one in value for part in one.split(",")] if isinstance(value, list) else value


Kinds = Annotated[list[Kind], BeforeValidator(_split), Field(max_length=50)]
States = Annotated[list[State], BeforeValidator(_split), Field(max_length=50)]
Lists = Annotated[list[Listed], BeforeValidator(_split), Field(max_length=50)]
Marks = Annotated[list[Mark], BeforeValidator(_split), Field(max_length=50)]


def _sort(value: Any) -> Any:
    """The names of the item's times are understood too: `-updated_at`."""
    return value.removesuffix("_at") if isinstance(value, str) else value


Sorts = Annotated[
    Literal["-updated", "updated", "-created", "created", "-due", "due", "-number", "number"], BeforeValidator(_sort)
]


class ItemFilter(Paging):
    """What to narrow by. Words may be repeated or separated by commas; what does not exist matches nothing."""

    kind: Kinds = []
    state: States = []
    listed: Lists = Field([], alias="list")
    mark: Marks = Field([], description="Of what stands out: any of them. `prioritised` is what a leader put first.")
    queue: str = Field("", max_length=100)
    assignee: str = Field("", max_length=254, description="`me`, `none`, an id, an address, or a robot's name.")
    organisation: str = Field("", max_length=100)
    category: str = Field("", max_length=400)
    due: DueStatus | None = None
    overdue: bool | None = None
    q: str = Field("", max_length=200, description="A reference, or part of the title.")
    updated_since: QueryMoment | None = None
    sort: Sorts = "-updated"
