"""The names of what items point at, for any number of items in one statement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tramita.domain.codes import Kind, Method, Role, WaitType
from tramita.domain.references import Reference
from tramita.models import Item
from tramita.queries.rows import fetch

PEOPLE = (
    "assignee_id",
    "owner_id",
    "resolver_id",
    "first_resolver_id",
    "primary_contact_id",
    "requester_id",
    "subject_id",
    "original_requester_id",
)
KINDS = {str(kind.number): kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Who:
    """A person or robot as others see them."""

    id: int
    name: str
    kind: str  # human or robot
    address: str | None = None


@dataclass(frozen=True, slots=True)
class QueueName:
    """A queue; `key` is its name in the interface, `title` what people read."""

    id: int
    key: str
    title: str


@dataclass(slots=True)
class Names:
    """Looked up by id."""

    people: dict[int, Who] = field(default_factory=dict)
    queues: dict[int, QueueName] = field(default_factory=dict)
    definitions: dict[int, str] = field(default_factory=dict)  # paths of processes, keys of customers
    organisations: dict[int, str] = field(default_factory=dict)
    references: dict[int, str] = field(default_factory=dict)
    merged: dict[int, str] = field(default_factory=dict)  # by item: the reference of what it was merged into
    below: dict[int, list[str]] = field(default_factory=dict)  # by item: the references of what it waits for
    copied: dict[int, list[Who]] = field(default_factory=dict)  # by item
    tags: dict[int, list[str]] = field(default_factory=dict)  # by item


SOURCES = {
    "person": "SELECT 'person', 0, id, name, COALESCE(email, ''), role FROM people WHERE id IN",
    "queue": "SELECT 'queue', 0, id, key, title, '' FROM queues WHERE id IN",
    "definition": "SELECT 'definition', 0, id, key, '', '' FROM definitions WHERE id IN",
    "organisation": "SELECT 'organisation', 0, id, key, '', '' FROM organisations WHERE id IN",
    "item": (
        "SELECT 'item', 0, id, CAST(number AS TEXT), CAST(kind AS TEXT), CAST(ordinal AS TEXT) FROM items WHERE id IN"
    ),
    "copied": (
        "SELECT 'copied', c.item_id, p.id, p.name, COALESCE(p.email, ''), p.role FROM copied_contacts c "
        "JOIN people p ON p.id = c.person_id WHERE c.item_id IN"
    ),
    "tag": "SELECT 'tag', item_id, 0, tag, '', '' FROM item_tags WHERE item_id IN",
    "merged": (
        "SELECT 'merged', l.source_id, i.id, CAST(i.number AS TEXT), CAST(i.kind AS TEXT), CAST(i.ordinal AS TEXT) "
        "FROM links l JOIN items i ON i.id = l.target_id WHERE l.type = 'merged_into' AND l.source_id IN"
    ),
    "split": (
        "SELECT 'below', l.target_id, i.id, CAST(i.number AS TEXT), CAST(i.kind AS TEXT), CAST(i.ordinal AS TEXT) "
        "FROM links l JOIN items i ON i.id = l.source_id WHERE l.type = 'split_from' AND l.target_id IN"
    ),
    "converted": (
        "SELECT 'below', l.source_id, i.id, CAST(i.number AS TEXT), CAST(i.kind AS TEXT), CAST(i.ordinal AS TEXT) "
        "FROM links l JOIN items i ON i.id = l.target_id WHERE l.type = 'converted_to' AND l.source_id IN"
    ),
}


def names_for(items: Sequence[Item]) -> Names:
    """All names that these items need. Cost: one statement, none for no items."""
    wanted = {
        "person": _ids(items, PEOPLE),
        "queue": _ids(items, ["queue_id"]),
        "definition": _ids(items, ["process_id", "customer_id"]),
        "organisation": _ids(items, ["organisation_id"]),
        "item": _ids(items, ["parent_id", "problem_source_id"]),
        "copied": [item.pk for item in items],
        "tag": [item.pk for item in items],
        "merged": [item.pk for item in items if item.method is Method.MERGED],
        "split": [item.pk for item in items if _waits_or_waited(item, WaitType.SPLIT, Method.SPLIT_COMPLETED)],
        "converted": [
            item.pk for item in items if _waits_or_waited(item, WaitType.CASE_LAUNCHED, Method.CASE_LAUNCHED)
        ],
    }
    names, asked = Names(), {source: ids for source, ids in wanted.items() if ids}
    if asked:
        for row in _rows(asked):
            _add(names, *row)
    return names


def _waits_or_waited(item: Item, wait: WaitType, method: Method) -> bool:
    return item.wait_type is wait or item.method is method


def person_name(name: str, address: str) -> str:
    """What to call somebody, who may have nothing but an address."""
    return name or address


def who(person_id: int, name: str, address: str, role: str) -> Who:
    """Somebody, from the columns of their row."""
    kind = "robot" if role == Role.ROBOT else "human"
    return Who(person_id, person_name(name, address), kind, address or None)


def _ids(items: Iterable[Item], columns: Iterable[str]) -> list[int]:
    return sorted({found for item in items for column in columns if (found := getattr(item, column)) is not None})


def _rows(asked: dict[str, list[int]]) -> list[tuple[Any, ...]]:
    parts = [f"{SOURCES[source]} ({', '.join(['%s'] * len(ids))})" for source, ids in asked.items()]
    return fetch(" UNION ALL ".join(parts), [one for ids in asked.values() for one in ids])


def _add(names: Names, source: str, item: int, found: int, first: str, second: str, third: str) -> None:
    match source:
        case "person":
            names.people[found] = who(found, first, second, third)
        case "copied":
            names.copied.setdefault(item, []).append(who(found, first, second, third))
        case "tag":
            names.tags.setdefault(item, []).append(first)
        case "queue":
            names.queues[found] = QueueName(found, first, second)
        case "definition":
            names.definitions[found] = first
        case "organisation":
            names.organisations[found] = first
        case "merged":
            names.merged[item] = _reference(first, second, third)
        case "below":
            names.below.setdefault(item, []).append(_reference(first, second, third))
        case "item":
            names.references[found] = _reference(first, second, third)


def _reference(number: str, kind: str, ordinal: str) -> str:
    return str(Reference(KINDS[kind], int(number), int(ordinal)))
