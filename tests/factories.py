"""The least that is valid, written as services write it: an item always comes with its entries.

Traits name situations: `ticket(waiting=True)`, `ticket(draft=True, creator=ana)`, `action(case(), overdue=True)`.
Any column of the model can be given besides, by its name. Ana works, Rui asks, Eve may not.
"""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Clock, Kind, Listed, Method, Reason, Role, State, Visibility, WaitType
from tramita.models import (
    Attachment,
    Definition,
    Entry,
    Grant,
    Item,
    Membership,
    Message,
    Organisation,
    Person,
    Queue,
    Version,
)
from tramita.queries import people
from tramita.services import ledger, sql
from tramita.services.transactions import writing

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
RUNNING = frozenset({State.TO_DO, State.IN_PROGRESS, State.WAITING})
_running_number = itertools.count(1)


def person(name: str = "Ana Lima", *, role: Role = Role.AGENT, **columns: Any) -> Person:
    """Somebody; the address is made from the first name. `queues` and `grants` may be given."""
    queues, grants = columns.pop("queues", ()), columns.pop("grants", {})
    someone = unsaved(name, role=role, **columns)
    someone.save()
    Membership.objects.bulk_create(Membership(queue=one, person=someone) for one in queues)
    Grant.objects.bulk_create(
        Grant(person=someone, path=path, permissions=list(given)) for path, given in grants.items()
    )
    return someone


def unsaved(name: str, *, role: Role = Role.AGENT, **columns: Any) -> Person:
    """Somebody who is not in the database yet: several are written at once."""
    columns.setdefault("email", f"{(name or 'nobody').split()[0].lower()}.{next(_running_number)}@desk.example")
    return Person(name=name, role=role, **{"created_at": NOW} | columns)


def agent(name: str = "Ana Lima", **columns: Any) -> Actor:
    """Somebody who works items, ready to act."""
    return people.actor_for(person(name, **columns))


def leader(name: str = "Leo Roy", **columns: Any) -> Actor:
    """A team leader."""
    return agent(name, role=Role.TEAM_LEADER, **columns)


def administrator(name: str = "Root", **columns: Any) -> Actor:
    """Somebody who may do everything."""
    return agent(name, role=Role.ADMINISTRATOR, **columns)


def requester(name: str = "Rui Sousa", **columns: Any) -> Person:
    """Somebody who asks."""
    return person(name, role=Role.REQUESTER, **columns)


def manager(name: str = "Marta Vidal", **columns: Any) -> Person:
    """A requester who manages an organisation."""
    return person(name, role=Role.MANAGER, **columns)


def robot(name: str = "Invoice reader", **columns: Any) -> Person:
    """A program that works items; it has a name in the configuration instead of an address."""
    return person(name, role=Role.ROBOT, **a_program() | columns)


def a_program() -> dict[str, Any]:
    """What a robot has in its columns, and nobody else."""
    lease = {"kinds": ["ticket", "action"], "lease": 300}
    return {"email": None, "key": f"robo-{next(_running_number)}", "robot": lease}


def queue(key: str | None = None, **columns: Any) -> Queue:
    """Where items wait."""
    key = key or f"queue-{next(_running_number)}"
    return Queue.objects.create(**{"key": key, "title": key.title()} | columns)


def organisation(key: str | None = None, **columns: Any) -> Organisation:
    """A company."""
    key = key or f"company-{next(_running_number)}"
    return Organisation.objects.create(**{"key": key, "name": key.title()} | columns)


def definition(kind: str = "category", key: str = "acme/main/finance/invoice-query", **body: Any) -> Definition:
    """Something configured, with one version; the one that is there already, if its key is."""
    found, new = Definition.objects.get_or_create(kind=kind, key=key, defaults={"title": key.split("/")[-1]})
    if new:
        found.current = Version.objects.create(definition=found, number=1, body=body, published_at=NOW)
        found.save()
    return found


def ticket(**given: Any) -> Item:
    """A Ticket, To Do in its queue unless a trait or a column says otherwise."""
    given.setdefault("requester", None)
    given.setdefault("primary_contact", given["requester"])
    return item(Kind.TICKET, **{"title": "Invoice 991 twice"} | given)


def case(**given: Any) -> Item:
    """A Case, To Do in its queue."""
    return item(Kind.CASE, **{"title": "New supplier"} | given)


def action(of: Item | None = None, **given: Any) -> Item:
    """An Action of this Case, or of a new one."""
    of = of or case()
    belongs = {
        "number": of.number,
        "ordinal": sql.next_ordinal(of.pk),
        "parent": of,
        "related_to_id": of.related_to_id or of.pk,
        "process": of.process,
        "process_version": of.process_version,
        "queue": of.queue,
    }
    return item(Kind.ACTION, **{"title": "Check the bank account", "action_name": "bank-check"} | belongs | given)


def item(
    kind: Kind,
    *,
    draft: bool = False,
    in_progress: bool = False,
    waiting: bool = False,
    resolved: bool = False,
    closed: bool = False,
    overdue: bool = False,
    at: datetime = NOW,
    by: Actor = SYSTEM,
    **columns: Any,
) -> Item:
    """An item of any kind; see `ticket`, `case` and `action`."""
    traits: dict[str, Any] = {}
    traits |= DRAFT if draft else {}
    traits |= {"state": State.IN_PROGRESS} if in_progress else {}
    traits |= waits(at) if waiting else {}
    traits |= ended(at) if resolved or closed else {}
    traits |= {"state": State.CLOSED, "closed_at": at, "window_ends_at": None} if closed else {}
    traits |= {"due_at": at - timedelta(hours=2), "clock": Clock.RUNNING} if overdue else {}
    return written(kind, {"state": State.TO_DO} | traits | columns, by=by, at=at)


DRAFT: dict[str, Any] = {"state": State.DRAFT, "description": "It came twice."}


def waits(at: datetime) -> dict[str, Any]:
    """Waits for more information, with nothing to end it but mail."""
    return {"state": State.WAITING, "wait_type": WaitType.MORE_INFORMATION, "wait_since": at}


def ended(at: datetime) -> dict[str, Any]:
    """Resolved, with five days to dispute it."""
    return {
        "state": State.RESOLVED,
        "method": Method.REPLIED,
        "resolved_at": at,
        "first_resolved_at": at,
        "window_ends_at": at + timedelta(days=5),
    }


def written(kind: Kind, columns: dict[str, Any], *, by: Actor, at: datetime) -> Item:
    """The item, through the ledger."""
    if columns["state"] is State.DRAFT:
        creator = columns.pop("creator", None)
        columns["creator_id"] = creator.pk if creator else columns.get("creator_id", by.id)
        if "assignee" not in columns:
            columns.setdefault("assignee_id", columns["creator_id"])
    number = columns.pop("number", None) or sql.next_number()
    one = Item(kind=kind, number=number, **columns)
    if "listed" not in columns:
        one.listed = standing(one)
    with writing():
        change = ledger.Change(one, by, at)
        change.record("created", reason=Reason.NEW, data={"from": None, "to": one.state.value})
        ledger.create(one, by=by, at=at, change=change)
    return one


def standing(one: Item) -> Listed:
    """The list it stands in by L-1 to L-4 and L-9."""
    if one.state is State.CLOSED:
        return Listed.NONE
    if one.state in {State.WAITING, State.RESOLVED}:
        return Listed.OWNED
    return Listed.INBOX if one.assignee_id else Listed.QUEUE


def entry(of: Item, type: str = "note_added", *, by: Actor = SYSTEM, at: datetime = NOW, **more: Any) -> Entry:  # noqa: A002
    """One more entry on an item; `reason`, `visibility`, `data`, `words` and columns as `Change.record` takes them."""
    with writing():
        change = ledger.Change(of, by, at)
        change.record(type, **more)
        change.write()
    return Entry.objects.get(item=of, seq=of.seq)


def mail(on: Item, *, outgoing: bool = False, at: datetime = NOW, **columns: Any) -> Message:
    """A mail on an item, with its entry."""
    number = next(_running_number)
    message = Message.objects.create(
        item=on,
        outgoing=outgoing,
        at=at,
        **{
            "message_id": f"{number}@mail.example",
            "subject": "Invoice 991",
            "sender_name": "Rui Sousa",
            "sender_address": "rui@acme.example",
            "to": [["Desk", "invoices@desk.example"]],
            "text": "It came twice.",
            "reply_text": "It came twice.",
        }
        | columns,
    )
    entry(
        on,
        "mail_sent" if outgoing else "mail_received",
        at=at,
        visibility=Visibility.PARTICIPANTS,
        data={"message": message.pk},
    )
    return message


def attachment(to: Item, message: Message | None = None, **columns: Any) -> Attachment:
    """A file on an item or in a mail; the bytes are nowhere."""
    plain = {"sha256": "0" * 64, "filename": "invoice.pdf", "content_type": "application/pdf", "size": 1200, "at": NOW}
    return Attachment.objects.create(item=to, message=message, **plain | columns)
