"""A small desk: one customer, a category that counts working time, a Case type, and the cast."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests import factories
from tramita.domain.actors import Actor
from tramita.models import Definition, Item, Mailbox, Person, Queue, Route, Version
from tramita.queries import people
from tramita.services import starting

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OFFICE = {"key": "office", "time_zone": "UTC", "week": {"mon-fri": "09:00-12:00 13:00-18:00"}}


@dataclass
class Desk:
    """What the tests of the services need at hand."""

    invoices: Queue
    ana: Actor
    eve: Actor
    leo: Actor
    rui: Person
    marta: Person
    robot: Actor
    definitions: dict[str, Definition] = field(default_factory=dict)

    def ticket(self, **given: object) -> Item:
        """A submitted Ticket of Rui's, To Do in its queue."""
        plain = {
            "title": "Invoice 991 twice",
            "description": "It came twice.",
            "category": "acme/main/finance/invoice-query",
            "requester": self.rui.email,
            "by": self.ana,
            "at": MONDAY,
        }
        return starting.start_ticket(**plain | given)

    def case(self, **given: object) -> Item:
        """A submitted Case."""
        plain = {
            "case_type": "acme/main/finance/onboarding",
            "short_description": "Bodegas Llorente",
            "requester": self.rui.email,
            "by": self.ana,
            "at": MONDAY,
        }
        return starting.start_case(**plain | given)


def publish(kind: str, key: str, parent: Definition | None = None, **body: object) -> Definition:
    """A definition with its first version."""
    definition = Definition.objects.create(kind=kind, key=key, title=key, parent=parent)
    definition.current = Version.objects.create(definition=definition, number=1, body=body, published_at=MONDAY)
    definition.save()
    return definition


def build() -> Desk:
    """Write it to the database."""
    invoices = factories.queue("invoices")
    ana = factories.person("Ana Lima", queues=[invoices])
    eve = factories.person("Eve Stone", grants={"other": ["view", "create", "work", "resolve", "mail"]})
    leo = factories.person("Leo Roy", role="team_leader")
    rui, marta = factories.requester("Rui Sousa"), factories.requester("Marta Vidal")
    robot = factories.robot(queues=[invoices])
    publish("due_rule", "two_days", within="16 working hours", calendar=OFFICE, add_wait_time=True, allow_override=True)
    publish("due_rule", "plain", within="3 days")
    customer = publish("customer", "acme")
    contract = publish("contract", "acme/main", customer)
    service = publish("service", "acme/main/finance", contract)
    processes = {
        "invoice-query": {"queue": "invoices", "due": "two_days", "feedback_window": 5, "title": "Invoice query"},
        "plain": {"queue": "invoices", "due": "plain", "title": "Plain"},
        "pushed": {"queue": "invoices", "assign_user": ana.email, "title": "Pushed"},
    }
    definitions = {
        name: publish("category", f"acme/main/finance/{name}", service, **body) for name, body in processes.items()
    }
    actions = {
        "bank-check": {
            "name": "bank-check",
            "title": "Check the bank account",
            "queue": "invoices",
            "due": "plain",
            "startable": True,
            "checklist": ["IBAN checked"],
        },
        "create-supplier-by-hand": {"name": "create-supplier-by-hand", "title": "Create it", "startable": True},
        "create-supplier": {"name": "create-supplier", "title": "Create the supplier"},
    }
    definitions["onboarding"] = publish(
        "case_type",
        "acme/main/finance/onboarding",
        service,
        title="Onboarding",
        queue="invoices",
        due="two_days",
        feedback_window=3,
        allow_title_change=True,
        actions=actions,
    )
    mailbox = Mailbox.objects.create(address="invoices@desk.example")
    for address, name in (("invoices@desk.example", "invoice-query"), ("suppliers@desk.example", "onboarding")):
        Route.objects.create(
            mailbox=mailbox, address=address, process=definitions[name], acknowledge=name != "onboarding"
        )
    actor = people.actor_for
    return Desk(invoices, actor(ana), actor(eve), actor(leo), rui, marta, actor(robot), definitions)
