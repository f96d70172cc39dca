"""The desk that reference data belong to: a fixed configuration, its people, and who asks."""

import json
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Kind, Role
from tramita.models import Definition, Membership, Organisation, Person, Queue
from tramita.queries import definitions
from tramita.queries.due_rules import current_due_rule
from tramita.services.definitions import apply

ANCHOR = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)  # the present of reference data; a Monday
FOUNDED = datetime(2023, 1, 2, 8, 0, tzinfo=UTC)
ASKING = 1000  # people who ask

CUSTOMERS = {"northwind": "Northwind", "acme": "Acme", "globex": "Globex"}
QUEUES = ("invoices", "payments", "suppliers", "payroll", "travel", "helpdesk", "access", "facilities")
AGENTS_A_QUEUE = 5
CATEGORIES: dict[str, dict[str, tuple[str, str, int | None]]] = {  # service: name: queue, due rule, feedback window
    "finance": {
        "invoice-query": ("invoices", "two_days", 5),
        "payment-query": ("payments", "three_days", 5),
        "supplier-change": ("suppliers", "five_days", 3),
    },
    "people": {"payroll-question": ("payroll", "three_days", 5), "expenses": ("travel", "five_days", None)},
    "it": {
        "incident": ("helpdesk", "three_days", 2),
        "access-request": ("access", "two_days", 5),
        "move": ("facilities", "five_days", 5),
    },
}
CASE_TYPES = {
    "finance": ("supplier-onboarding", "suppliers", ("collect-papers", "bank-check", "create-supplier")),
    "people": ("new-joiner", "payroll", ("contract", "payroll-entry", "first-day")),
    "it": ("audit", "access", ("list-accounts", "review-rights", "report")),
}
FIRST = ("Ana", "Rui", "Lucía", "Marek", "Élise", "João", "Zofia", "Pedro", "Inês", "Leo", "Marta", "Hugo", "Łucja")
LAST = ("Lima", "Sousa", "Ramos", "Nowak", "Dubois", "Costa", "Wójcik", "García", "Moreau", "Roy", "Vidal", "Stone")


@dataclass(frozen=True, slots=True)
class Process:
    """A category or Case type, with all that an item stores of it."""

    kind: Kind
    path: str
    title: str
    definition_id: int
    version_id: int
    customer_id: int | None
    queue_id: int
    due_rule_id: int | None
    window_days: int | None
    actions: tuple[tuple[str, str], ...] = ()  # name and title


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody who asks."""

    id: int
    name: str
    address: str
    organisation_id: int | None


@dataclass(frozen=True, slots=True)
class Desk:
    """The ids that items are made of."""

    categories: list[Process]
    case_types: list[Process]
    agents: dict[int, list[Actor]]  # by queue
    asking: list[Asking]
    addresses: dict[int, str] = field(default_factory=dict)  # by definition: where mail about it comes from


def write() -> None:
    """Apply the configuration and enter who asks."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "reference.yaml")
        file.write_text(json.dumps(configuration()), encoding="utf-8")  # JSON is YAML
        apply([file], by=SYSTEM, at=FOUNDED)
    homes = list(Organisation.objects.order_by("id").values_list("id", "key"))
    Person.objects.bulk_create(_asking(number, *homes[number % len(homes)]) for number in range(ASKING))


def load() -> Desk:
    """The desk as the database has it; its definitions are read, so that nobody asks for them later."""
    paths = Definition.objects.filter(active=True).order_by("id")
    categories = [_category(path) for path in paths.filter(kind="category").values_list("key", flat=True)]
    case_types = [_case_type(path) for path in paths.filter(kind="case_type").values_list("key", flat=True)]
    asking = Person.objects.filter(role=Role.REQUESTER).order_by("id")
    rows = asking.values_list("id", "name", "email", "organisation_id")
    addresses = {process.definition_id: f"{process.path.split('/')[2]}@desk.example" for process in categories}
    return Desk(
        categories,
        case_types,
        _agents(),
        [Asking(pk, name, email or "", home) for pk, name, email, home in rows],
        addresses,
    )


def configuration() -> dict[str, Any]:
    """The sections of INTERFACES section 4."""
    return {
        "calendars": {"office": {"time_zone": "Europe/Warsaw", "week": {"mon-fri": "09:00-12:30 13:00-17:30"}}},
        "due_rules": {
            "two_days": {"within": "16 working hours", "calendar": "office", "add_wait_time": True},
            "three_days": {"within": "3 days", "add_wait_time": True, "allow_override": True},
            "five_days": {"within": "5 days"},
        },
        "queues": {
            key: {"title": key.title(), "members": [_agent(key, n)[0] for n in range(AGENTS_A_QUEUE)]} for key in QUEUES
        },
        "organisations": {
            key: {"name": name, "domains": [f"{key}.example"], "account_manager": "lead@desk.example"}
            for key, name in CUSTOMERS.items()
        },
        "users": {
            "lead@desk.example": {"name": "Leo Roy", "role": "team_leader"},
            **{
                address: {"name": name, "role": "agent"}
                for key in QUEUES
                for address, name in (_agent(key, n) for n in range(AGENTS_A_QUEUE))
            },
        },
        "customers": {key: _customer(key) for key in CUSTOMERS},
        "mailboxes": {f"{service}@desk.example": {"routes": _routes(service)} for service in CATEGORIES},
    }


def _customer(key: str) -> dict[str, Any]:
    services = {name: {"ticket_categories": _categories(name), "case_types": _case_types(name)} for name in CATEGORIES}
    return {"organisation": key, "contracts": {"main": {"calendar": "office", "services": services}}}


def _categories(service: str) -> dict[str, Any]:
    return {
        name: {
            "title": _title(name),
            "queue": queue,
            "due": due,
            **({"feedback_window": f"{window} days"} if window else {}),
        }
        for name, (queue, due, window) in CATEGORIES[service].items()
    }


def _case_types(service: str) -> dict[str, Any]:
    name, queue, actions = CASE_TYPES[service]
    steps = [{action: {"actions": [{action: {"title": _title(action), "startable": True}}]}} for action in actions]
    case_type = {"title": _title(name), "queue": queue, "due": "five_days", "feedback_window": "3 days"}
    return {name: {**case_type, "progression": "manual", "steps": steps}}


def _routes(service: str) -> list[dict[str, Any]]:
    """Mail to the service of each customer starts a Ticket of its first category."""
    first = next(iter(CATEGORIES[service]))
    return [
        {"to": f"{service}.{key}@desk.example", "start": "ticket", "category": f"{key}/main/{service}/{first}"}
        for key in CUSTOMERS
    ]


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _agent(queue: str, number: int) -> tuple[str, str]:
    name = f"{FIRST[(len(queue) + number) % len(FIRST)]} {LAST[(len(queue) * 3 + number) % len(LAST)]}"
    return f"{queue}.{number}@desk.example", name


def _asking(number: int, organisation_id: int, organisation: str) -> Person:
    name = f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST) % len(LAST)]}"
    return Person(
        email=f"asks.{number}@{organisation}.example",
        name=name,
        role=Role.REQUESTER,
        organisation_id=organisation_id,
        password="!",  # noqa: S106 - the mark of no password
        created_at=FOUNDED,
    )


def _category(path: str) -> Process:
    current = definitions.current_category(path)
    if current is None:
        raise LookupError(path)
    return _process(Kind.TICKET, current)


def _case_type(path: str) -> Process:
    current = definitions.current_case_type(path)
    if current is None:
        raise LookupError(path)
    actions = tuple((action.name, action.title) for action in current.process.startable())
    return _process(Kind.CASE, current, actions)


def _process(kind: Kind, current: definitions.Current[Any], actions: tuple[tuple[str, str], ...] = ()) -> Process:
    process, rule_id = current.process, current_due_rule(current.process.due, current.process.path)
    if rule_id is not None:
        definitions.due_rule(rule_id)
    return Process(
        kind=kind,
        path=process.path,
        title=process.title,
        definition_id=current.definition_id,
        version_id=current.version_id,
        customer_id=current.customer_id,
        queue_id=definitions.queue_id(process.queue) or 0,
        due_rule_id=rule_id,
        window_days=process.feedback_window,
        actions=actions,
    )


def _agents() -> dict[int, list[Actor]]:
    """Everybody who works a queue, as somebody who acts."""
    agents: dict[int, list[Actor]] = {queue: [] for queue in Queue.objects.order_by("id").values_list("id", flat=True)}
    for member in Membership.objects.select_related("person").order_by("id"):
        person = member.person
        agents[member.queue_id].append(Actor(person.pk, person.name, Role(person.role), email=person.email or ""))
    return agents
