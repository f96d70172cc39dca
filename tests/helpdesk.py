"""The world that `samples/mail/expected.json` speaks of: two routes, three items in three states, one agent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests import factories
from tests.desk import publish
from tests.samples import MAIL, world
from tramita.domain.actors import Actor
from tramita.domain.mail_tokens import plus_address
from tramita.domain.references import Reference
from tramita.models import Item, Mailbox, Message, Queue, Route
from tramita.queries import people
from tramita.queries.mailboxes import keys
from tramita.services import mailing, receiving, resolving, starting, waiting

CLOCK = datetime.fromisoformat(world()["clock"])
SERVICE = "acme/main/finance"


@dataclass(frozen=True)
class Helpdesk:
    """The world with its items by the references that the samples call them by."""

    lee: Actor
    items: Mapping[str, Item]
    words: tuple[tuple[bytes, bytes], ...]

    def raw(self, name: str) -> bytes:
        """A sample with our references, Message-IDs and plus-addresses in place of its own."""
        data = (MAIL / name).read_bytes()
        for theirs, ours in self.words:
            data = data.replace(theirs, ours)
        return data

    def receive(self, name: str, *, mailbox: str | None = None, at: datetime = CLOCK) -> receiving.Outcome:
        """Import one sample."""
        return receiving.receive(self.raw(name), mailbox=mailbox, source="import", at=at)


def build() -> Helpdesk:
    """Write it to the database."""
    queue = factories.queue("helpdesk")
    lee = people.actor_for(factories.person("Lee Tran", email="lee.tran@helpdesk.example", queues=[queue]))
    _routes(queue)
    for name in ("Marta Nowak", "Inigo Pena", "Helene Marchand", "Ines Carvalho", "Juergen Gross"):
        factories.requester(name, email=f"{name.lower().replace(' ', '.')}@customer.example")
    items = {reference: _item(said, lee) for reference, said in world()["items"].items()}
    return Helpdesk(lee, items, tuple(_words(items)))


def _routes(queue: Queue) -> None:
    publish("due_rule", "plain", within="3 days")
    customer = publish("customer", "acme")
    service = publish("service", SERVICE, publish("contract", "acme/main", customer))
    for address in world()["routes"]:
        name = address.partition("@")[0]
        category = publish(
            "category", f"{SERVICE}/{name}", service, title=name, queue=queue.key, due="plain", feedback_window=7
        )
        mailbox = Mailbox.objects.create(address=address)
        Route.objects.create(mailbox=mailbox, address=address, process=category, acknowledge=True)


def _item(said: Mapping[str, str], lee: Actor) -> Item:
    """A Ticket in the state that the sentence tells, answered by Lee."""
    state = said["state"]
    days = timedelta(days=0 if state.startswith("Waiting") else 2 if state.startswith("Resolved") else 30)
    at = CLOCK - days - timedelta(hours=1)
    item = starting.start_ticket(
        title="Badge reader at door 4",
        description="It stays red.",
        category=f"{SERVICE}/desk",
        requester=said["requester"],
        cc=said.get("cc", ()),
        by=lee,
        at=at,
    )
    at += timedelta(hours=1)
    mailing.send(item, to=[said["requester"]], text="Could you try again?", by=lee, at=at)
    if not days:
        waiting.wait(item, type="more_information", by=lee, at=at)
        return item
    resolving.resolve(item, method="replied", by=lee, at=at)
    if state == "Closed":
        resolving.window_passed(item, at=CLOCK - timedelta(days=20))
    return item


def _words(items: Mapping[str, Item]) -> list[tuple[bytes, bytes]]:
    pairs: list[tuple[str, str]] = []
    for reference, item in items.items():
        said = world()["items"][reference]
        pairs.append((said["last_sent"], Message.objects.get(item=item, outgoing=True).message_id))
        if "plus_address" in said:
            ours = Reference(item.kind, item.number, item.ordinal)
            pairs.append((said["plus_address"], plus_address("desk@helpdesk.example", ours, keys=keys())))
    pairs += [(reference, item.reference) for reference, item in items.items()]
    return [(theirs.encode(), ours.encode()) for theirs, ours in pairs]
