"""The shapes of answers, as a type checker sees them. What is absent is None, never missing."""

from typing import Any, Literal, TypedDict


class Who(TypedDict):
    """Somebody who works: a person or a robot."""

    id: int
    name: str
    kind: Literal["human", "robot"]


class Contact(Who):
    """Somebody an item is about."""

    address: str | None


class Contacts(TypedDict):
    """The people an item is about."""

    primary: Contact | None
    requester: Contact | None
    subject: Contact | None
    original_requester: Contact | None
    cc: list[Contact]


class Queue(TypedDict):
    """Where an item waits for a team."""

    id: int
    name: str


class Wait(TypedDict):
    """Why an item waits."""

    type: str
    since: str | None
    until: str | None
    days: int | None
    close_if_no_response: bool


class Resolution(TypedDict):
    """How the work ended."""

    method: str | None
    by: Who | None
    at: str | None
    reason: str | None
    first_by: Who | None
    first_at: str | None


class Trouble(TypedDict):
    """What a person must look at."""

    code: str
    source: str | None
    reason: str | None


class Due(TypedDict):
    """The promise; `seconds_left` is negative when overdue."""

    at: str | None
    status: Literal["not_set", "on_target", "today", "overdue"]
    clock: Literal["running", "paused", "stopped"]
    seconds_left: int | None
    text: str


class Schedule(TypedDict):
    """The named dates that due dates may be counted from."""

    name: str
    dates: dict[str, str]


class BroughtFrom(TypedDict):
    """Of what was worked on elsewhere: the system, its name there, and its state there."""

    system: str
    key: str
    state: str


class Item(TypedDict):
    """A Ticket, Case or Action."""

    reference: str
    kind: Literal["ticket", "case", "action"]
    state: Literal["draft", "to_do", "in_progress", "waiting", "resolved", "closed"]
    version: int
    title: str
    wait: Wait | None
    resolution: Resolution | None
    problem: Trouble | None
    assignee: Who | None
    owner: Who | None
    queue: Queue | None
    list: Literal["inbox", "owned", "queue", "none"]
    category: str | None
    case_type: str | None
    customer: str | None
    organisation: str | None
    contacts: Contacts
    due: Due
    highlighted: bool
    new_information: bool
    prioritised: bool
    allowed: "list[str]"
    description: str | None
    parent: str | None
    merged_into: str | None
    children: "list[str]"
    instructions: str | None
    checklist: dict[str, bool] | None
    estimate: int | None
    schedule: Schedule | None
    brought_from: BroughtFrom | None
    fields: dict[str, Any]
    created_at: str
    updated_at: str
    closed_at: str | None
    tags: "list[str]"


class Entry(TypedDict):
    """One line of a timeline."""

    seq: int
    at: str
    actor: Who | None
    type: str
    data: dict[str, Any]
    visibility: Literal["internal", "participants"]
    item: str


class Event(Entry):
    """One line of everything that happened."""

    id: int


class Approver(TypedDict):
    """Somebody who is asked on a level, so many of whom must agree."""

    level: int
    needed: int
    person: Who
    state: Literal["awaiting", "approved", "rejected", "expired"]
    decided_by: Who | None
    decided_at: str | None


class Approval(TypedDict):
    """A request for a decision, and how it ended."""

    id: int
    item: str
    type: str | None
    state: Literal["awaiting", "approved", "rejected", "cancelled", "expired"]
    comment: str | None
    reason: str | None
    requested_by: Who | None
    requested_at: str
    decided_by: Who | None
    decided_at: str | None
    decided_for: Who | None
    approvers: list[Approver]


class View(TypedDict):
    """A saved list, as its reader has it."""

    id: int
    title: str
    narrowing: dict[str, list[str]]
    columns: list[str]
    sort: str
    group: str | None
    shared: Literal["nobody", "team", "all"]
    team: str | None
    owner: Who
    may_change: bool
    version: int
    updated_at: str


class Notices(TypedDict):
    """What the owner is told of, and how."""

    chosen: dict[str, list[str]]
    mails: bool
    quiet_from: str | None
    quiet_until: str | None


Absence = TypedDict("Absence", {"from": str, "to": str, "substitute": str | None})


class Settings(TypedDict):
    """The owner's own settings; those of the desk's pages are None for who only asks."""

    language: str | None
    time_zone: str | None
    theme: Literal["system", "light", "dark"]
    density: Literal["dense", "airy"] | None
    shows_time: bool | None
    signature: str | None
    signs: bool | None
    notices: Notices | None


class Mail(TypedDict):
    """A mail of ours, on its way or gone."""

    id: int
    item: str
    state: str
    due: str
    written_at: str
    error: str | None
    tries: int
    subject: str
    writer: str
    address: str
    to: list[str]
    automatic: bool


class Arrived(TypedDict):
    """A mail that came in, and what became of it."""

    id: int
    mailbox: str
    sender: str
    subject: str
    outcome: str
    reason: str | None
    at: str
    items: list[str]


class PutAway(TypedDict):
    """An unhandled mail that somebody deleted."""

    id: int
    mailbox: str
    sender: str
    subject: str
    reason: str | None
    at: str
    by: str
    deleted_at: str | None


class Load(TypedDict):
    """A colleague, and how many items of theirs the owner sees by due status; `id` is None for what is nobody's."""

    id: int | None
    name: str
    total: int
    overdue: int
    today: int
    on_target: int
    not_set: int


class ContactRow(TypedDict):
    """What became of a row of a sheet."""

    line: int
    about: str
    outcome: Literal["created", "changed", "left", "refused"]
    code: str | None
    reason: str | None


class Member(TypedDict):
    """Somebody of an organisation."""

    id: int
    name: str
    address: str | None
    organisation: str | None
    manager: bool
    active: bool


class Hit(TypedDict):
    """An item that was found, and where the words stand."""

    where: Literal["reference", "item", "mail", "note", "file"]
    item: Item
