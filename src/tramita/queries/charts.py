"""How the work of a list is spread: over colleagues, queues, organisations and the like (H-3, H-5).

Counted among the same first rows as the totals of a narrowed list, and read along with them: no statement more.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tramita.domain.actors import STAFF, Actor
from tramita.domain.codes import DueStatus, Kind, Role, State
from tramita.domain.narrowing import NOBODY
from tramita.domain.permissions import Permission
from tramita.queries import narrowed
from tramita.queries.views import PERSON
from tramita.queries.visibility import Fragment, may
from tramita.queries.worklists import Place

MOST_BARS = 10
MOST_COLLEAGUES = 100
BAR, COLLEAGUE = "bar:", "colleague"
FIELDS = ("process", "organisation", "queue", "assignee", "state", "kind")
# the table that names it, what stands for it in an address, and what people call it
NAMED: Mapping[str, tuple[str, str, str]] = {
    "process": ("definitions", "key", "title"),
    "organisation": ("organisations", "key", "name"),
    "queue": ("queues", "key", "title"),
    "assignee": ("people", "CAST(id AS TEXT)", PERSON),
}
CODES: Mapping[str, Mapping[str, str]] = {
    "kind": {str(one.number): one.value for one in Kind},
    "state": {str(one.number): one.value for one in State},
}

Line = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True)
class Bar:
    """One value, and how much of the list has it. `value` is empty for all the others together."""

    value: str
    name: str
    counts: Mapping[DueStatus, int]

    @property
    def total(self) -> int:
        """How much in all."""
        return sum(self.counts.values())


def chart(field: str, place: Place, actor: Actor, wanted: Fragment, now: datetime, tonight: datetime) -> Fragment:
    """Lines `('bar:overdue', value, name, number)` over the first rows of the list."""
    column = narrowed.column_of(field)
    looked = narrowed.looked_at(place, actor, wanted, narrowed.TALLIED, also=(f"{column} AS by_value",))
    status = narrowed.status_sql(now, tonight)
    counted = (
        f"SELECT status, k, COUNT(*) AS number FROM (SELECT {status.sql} AS status, by_value AS k "
        f"FROM ({looked.sql}) l WHERE hit = 'hit') s GROUP BY status, k"
    )
    params = (*status.params, *looked.params)
    if field not in NAMED:
        value = f"COALESCE(CAST(k AS TEXT), '{NOBODY}')"
        return Fragment(f"SELECT '{BAR}' || status, {value}, '', number FROM ({counted}) t", params)
    table, value, name = NAMED[field]
    return Fragment(
        f"SELECT '{BAR}' || t.status, COALESCE(n.value, '{NOBODY}'), COALESCE(n.name, ''), t.number FROM ({counted}) t "
        f"LEFT JOIN (SELECT id, {value} AS value, {name} AS name FROM {table}) n ON n.id = t.k",
        params,
    )


def colleagues(actor: Actor, near: Collection[int] = (), *, only: bool = False) -> Fragment:
    """Lines `('colleague', id, name, 1 for a robot)`: who shares a queue with this person or is near them in the line
    of reporting; for a leader everybody. `only`: those near, and nobody else."""
    roles = STAFF | {Role.ROBOT} if leads(actor) else STAFF
    among = ", ".join(f"'{role.value}'" for role in sorted(roles))
    whose, params = _whose(actor, near, only=only)
    return Fragment(
        f"SELECT * FROM (SELECT '{COLLEAGUE}', CAST(id AS TEXT), {PERSON}, CASE WHEN role = 'robot' THEN 1 ELSE 0 END "
        f"FROM people WHERE is_active AND role IN ({among}) {whose} ORDER BY name, id "
        f"LIMIT {MOST_COLLEAGUES}) c",
        params,
    )


def _whose(actor: Actor, near: Collection[int], *, only: bool) -> tuple[str, tuple[int | None, ...]]:
    if leads(actor) and not only:
        return "", ()
    ids = (*sorted(near),) if only else (actor.id, *sorted(near))
    known, queues = (", ".join(["%s"] * len(some)) or "NULL" for some in (ids, actor.queue_ids))
    if only:
        return f"AND id IN ({known})", ids
    mates = f"id IN (SELECT person_id FROM memberships WHERE queue_id IN ({queues}))"
    return f"AND (id IN ({known}) OR {mates})", (*ids, *sorted(actor.queue_ids))


def leads(actor: Actor) -> bool:
    """Whether robots and what is nobody's are shown as well (H-5)."""
    return may(actor, Permission.TEAMS)


def bars(field: str, rows: Iterable[Line]) -> list[Bar]:
    """The largest first."""
    found: dict[tuple[str, str], dict[DueStatus, int]] = {}
    for name, value, title, number in rows:
        if name.startswith(BAR):
            code = CODES[field][value] if field in CODES else value
            counts = found.setdefault((code, title), dict.fromkeys(DueStatus, 0))
            counts[DueStatus(name.removeprefix(BAR))] += number
    return by_load([Bar(value, title, counts) for (value, title), counts in found.items()])


def team(actor: Actor, rows: Sequence[Line], found: Sequence[Bar]) -> list[Bar]:
    """Each colleague, also those with nothing; what is nobody's, and robots, for leaders only."""
    loads = {bar.value: bar for bar in found}
    nothing = dict.fromkeys(DueStatus, 0)
    people = [(value, title) for name, value, title, _ in rows if name == COLLEAGUE]
    shown = [loads.get(value, Bar(value, title, nothing)) for value, title in people]
    return by_load(shown + ([loads[NOBODY]] if leads(actor) and NOBODY in loads else []))


def by_load(found: Iterable[Bar], weight: Callable[[Bar], int] = lambda bar: bar.total) -> list[Bar]:
    """The largest first; equal ones by name."""
    return sorted(found, key=lambda bar: (-weight(bar), bar.name.casefold(), bar.value))


def pareto(found: Sequence[Bar]) -> list[Bar]:
    """At most ten bars, the tenth being all others."""
    if len(found) <= MOST_BARS:
        return list(found)
    shown, others = found[: MOST_BARS - 1], found[MOST_BARS - 1 :]
    return [*shown, Bar("", "", {status: sum(bar.counts[status] for bar in others) for status in DueStatus})]
