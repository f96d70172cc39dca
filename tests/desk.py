"""A small desk: one customer, a category that counts working time, a Case type, and the cast."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import transaction

from tests import factories
from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.models import Definition, Grant, Item, Mailbox, Membership, Person, Queue, Route, Version
from tramita.queries import people
from tramita.services import starting

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FIRST_ID = 1_000_000  # of its definitions: far from what the database counts
NAMED = {"category": "path", "case_type": "path", "calendar": "key", "sign_on": "key"}  # how a body calls what it is
OFFICE = {"key": "office", "time_zone": "UTC", "week": {"mon-fri": "09:00-12:00 13:00-18:00"}}

ONBOARDING: dict[str, object] = {
    "title": "Onboarding",
    "queue": "invoices",
    "due": "two_days",
    "feedback_window": 3,
    "allow_title_change": True,
    "actions": {
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
    },
}


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
    """A definition with its first version; it knows its name, as those that were applied do."""
    if kind in NAMED:
        body = {NAMED[kind]: key, **body}
    definition = Definition.objects.create(kind=kind, key=key, title=key, parent=parent)
    definition.current = Version.objects.create(definition=definition, number=1, body=body, published_at=MONDAY)
    definition.save()
    return definition


def offer(found: Definition, **more: object) -> str:
    """Have a category or Case type offered in the portal from now on; how the catalogue calls it."""
    body = {**Version.objects.get(pk=found.current_id).body, "self_service": True, **more}
    found.current = Version.objects.create(definition=found, number=2, body=body, published_at=MONDAY)
    found.save()
    return f"{found.kind}:{found.key}"


def build() -> Desk:
    """Write it to the database: a statement a table, as near two thousand tests begin with it."""
    with transaction.atomic():
        invoices = factories.queue("invoices")
        ana, eve, leo, rui, marta, robot = _cast(invoices)
        definitions = _definitions(str(ana.email))
        _mailbox(definitions)
    known = {actor.id: actor for actor in people.actors([one.pk for one in (ana, eve, leo, robot)])}
    actors = [known[one.pk] for one in (ana, eve, leo)]
    return Desk(invoices, *actors, rui, marta, known[robot.pk], definitions)


def _cast(invoices: Queue) -> list[Person]:
    every = [
        factories.unsaved("Ana Lima"),
        factories.unsaved("Eve Stone"),
        factories.unsaved("Leo Roy", role=Role.TEAM_LEADER),
        factories.unsaved("Rui Sousa", role=Role.REQUESTER),
        factories.unsaved("Marta Vidal", role=Role.REQUESTER),
        factories.unsaved("Invoice reader", role=Role.ROBOT, **factories.a_program()),
    ]
    Person.objects.bulk_create(every)
    ana, eve, robot = every[0], every[1], every[-1]
    Membership.objects.bulk_create(Membership(queue=invoices, person=one) for one in (ana, robot))
    Grant.objects.create(person=eve, path="other", permissions=["view", "create", "work", "resolve", "mail"])
    return every


def _definitions(email: str) -> dict[str, Definition]:
    """Those that start items. Their ids are given, as they name one another."""
    every: dict[str, Definition] = {}
    for kind, key, body in _configured(email):
        above = every.get(key.rpartition("/")[0])
        number = FIRST_ID + len(every)
        body = {NAMED[kind]: key, **body} if kind in NAMED else body
        made = Definition(id=number, kind=kind, key=key, title=key, parent=above)
        made.current = Version(id=number, definition=made, number=1, body=body, published_at=MONDAY)
        every[key] = made
    Definition.objects.bulk_create(every.values())
    Version.objects.bulk_create(one.current for one in every.values())
    return {key.rpartition("/")[2]: one for key, one in every.items() if one.kind in ("category", "case_type")}


def _configured(email: str) -> list[tuple[str, str, dict[str, object]]]:
    two_days = {"within": "16 working hours", "calendar": OFFICE, "add_wait_time": True, "allow_override": True}
    query = {"queue": "invoices", "due": "two_days", "feedback_window": 5, "title": "Invoice query"}
    return [
        ("due_rule", "two_days", two_days),
        ("due_rule", "plain", {"within": "3 days"}),
        ("customer", "acme", {}),
        ("contract", "acme/main", {}),
        ("service", "acme/main/finance", {}),
        ("category", "acme/main/finance/invoice-query", query),
        ("category", "acme/main/finance/plain", {"queue": "invoices", "due": "plain", "title": "Plain"}),
        ("category", "acme/main/finance/pushed", {"queue": "invoices", "assign_user": email, "title": "Pushed"}),
        ("case_type", "acme/main/finance/onboarding", ONBOARDING),
    ]


def _mailbox(definitions: dict[str, Definition]) -> None:
    mailbox = Mailbox.objects.create(address="invoices@desk.example")
    Route.objects.bulk_create(
        Route(mailbox=mailbox, address=address, process=definitions[name], acknowledge=name != "onboarding")
        for address, name in (("invoices@desk.example", "invoice-query"), ("suppliers@desk.example", "onboarding"))
    )
