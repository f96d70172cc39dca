"""What belongs together: merged, split, converted, Sub-Cases of it, as a tree (X-30)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, State
from tramita.domain.references import Reference
from tramita.models import Item
from tramita.queries.visibility import Fragment, visible_sql

UP, DOWN = ("merged_into", "split_from"), ("converted_to", "sub_case")  # a link's target is above, or below
MOST = 60
KINDS = {kind.number: kind for kind in Kind}
STATES = {state.number: state for state in State}


@dataclass(slots=True)
class Kin:
    """An item of the tree. `how` is the link to what is above it, and `by_id` who made that."""

    id: int
    kind: Kind
    reference: str
    title: str
    state: State
    above: int | None = None
    how: str = ""
    by_id: int | None = None
    below: "list[Kin]" = field(default_factory=list)


def kin_sql(item: Item, actor: Actor) -> Fragment:
    """All that hangs together with an item, as far as this actor may see it; itself with them."""
    seen = visible_sql(actor)
    up, down = _words(UP), _words(DOWN)
    found = (
        "WITH RECURSIVE kin(id) AS (SELECT CAST(%s AS bigint) UNION "
        "SELECT CASE WHEN l.source_id = kin.id THEN l.target_id ELSE l.source_id END FROM kin "
        f"JOIN links l ON (l.source_id = kin.id OR l.target_id = kin.id) AND l.type IN ({up}, {down})) "
        "SELECT items.number, items.kind, items.ordinal, items.state, items.title, CAST(items.id AS TEXT) || ':' || "
        "COALESCE(CAST(CASE WHEN u.source_id = items.id THEN u.target_id ELSE u.source_id END AS TEXT), '') || ':' || "
        "COALESCE(u.type, '') || ':' || COALESCE(CAST(u.by_id AS TEXT), '') AS tie "
        "FROM kin JOIN items ON items.id = kin.id LEFT JOIN links u ON "
        f"(u.source_id = items.id AND u.type IN ({up})) OR (u.target_id = items.id AND u.type IN ({down})) "
        f"WHERE {seen.sql} ORDER BY +kin.id LIMIT {MOST}"
    )
    return Fragment(f"SELECT 'kin', number, kind, ordinal, state, tie, title FROM ({found}) k", (item.pk, *seen.params))


def _words(types: Iterable[str]) -> str:
    return ", ".join(f"'{one}'" for one in types)


def kin_from(rows: Iterable[tuple[int, int, int, int, str, str]]) -> list[Kin]:
    """The rows as items, the oldest first; nothing where an item is alone."""
    found = [_kin(*row) for row in rows]
    return found if len(found) > 1 else []


def _kin(number: int, kind: int, ordinal: int, state: int, tie: str, title: str) -> Kin:
    id_, above, how, by = tie.split(":")
    reference = str(Reference(KINDS[kind], number, ordinal))
    upper, maker = (int(one) if one else None for one in (above, by))
    return Kin(int(id_), KINDS[kind], reference, title, STATES[state], upper, how, maker)


def tree(found: Sequence[Kin]) -> list[Kin]:
    """Those with nothing above them, each with what is below it. One that hangs on two is below both."""
    below: defaultdict[int | None, list[Kin]] = defaultdict(list)
    known = {one.id for one in found}
    for one in found:
        below[one.above if one.above in known else None].append(one)
    return list(_grown(below, None, set()))


def _grown(below: "defaultdict[int | None, list[Kin]]", above: int | None, path: set[int]) -> Iterator[Kin]:
    for one in below[above]:
        if one.id not in path:
            one.below = list(_grown(below, one.id, path | {one.id}))
            yield one
