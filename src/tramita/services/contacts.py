"""The people an item is about: primary contact, requester, subject, original requester, copies (SPEC section 16)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from tramita.domain.actors import STAFF
from tramita.domain.codes import Role
from tramita.domain.companies import belongs_elsewhere
from tramita.domain.errors import FieldError, Invalid
from tramita.models import CopiedContact, Item, Organisation, Person
from tramita.queries.memory import once_a_batch
from tramita.queries.people import by_other_addresses
from tramita.queries.rows import document, fetch
from tramita.services import sql

Holder = TypeVar("Holder", Person, int)
TAGS = ("primary_contact", "requester", "subject")
WORKERS = STAFF | {Role.ROBOT}


def by_address(addresses: Mapping[str, str | None]) -> dict[str, Person]:
    """The active people with these addresses, by field. An unknown one is refused, naming its field."""
    wanted = {name: address.strip().lower() for name, address in addresses.items() if address and address.strip()}
    found = _known(set(wanted.values()))
    for name, address in wanted.items():
        if address not in found:
            raise Invalid.one(name, "unknown_contact", "There is no contact “%(address)s”.", address=address)
    return {name: found[address] for name, address in wanted.items()}


def copied_by_address(addresses: Iterable[str]) -> list[Person]:
    """As above for the people in copy, each once."""
    unique = dict.fromkeys(address.strip().lower() for address in addresses if address.strip())
    found = _known(unique)
    for address in unique:
        if address not in found:
            raise Invalid.one("cc", "unknown_contact", "There is no contact “%(address)s”.", address=address)
    return [found[address] for address in unique]


def _known(addresses: Collection[str]) -> dict[str, Person]:
    """The active people with these addresses. Cost: one statement, one more where an address is not theirs any more."""
    found = {str(one.email): one for one in Person.objects.filter(email__in=addresses, is_active=True)}
    return found | by_other_addresses([one for one in addresses if one not in found])


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


def organisation_for(item: Item, requester: Person | None) -> int | None:
    """The organisation of the item when this person asks: theirs, else the one it has.

    A colleague who asks does not move it: it stays with the customer (CT-6).
    """
    if requester is None or requester.organisation_id is None:
        return item.organisation_id
    if requester.role in WORKERS and item.organisation_id is not None:
        return item.organisation_id
    return requester.organisation_id


def check_companies(people: Mapping[str, Iterable[Person]], organisation_id: int | None) -> None:
    """Refuse agents of one company as contacts of another's item (CT-6). Cost: one statement, none without such agents.

    `people` by the field that names them. Raises: Invalid, naming each field.
    """
    bound = [(field, one) for field, some in people.items() for one in some if is_bound(one.role, one.organisation_id)]
    strangers = elsewhere({one.organisation_id for _, one in bound}, organisation_id)
    faults = [works_elsewhere(field, one.email or one.name) for field, one in bound if one.organisation_id in strangers]
    if faults:
        raise Invalid(faults)


def works_elsewhere(field: str, address: str) -> FieldError:
    """What is told of an agent of another company."""
    return FieldError(
        field,
        "other_company",
        "“%(address)s” works for another company, and cannot be a contact here.",
        {"address": address},
    )


def elsewhere(companies: Iterable[int | None], organisation_id: int | None) -> set[int]:
    """Those of the companies of agents that are strangers to an item of this organisation."""
    found = {one for one in companies if one not in (None, organisation_id)}
    if not found or organisation_id is None:
        return set()
    parent = Organisation.objects.filter(pk=organisation_id).values_list("parent_id", flat=True).first()
    return {one for one in found if one and belongs_elsewhere(one, of_item=organisation_id, parent=parent)}


def is_bound(role: str, organisation_id: int | None) -> bool:
    """Whether somebody works here for one company only (CT-6)."""
    return role in WORKERS and organisation_id is not None


def holders(item: Item, columns: Mapping[str, Any], copied: Iterable[Person] | None) -> dict[str, list[Person]]:
    """Everybody who is a contact of the item when these columns are changed, by the field that names them.

    The original requester can never be removed, and is not asked about (CT-4). Cost: one statement, one more unless the
    people in copy are given.
    """
    ids = {name: columns.get(f"{name}_id", getattr(item, f"{name}_id")) for name in TAGS}
    found = Person.objects.in_bulk([one for one in ids.values() if one is not None])
    people = {name: [found[one]] for name, one in ids.items() if one in found}
    copies = Person.objects.filter(pk__in=CopiedContact.objects.filter(item=item).values("person"))
    return people | {"cc": list(copies if copied is None else copied)}


def copy_to(item: Item, people: Iterable[Person]) -> None:
    """Put people in copy, besides those who are (CT-1)."""
    rows = [CopiedContact(item=item, person=person) for person in people]
    if rows:
        CopiedContact.objects.bulk_create(rows, ignore_conflicts=True)


def may_have_to_do(item: Item, people: Iterable[Person]) -> list[Person]:
    """Without the agents of another company (CT-6)."""
    some = list(people)
    companies = {one.organisation_id for one in some if is_bound(one.role, one.organisation_id)}
    strangers = elsewhere(companies, item.organisation_id)
    return [one for one in some if not (one.role in WORKERS and one.organisation_id in strangers)]


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
