"""An item as people and programs read it: one shape for the three kinds (INTERFACES section 5)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from tramita.domain import due_dates
from tramita.domain.actors import Actor
from tramita.domain.codes import Clock, DueStatus, Kind, Listed, Method, Problem, Role, State, WaitType
from tramita.domain.due_dates import ClockState
from tramita.models import Definition, Item
from tramita.queries.definitions import due_rule
from tramita.queries.due_rules import installation_zone
from tramita.queries.facts import allowed
from tramita.queries.names import Names, QueueName, Who, names_for


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a Waiting item waits, and what would end it."""

    type: WaitType
    since: datetime | None
    until: datetime | None
    days: int | None
    close_if_no_response: bool


@dataclass(frozen=True, slots=True)
class Resolution:
    """How the work ended; of a reopened item only who ended it first, and when (R-20)."""

    method: Method | None
    by: Who | None
    at: datetime | None
    reason: str | None
    first_by: Who | None
    first_at: datetime | None


@dataclass(frozen=True, slots=True)
class ItemProblem:
    """What went wrong with a Case (C-24). `source` is a reference."""

    code: Problem
    source: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class BroughtFrom:
    """Where it comes from: the system, its name there, and its state there (V-61)."""

    system: str
    key: str
    state: str


@dataclass(frozen=True, slots=True)
class Contacts:
    """Whom the item is about (CT-1)."""

    primary: Who | None
    requester: Who | None
    subject: Who | None
    original_requester: Who | None
    cc: Sequence[Who]


@dataclass(frozen=True, slots=True)
class Due:
    """The promise as it stands at the moment of reading; its words are made by `tramita.ui.due_text`.

    `seconds_left` is negative when overdue, and working time when the rule counts it.
    """

    at: datetime | None
    status: DueStatus
    clock: Clock
    seconds_left: int | None

    @property
    def paused(self) -> bool:
        """A wait has stopped the clock."""
        return self.clock is Clock.PAUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """Every key of the interface, and below them what only pages show."""

    reference: str
    kind: Kind
    state: State
    version: int
    title: str
    wait: Wait | None
    resolution: Resolution | None
    problem: ItemProblem | None
    assignee: Who | None
    owner: Who | None
    queue: QueueName | None
    list: Listed
    category: str | None
    case_type: str | None
    customer: str | None
    organisation: str | None
    contacts: Contacts
    due: Due
    highlighted: bool
    new_information: bool
    prioritised: bool
    allowed: Sequence[str]
    description: str | None
    parent: str | None
    merged_into: str | None
    children: Sequence[str]
    estimate: int | None
    schedule: Mapping[str, Any] | None
    fields: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    tags: Sequence[str]
    brought_from: BroughtFrom | None

    id: int
    seq: int  # of the newest entry
    instructions: str | None
    checklist: Sequence[Sequence[Any]]
    submitted_at: datetime | None
    window_ends_at: datetime | None
    allocation: str

    def as_json(self, due_text: str) -> dict[str, Any]:
        """The item of the interface: every key, codes as words, moments still moments."""
        plain = asdict(self)
        for name in PAGE_ONLY:
            del plain[name]
        for name in ("assignee", "owner"):
            plain[name] = _worker(getattr(self, name))
        if self.resolution:
            plain["resolution"]["by"] = _worker(self.resolution.by)
            plain["resolution"]["first_by"] = _worker(self.resolution.first_by)
        plain["queue"] = {"id": self.queue.id, "name": self.queue.key} if self.queue else None
        plain["due"]["text"] = due_text
        return plain


PAGE_ONLY = ("id", "seq", "instructions", "checklist", "submitted_at", "window_ends_at", "allocation")


def view(item: Item, actor: Actor, at: datetime) -> ItemView:
    """The item as this actor reads it at that moment. Cost: one statement for the names."""
    return views([item], actor, at)[0]


def views(items: Sequence[Item], actor: Actor, at: datetime) -> list[ItemView]:
    """Several items. Cost: one statement, however many they are."""
    names = names_for(items)
    return [_view(item, names, actor, at) for item in items]


def due_of(item: Item, at: datetime) -> Due:
    """The due date as it stands; “today” is a day of the calendar's zone, else of the installation's (SLA-13)."""
    rule = due_rule(item.due_rule_id) if item.due_rule_id else None
    clock = ClockState(item.due_at, item.clock, item.seconds_left)
    status = due_dates.status(clock, now=at, zone=rule.zone if rule else installation_zone())
    return Due(item.due_at, status, item.clock, due_dates.seconds_left(clock, rule, now=at))


def _view(item: Item, names: Names, actor: Actor, at: datetime) -> ItemView:
    process = names.definitions.get(item.process_id or 0)
    if process and not Item.process.is_cached(item):
        item.process = Definition(pk=item.process_id, key=process)  # rights are asked by path: no query each
    ticket = item.kind is Kind.TICKET
    return ItemView(
        reference=item.reference,
        kind=item.kind,
        state=item.state,
        version=item.version,
        title=item.title,
        wait=_wait(item),
        resolution=_resolution(item, names, actor),
        problem=_problem(item, names) if _works(actor) else None,
        assignee=names.people.get(item.assignee_id or 0),
        owner=names.people.get(item.owner_id or 0),
        queue=names.queues.get(item.queue_id or 0),
        list=item.listed,
        category=process if ticket else None,
        case_type=None if ticket else process,
        customer=names.definitions.get(item.customer_id or 0),
        organisation=names.organisations.get(item.organisation_id or 0),
        contacts=_contacts(item, names),
        due=due_of(item, at),
        highlighted=item.highlighted,
        new_information=item.new_information,
        prioritised=bool(item.prioritised) and _works(actor),
        allowed=allowed(item, actor, at),
        description=item.description if item.state is State.DRAFT else None,
        parent=names.references.get(item.parent_id or 0),
        merged_into=names.merged.get(item.pk),
        children=sorted(names.below.get(item.pk, ()), key=_by_number),
        estimate=item.estimate,
        schedule=item.schedule,
        fields=item.fields,
        created_at=item.created_at,
        updated_at=item.updated_at,
        closed_at=item.closed_at,
        tags=sorted(names.tags.get(item.pk, ())) if _works(actor) else (),
        brought_from=BroughtFrom(**item.brought_from) if item.brought_from and _works(actor) else None,
        id=item.pk,
        seq=item.seq,
        instructions=item.instructions,
        checklist=item.checklist,
        submitted_at=item.submitted_at,
        window_ends_at=item.window_ends_at,
        allocation=item.allocation,
    )


def _by_number(reference: str) -> tuple[int, str]:
    number, _dash, rest = reference.partition("-")
    return int(number), rest


def _works(actor: Actor) -> bool:
    """Tags, reasons and problems are words of the house: whoever asked reads none."""
    return actor.is_staff or actor.role is Role.ROBOT


def _wait(item: Item) -> Wait | None:
    if item.wait_type is None:
        return None
    return Wait(item.wait_type, item.wait_since, item.wait_until, item.wait_days, item.close_if_no_response)


def _resolution(item: Item, names: Names, actor: Actor) -> Resolution | None:
    if item.method is None and item.first_resolved_at is None:
        return None
    return Resolution(
        method=item.method,
        by=names.people.get(item.resolver_id or 0),
        at=item.resolved_at,
        reason=item.resolution_reason if _works(actor) else None,
        first_by=names.people.get(item.first_resolver_id or 0),
        first_at=item.first_resolved_at,
    )


def _problem(item: Item, names: Names) -> ItemProblem | None:
    if item.problem is None:
        return None
    return ItemProblem(item.problem, names.references.get(item.problem_source_id or 0), item.problem_reason)


def _contacts(item: Item, names: Names) -> Contacts:
    def person(column: str) -> Who | None:
        return names.people.get(getattr(item, f"{column}_id") or 0)

    return Contacts(
        primary=person("primary_contact"),
        requester=person("requester"),
        subject=person("subject"),
        original_requester=person("original_requester"),
        cc=names.copied.get(item.pk, []),
    )


def _worker(who: Who | None) -> dict[str, Any] | None:
    return {"id": who.id, "name": who.name, "kind": who.kind} if who else None
