"""What is here already of the records that an import brings, and what they name: a few statements a batch."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tramita.domain.actors import STAFF
from tramita.domain.bringing_in import Record
from tramita.domain.codes import Kind, Role, State
from tramita.domain.references import Reference
from tramita.models import BroughtIn, Definition, Item, Person
from tramita.queries import definitions
from tramita.queries.definitions import Current
from tramita.queries.list_rows import KINDS
from tramita.queries.memory import once_a_batch
from tramita.queries.people import by_other_addresses
from tramita.queries.records import among
from tramita.queries.rows import fetch

WORKERS = STAFF | {Role.ROBOT}


@dataclass(frozen=True, slots=True)
class Who:
    """A person by id, the organisation they are of, and whether they work here."""

    id: int
    organisation_id: int | None
    staff: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What a batch of records finds here."""

    here: Mapping[str, str]  # what was brought in before: its reference, by key
    items: Mapping[str, Item]  # what others hang below, by key
    taken: frozenset[int]  # numbers of items that began here
    people: Mapping[str, Who]  # active ones, by address


def known(system: str, records: Sequence[Record]) -> Known:
    """Cost: five statements, whatever the number of records."""
    keys = [one.key for one in records]
    here = fetch(
        "SELECT b.key, i.kind, i.number, i.ordinal FROM brought_in b JOIN items i ON i.id = b.item_id "
        f"WHERE b.system = %s AND {among('b.key', keys or [''])}",
        [system, *(keys or [""])],
    )
    parents = {one.parent for one in records if one.parent}
    below = BroughtIn.objects.filter(system=system, key__in=parents).select_related("item__process") if parents else ()
    numbers = {one.reference.number for one in records if one.reference is not None}
    ours = Item.objects.filter(number__in=numbers, brought_from__isnull=True) if numbers else Item.objects.none()
    return Known(
        here={key: str(Reference(KINDS[kind], number, ordinal)) for key, kind, number, ordinal in here},
        items={row.key: row.item for row in below},
        taken=frozenset(ours.values_list("number", flat=True)),
        people=people(address for one in records for address in _addresses(one)),
    )


def people(addresses: Iterable[str]) -> dict[str, Who]:
    """The active ones, by address. Cost: one statement, one more where an address is not theirs any more."""
    named = set(addresses) - {""}
    found = {str(one.email): one for one in Person.objects.filter(email__in=named, is_active=True)}
    found |= by_other_addresses([one for one in named if one not in found])
    return {address: Who(one.pk, one.organisation_id, one.role in WORKERS) for address, one in found.items()}


def _addresses(record: Record) -> Iterator[str]:
    yield from (record.requester, record.assignee, record.resolved_by)
    yield from (said.sender for said in record.articles)


def process(kind: Kind, said: str) -> Current[Any] | None:
    """The category or Case type of this path; else the one of this title, if there is but one."""
    of = "category" if kind is Kind.TICKET else "case_type"
    path = _paths(of).get(said.casefold())
    if path is None:
        return None
    return definitions.current_category(path) if kind is Kind.TICKET else definitions.current_case_type(path)


@once_a_batch
def _paths(kind: str) -> Mapping[str, str]:
    """The active ones: their paths by title, and by themselves."""
    rows = Definition.objects.filter(kind=kind, active=True, current__isnull=False).values_list("key", "title")
    every = list(rows)
    titles = [title.casefold() for _, title in every]
    by_title = {title.casefold(): key for key, title in every if titles.count(title.casefold()) == 1}
    return by_title | {key.casefold(): key for key, _ in every}


def all_closed_below(system: str) -> list[int]:
    """Brought-in Tickets whose wait is for what is all Closed, and there is some of it."""
    rows = fetch(
        "SELECT b.item_id FROM brought_in b JOIN items i ON i.id = b.item_id WHERE b.system = %s AND i.state = %s "
        "AND i.wait_type IN ('split', 'case_launched') "
        "AND EXISTS (SELECT 1 FROM items c WHERE c.parent_id = i.id) "
        "AND NOT EXISTS (SELECT 1 FROM items c WHERE c.parent_id = i.id AND c.state < %s) ORDER BY b.item_id",
        [system, State.WAITING.number, State.CLOSED.number],
    )
    return [pk for (pk,) in rows]
