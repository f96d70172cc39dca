"""Who and what there is."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Day, Input, Output
from tramita.domain.codes import Role


class _Someone(Output):
    id: int
    name: str
    kind: Literal["human", "robot"]
    address: str | None
    role: Role
    organisation: str | None
    language: str | None
    active: bool
    properties: dict[str, Any]
    """What the configuration keeps of users or contacts besides."""


class AbsenceOut(Output):
    """Whole days in the zone of the person, both included; `substitute` is an address."""

    model_config = ConfigDict(populate_by_name=True)

    from_: date = Field(alias="from")
    to: date
    substitute: str | None


class AbsenceIn(Input):
    """When somebody is away: whole days where they are, both included."""

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={"examples": [{"from": "2027-08-01", "to": "2027-08-15", "substitute": "leo@desk.example"}]},
    )

    from_: Day = Field(alias="from")
    to: Day
    substitute: Annotated[str, Field(max_length=254)] | None = None
    """The address of whom rules give their work to meanwhile."""


class UserOut(_Someone):
    """Who works items: a person, or a robot (which has a `key` and no address)."""

    key: str | None
    custom_role: str | None
    """The role of this desk that they have; it stands on `role`."""
    builder: str | None
    """What they may do in the Builder besides: designer, publisher or administrator."""
    time_zone: str | None
    queues: list[str]
    absent: AbsenceOut | None
    """Their absence as it is kept, be it over, and who gets their new work then."""


class ContactPersonOut(_Someone):
    """Who asks for things."""

    time_zone: str | None
    calendar: str | None
    """The calendar by which they work; they are not reminded outside of it."""
    due_rule: str | None
    """Of what they ask for, before that of their organisation and of the process."""


class QueueOut(Output):
    """Where items wait for a team."""

    id: int
    name: str
    title: str
    team: str | None
    """The key of the team that it belongs to."""
    strict: bool
    return_idle: str | None
    """After so long an item that was given to somebody and that nobody began is back in the queue."""
    active: bool
    members: list[str]
    """Those who are named, and the robots of its farms."""
    managers: list[str]
    farms: list[str]
    """Whatever robots these have, work the queue."""


class QueueIn(Input):
    """What of a queue is to be different. People go by their address, robots by their name."""

    strict: bool | None = None
    """Robots first: people get by the button only what a robot rejected."""
    add: list[Annotated[str, Field(max_length=254)]] = Field([], max_length=200)
    remove: list[Annotated[str, Field(max_length=254)]] = Field([], max_length=200)
    add_farms: list[Annotated[str, Field(max_length=200)]] = Field([], max_length=50)
    remove_farms: list[Annotated[str, Field(max_length=200)]] = Field([], max_length=50)
    add_managers: list[Annotated[str, Field(max_length=254)]] = Field([], max_length=200)
    remove_managers: list[Annotated[str, Field(max_length=254)]] = Field([], max_length=200)


class OrganisationOut(Output):
    """Who is served."""

    id: int
    name: str
    title: str
    parent: str | None
    domains: list[str]
    account_manager: str | None
    active: bool
    properties: dict[str, Any]


class RouteOut(Output):
    """Mail to this address starts that."""

    to: str
    start: str
    active: bool


class MailboxOut(Output):
    """Where mail arrives."""

    id: int
    address: str
    active: bool
    routes: list[RouteOut]


class CategoryOut(Output):
    """What a Ticket may be about; `path` is the value of `category`."""

    id: int
    path: str
    title: str
    queue: str | None
    fields: dict[str, Any]
    cards: list[dict[str, Any]]
    """Names of fields that stand together, in their order; the last one may have no name."""


class CaseTypeOut(CategoryOut):
    """A process; `path` is the value of `case_type`, `startable` are the Actions that people launch by hand."""

    startable: list[str]


class ApprovalTypeOut(Output):
    """What a manager may be asked to approve."""

    id: int
    name: str
    title: str
    description: str
    active: bool


class RoleOut(Output):
    """A role of this desk: a standard one with single rights switched on or off."""

    id: int
    name: str
    title: str
    description: str
    based_on: Role
    options: dict[str, bool]


class RolePage(Output):
    """Some roles."""

    results: list[RoleOut]
    next: str | None


class UserPage(Output):
    """Some users."""

    results: list[UserOut]
    next: str | None


class ContactPage(Output):
    """Some contacts."""

    results: list[ContactPersonOut]
    next: str | None


class QueuePage(Output):
    """Some queues."""

    results: list[QueueOut]
    next: str | None


class OrganisationPage(Output):
    """Some organisations."""

    results: list[OrganisationOut]
    next: str | None


class MailboxPage(Output):
    """Some mailboxes."""

    results: list[MailboxOut]
    next: str | None


class CategoryPage(Output):
    """Some categories."""

    results: list[CategoryOut]
    next: str | None


class CaseTypePage(Output):
    """Some Case types."""

    results: list[CaseTypeOut]
    next: str | None


class ApprovalTypePage(Output):
    """Some approval types."""

    results: list[ApprovalTypeOut]
    next: str | None
