"""The defects of an item and of its related group, and the categories that they may have (D-1, D-2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tramita.domain.errors import NotFound
from tramita.domain.references import Reference
from tramita.models import Defect, Item
from tramita.queries.names import Who, who
from tramita.queries.rows import fetch, moment, moment_or_none
from tramita.queries.timeline import KINDS
from tramita.queries.visibility import Fragment

KIND = "defect_category"
MOST = 100


@dataclass(frozen=True, slots=True)
class Category:
    """What kind of defect; `title` with the levels above: “Billing › Wrong amount”. An inactive one is history."""

    id: int
    path: str
    title: str
    active: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A defect as people and programs read it. `item` is the reference of where it was written down."""

    id: int
    item: str
    category: str
    category_title: str
    party: str | None
    description: str
    created_by: Who
    created_at: datetime
    resolved_by: Who | None
    resolved_at: datetime | None


def service_of(item: Item) -> str:
    """The path of the item's service line, which has the categories; empty for a Draft without a process."""
    path = item.process.key if item.process else ""
    return "/".join(path.split("/")[:3])


def categories_sql(item: Item) -> Fragment:
    """Every category that the service line has or had: id, whether it is active, path, title."""
    above = f"{service_of(item)}/"
    return Fragment(
        "SELECT id, CASE WHEN active THEN 1 ELSE 0 END AS active, key, title FROM definitions "
        "WHERE kind = %s AND substr(key, 1, %s) = %s",
        (KIND, len(above), above),
    )


def group_sql(item: Item) -> Fragment:
    """The condition that a defect `d` is of this item or of its related group (G-11)."""
    first = item.related_to_id or item.pk
    return Fragment(
        "d.item_id IN (SELECT r.id FROM items r WHERE r.related_to_id = %s OR r.id IN (%s, %s))",
        (first, first, item.pk),
    )


def categories_from(rows: Iterable[tuple[Any, ...]]) -> list[Category]:
    """Rows of `categories_sql`, in the order of their paths."""
    found = sorted(rows, key=lambda row: row[2])
    titles = {key: title for _, _, key, title in found}
    return [Category(id_, key, _whole(key, titles), bool(active)) for id_, active, key, _ in found]


def categories_of(item: Item) -> list[Category]:
    """Cost: one statement."""
    part = categories_sql(item)
    return categories_from(fetch(part.sql, part.params))


def _whole(path: str, titles: Mapping[str, str]) -> str:
    """The titles of a path, the service's own three levels left out."""
    parts = path.split("/")
    return " › ".join(titles.get("/".join(parts[:n]), parts[n - 1]) for n in range(4, len(parts) + 1))


def defects_of(item: Item, *, only: int | None = None) -> list[Shown]:
    """The newest defects of the group, newest first, or one alone. Cost: two statements."""
    titles = {one.id: one for one in categories_of(item)}
    group = group_sql(item)
    one, which = (" AND d.id = %s", (only,)) if only is not None else ("", ())
    rows = fetch(
        "SELECT d.id, i.number, i.kind, i.ordinal, d.category_id, c.key, d.party, d.description, d.created_at, "
        "d.resolved_at, p.id, p.name, COALESCE(p.email, ''), p.role, s.id, s.name, COALESCE(s.email, ''), s.role "
        "FROM defects d JOIN items i ON i.id = d.item_id JOIN definitions c ON c.id = d.category_id "
        "JOIN people p ON p.id = d.created_by_id LEFT JOIN people s ON s.id = d.resolved_by_id "
        f"WHERE {group.sql}{one} ORDER BY d.id DESC LIMIT {MOST}",
        [*group.params, *which],
    )
    return [_shown(row, titles) for row in rows]


def _shown(row: Sequence[Any], titles: Mapping[int, Category]) -> Shown:
    id_, number, kind, ordinal, category, path, party, description, created, resolved, *people = row
    creator, resolver = people[:4], people[4:]
    known = titles.get(category)
    return Shown(
        id=id_,
        item=str(Reference(KINDS[kind], number, ordinal)),
        category=path,
        category_title=known.title if known else path,
        party=party,
        description=description,
        created_by=who(*creator),
        created_at=moment(created),
        resolved_by=who(*resolver) if resolver[0] is not None else None,
        resolved_at=moment_or_none(resolved),
    )


def get_defect(item: Item, number: int) -> Defect:
    """A defect that this item shares. Raises: NotFound. Cost: one statement."""
    group = group_sql(item)
    rows = fetch(f"SELECT d.id FROM defects d WHERE d.id = %s AND {group.sql}", [number, *group.params])
    found = Defect.objects.select_related("item", "category").filter(pk=rows[0][0]).first() if rows else None
    if found is None:
        raise NotFound("There is no such defect.")
    return found
