"""The people an item is about: primary contact, requester, subject, original requester, copies (SPEC section 16)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from tramita.domain.codes import Role
from tramita.domain.errors import Invalid
from tramita.models import CopiedContact, Item, Person
from tramita.queries.memory import once_a_batch
from tramita.queries.rows import document, fetch
from tramita.services import sql

Holder = TypeVar("Holder", Person, int)
TAGS = ("primary_contact", "requester", "subject")


def by_address(addresses: Mapping[str, str | None]) -> dict[str, Person]:
    """The active people with these addresses, by field. An unknown one is refused, naming its field."""
    wanted = {name: address.strip().lower() for name, address in addresses.items() if address and address.strip()}
    found = {p.email: p for p in Person.objects.filter(email__in=set(wanted.values()), is_active=True)}
    for name, address in wanted.items():
        if address not in found:
            raise Invalid.one(name, "unknown_contact", "There is no contact “%(address)s”.", address=address)
    return {name: found[address] for name, address in wanted.items()}


def copied_by_address(addresses: Iterable[str]) -> list[Person]:
    """As above for the people in copy, each once."""
    unique = dict.fromkeys(address.strip().lower() for address in addresses if address.strip())
    found = {p.email: p for p in Person.objects.filter(email__in=unique, is_active=True)}
    for address in unique:
        if address not in found:
            raise Invalid.one("cc", "unknown_contact", "There is no contact “%(address)s”.", address=address)
    return [found[address] for address in unique]


def filled(given: Mapping[str, Holder], item: Item) -> dict[str, Holder]:
    """The first contact gets every tag that nobody has; the first requester is the original one (CT-3, CT-4).

    People or their ids, by tag.
    """
    people = dict(given)
    if people:
        first = people.get("requester") or people.get("primary_contact") or next(iter(people.values()))
        for name in TAGS:
            if name not in people and getattr(item, f"{name}_id") is None:
                people[name] = first
    if item.original_requester_id is None and "requester" in people:
        people["original_requester"] = people["requester"]
    return people


def set_organisation(item: Item) -> None:
    """The item belongs to the organisation of who asks."""
    if item.requester_id is not None:
        item.organisation_id = organisation_for(item, item.requester_id)


def organisation_for(item: Item, requester_id: int) -> int | None:
    """The organisation of the item when this person asks: theirs, else the one it has."""
    theirs: int | None = Person.objects.get(pk=requester_id).organisation_id
    return item.organisation_id if theirs is None else theirs


def copy_to(item: Item, people: Iterable[Person]) -> None:
    """Put people in copy, besides those who are (CT-1)."""
    rows = [CopiedContact(item=item, person=person) for person in people]
    if rows:
        CopiedContact.objects.bulk_create(rows, ignore_conflicts=True)


def from_sender(address: str, name: str, *, at: datetime) -> tuple[int, int | None]:
    """Make a requester of who is a stranger: their id and their organisation's, which their domain tells (MAIL-56)."""
    address = address.strip().lower()
    organisation = organisation_of(address)
    row = EMPTY | {
        "email": address,
        "name": name.strip()[:200] or address,
        "organisation_id": organisation,
        "created_at": at,
    }
    made = sql.insert("people", [row], returning=True, once=True)
    if made:
        return made[0], organisation
    rival = Person.objects.get(email=address)  # two first mails may come at once
    return rival.pk, rival.organisation_id


EMPTY: dict[str, Any] = {
    "password": "!",  # the mark of no password
    "role": Role.REQUESTER,
    "language": "",
    "time_zone": "",
    "theme": "",
    "is_active": True,
    "own_queues_only": False,
    "configured": False,
}


def organisation_of(address: str) -> int | None:
    """The organisation that this address's domain belongs to."""
    return organisations_by_domain().get(address.rpartition("@")[2])


@once_a_batch
def organisations_by_domain() -> Mapping[str, int]:
    """Of two with the same domain the older one."""
    rows = fetch("SELECT id, domains FROM organisations WHERE active ORDER BY id DESC")
    return {domain: pk for pk, domains in rows for domain in document(domains)}
