"""Who and what there is: users, contacts, queues, organisations and what is configured, a page at a time.

Every list is ordered by id and continues after one. Each row is what a face shows, names instead of ids.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from tramita.domain.actors import STAFF, Actor
from tramita.domain.codes import Role
from tramita.domain.errors import NotFound, NotPermitted
from tramita.models import Definition, Mailbox, Membership, Organisation, Person, Queue
from tramita.queries import contacts as contacts_seen
from tramita.queries import visibility
from tramita.queries.trash import not_trashed

WORKERS = (*sorted(STAFF), Role.ROBOT)
ASKERS = (Role.REQUESTER, Role.MANAGER)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """Some rows, and the id to go on after; None on the last page."""

    rows: list[Row]
    last: int | None


def users(actor: Actor, *, after: int, limit: int) -> DirectoryPage:
    """Who works items, robots included; nothing for robots (B-8)."""
    _of_people(actor)
    people = Person.objects.filter(role__in=WORKERS).select_related("organisation").prefetch_related("queues")
    return _page(actor, people, _user, after, limit)


def contacts(actor: Actor, *, after: int, limit: int, q: str = "") -> DirectoryPage:
    """Who asks for things. `q` is the beginning of an address."""
    people = Person.objects.filter(not_trashed(), role__in=ASKERS, email__startswith=q.strip().lower())
    people = people.select_related("organisation")
    if actor.bounds is not None and actor.bounds.organisations is not None:
        people = people.filter(Q(organisation__in=actor.bounds.organisations) | Q(email__in=actor.bounds.participants))
    return _page(actor, people, _contact, after, limit)


def queues(actor: Actor, *, after: int, limit: int) -> DirectoryPage:
    """Where items wait for a team; who that is, is not told to robots (B-8)."""
    told = _queue_of_nobody if actor.role is Role.ROBOT else _queue
    return _page(actor, Queue.objects.prefetch_related("memberships__person"), told, after, limit)


def organisations(actor: Actor, *, after: int, limit: int) -> DirectoryPage:
    """Who is served; who of the house looks after them, is not told to robots (B-8)."""
    rows = Organisation.objects.select_related("parent", "account_manager")
    if actor.bounds is not None and actor.bounds.organisations is not None:
        rows = rows.filter(pk__in=actor.bounds.organisations)
    told = _organisation_of_nobody if actor.role is Role.ROBOT else _organisation
    return _page(actor, rows, told, after, limit)


def mailboxes(actor: Actor, *, after: int, limit: int) -> DirectoryPage:
    """Where mail arrives, and what it starts."""
    return _page(actor, Mailbox.objects.prefetch_related("routes__process"), _mailbox, after, limit)


def categories(actor: Actor, *, after: int, limit: int) -> DirectoryPage:
    """Categories of Tickets that are in use, on the branches this actor may see (SEC-2)."""
    return _page(actor, _defined("category", actor), _process, after, limit)


def case_types(actor: Actor, *, after: int, limit: int) -> DirectoryPage:
    """Case types that are in use, on the branches this actor may see (SEC-2)."""
    return _page(actor, _defined("case_type", actor), _case_type, after, limit)


def approval_types(actor: Actor, *, after: int, limit: int) -> DirectoryPage:
    """What a manager may be asked to approve, the inactive ones too (AP-5)."""
    rows = Definition.objects.filter(kind="approval_type", active=True).select_related("current")
    return _page(actor, rows, _approval_type, after, limit)


def roles(actor: Actor, *, after: int, limit: int) -> DirectoryPage:
    """The roles that this desk has made itself, and what is switched in them (SEC-1)."""
    _of_people(actor)
    rows = Definition.objects.filter(kind="role", active=True).select_related("current")
    return _page(actor, rows, _role, after, limit)


def _of_people(actor: Actor) -> None:
    """Raises: NotPermitted: robots know whom they work with from their items, and no more (B-8)."""
    if actor.role is Role.ROBOT:
        raise NotPermitted("A robot reads nothing of how people are managed.")


def _page(actor: Actor, rows: "QuerySet[Any]", told: Callable[[Any], Row], after: int, limit: int) -> DirectoryPage:
    """One row more than asked tells whether there is another page. Raises: NotPermitted, for who only asks."""
    if not (actor.is_staff or actor.role is Role.ROBOT):
        raise NotPermitted("Only those who work items may read this.")
    found: list[Model] = list(rows.filter(pk__gt=after).order_by("pk")[: limit + 1])
    more = len(found) > limit
    return DirectoryPage([told(row) for row in found[:limit]], found[limit - 1].pk if more else None)


def contact(actor: Actor, number: int) -> Row:
    """One of those who ask. Raises: NotFound, also for who may not be seen. Cost: two statements."""
    found = contacts_seen.get_visible(actor, number)
    person = Person.objects.filter(role__in=ASKERS).select_related("organisation").filter(pk=found.id).first()
    if person is None:
        raise NotFound("There is no such contact.")
    return _contact(person)


def _defined(kind: str, actor: Actor) -> "QuerySet[Definition]":
    rows = Definition.objects.filter(kind=kind, active=True, current__isnull=False).select_related("current")
    return rows if actor.grants is None else rows.filter(pk__in=visibility.processes(actor, "view"))


def _user(person: Person) -> Row:
    return {
        **_someone(person),
        "key": person.key,
        "role": person.role,
        "custom_role": person.custom,
        "builder": person.builder,
        "language": person.language or None,
        "time_zone": person.time_zone or None,
        "queues": sorted(queue.key for queue in person.queues.all()),
        "absent": person.absent,
    }


def _contact(person: Person) -> Row:
    asks = {"time_zone": person.time_zone or None, "calendar": person.calendar, "due_rule": person.due}
    return {**_someone(person), "role": person.role, "language": person.language or None, **asks}


def _someone(person: Person) -> Row:
    return {
        "id": person.pk,
        "name": person.name,
        "kind": "robot" if person.role is Role.ROBOT else "human",
        "address": person.email,
        "organisation": person.organisation.key if person.organisation else None,
        "properties": person.properties or {},
        "active": person.is_active,
    }


def _queue(queue: Queue) -> Row:
    rows: Iterable[Membership] = queue.memberships.all()
    return {
        "id": queue.pk,
        "name": queue.key,
        "title": queue.title,
        "team": queue.team,
        "strict": queue.strict,
        "return_idle": queue.return_idle,
        "active": queue.active,
        "members": sorted(one.person.called for one in rows),
        "managers": sorted(one.person.called for one in rows if one.manager),
        "farms": list(queue.farms or ()),
    }


def queue_row(key: str) -> Row:
    """One queue, as lists tell of it. Raises: NotFound."""
    found = Queue.objects.prefetch_related("memberships__person").filter(key=key, active=True).first()
    if found is None:
        raise NotFound("There is no such queue.")
    return _queue(found)


def _queue_of_nobody(queue: Queue) -> Row:
    return _queue(queue) | {"members": [], "managers": [], "farms": []}


def _organisation(organisation: Organisation) -> Row:
    return {
        "id": organisation.pk,
        "name": organisation.key,
        "title": organisation.name,
        "parent": organisation.parent.key if organisation.parent else None,
        "domains": organisation.domains,
        "account_manager": organisation.account_manager.email if organisation.account_manager else None,
        "active": organisation.active,
        "properties": organisation.properties or {},
    }


def _organisation_of_nobody(organisation: Organisation) -> Row:
    return _organisation(organisation) | {"account_manager": None}


def _mailbox(mailbox: Mailbox) -> Row:
    return {
        "id": mailbox.pk,
        "address": mailbox.address,
        "active": mailbox.active,
        "routes": [
            {"to": route.address, "start": route.process.key, "active": route.active} for route in mailbox.routes.all()
        ],
    }


def _process(definition: Definition) -> Row:
    body = _body(definition)
    return {
        "id": definition.pk,
        "path": definition.key,
        "title": definition.title or definition.key,
        "queue": body.get("queue"),
        "fields": body.get("fields", {}),
        "cards": body.get("cards", []),
    }


def _case_type(definition: Definition) -> Row:
    actions: Mapping[str, Any] = _body(definition).get("actions", {})
    startable = sorted(name for name, action in actions.items() if action.get("startable"))
    return {**_process(definition), "startable": startable}


def _approval_type(definition: Definition) -> Row:
    body = _body(definition)
    return {
        "id": definition.pk,
        "name": definition.key,
        "title": body.get("name", definition.key),
        "description": body.get("description", ""),
        "active": body.get("active", True),
    }


def _role(definition: Definition) -> Row:
    body = _body(definition)
    return {
        "id": definition.pk,
        "name": definition.key,
        "title": definition.title,
        "description": body.get("description", ""),
        "based_on": body["based_on"],
        "options": body.get("options", {}),
    }


def _body(definition: Definition) -> Mapping[str, Any]:
    return definition.current.body if definition.current else {}
