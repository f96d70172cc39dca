"""What stands around an item on its page: the titles of its place, linked items, who may be given it. One statement."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tramita.domain.actors import STAFF, Actor
from tramita.domain.codes import Kind, Role, State
from tramita.domain.references import Reference
from tramita.models import Item
from tramita.queries.absences import until
from tramita.queries.defects import Category, categories_from, categories_sql, group_sql, service_of
from tramita.queries.files import count_sql
from tramita.queries.kin import DOWN, UP, Kin, kin_from, kin_sql
from tramita.queries.names import person_name
from tramita.queries.own_fields import inside
from tramita.queries.own_properties import Had, declared_sql, had
from tramita.queries.proposals import Waiting, waiting_from, waiting_sql
from tramita.queries.regroupings import RETURNED
from tramita.queries.rows import fetch
from tramita.queries.tracking import STOPPED, Clock, clock_from, clock_sql
from tramita.queries.visibility import Fragment, visible_sql

MOST_LINKS = 20
MOST_DEFECTS = 30
MOST_WORKERS = 300
WORKERS = (*sorted(role.value for role in STAFF), Role.ROBOT.value)
KINDS = {kind.number: kind for kind in Kind}
STATES = {state.number: state for state in State}


@dataclass(frozen=True, slots=True)
class Linked:
    """An item that belongs with this one, loosely (X-30)."""

    kind: Kind
    reference: str
    title: str
    state: State


@dataclass(frozen=True, slots=True)
class Problem:
    """A defect of the item or of its related group (D-1)."""

    id: int
    category_id: int
    resolved: bool
    creator_id: int
    party: str
    description: str


@dataclass(frozen=True, slots=True)
class Around:
    """`titles` by path; `workers` are the ids and names of those who work items, when they were asked for."""

    titles: Mapping[str, str] = field(default_factory=dict)
    organisation: str = ""
    workers: Sequence[tuple[int, str]] = ()
    away: Mapping[int, date] = field(default_factory=dict)  # of these, until when who is away
    linked: Sequence[Linked] = ()
    kin: Sequence[Kin] = ()  # what hangs together with it, itself with them
    settings: int | None = None  # the version of the desk's
    managers: Sequence[str] = ()  # active ones, who may decide on approvals (AP-6)
    approval_types: Sequence[int] = ()  # their versions, the inactive ones too
    follows: bool | None = None  # whether this person follows it, or mutes it; None: they have said nothing
    files: int = 0  # what the Files tab holds (F-1)
    defect_categories: Sequence[Category] = ()  # that the service line has, or had
    defects: Sequence[Problem] = ()  # the open ones first, each the newest first
    clock: Clock = STOPPED  # how long this person worked on it, and everybody (TL-5)
    properties: Had = field(default_factory=list)  # of its organisation, customer, contract and service (D-22)
    proposals: Sequence[Waiting] = ()  # of robots, that wait for a person
    above: Mapping[str, Any] | None = None  # of an Action: the fields of its Case (G-11)


def around(
    item: Item,
    actor: Actor,
    *,
    at: datetime,
    paths: Sequence[str],
    workers: bool,
    approvals: bool = False,
    branches: Sequence[str] = (),
) -> Around:
    """The surroundings of an item, as far as this actor may see them: the titles of `paths`, the properties of
    `branches`. Cost: one statement.
    """
    parts = [
        _organisation(item),
        _linked(item, actor),
        kin_sql(item, actor),
        _files(item, actor),
        SETTINGS,
        _followed(item, actor),
        _clock(item, actor, at),
        waiting_sql(item),
    ]
    parts += [_titles(paths)] if paths else []
    parts += [_properties(item, branches), _declared()] if branches else []
    parts += [_above(item)] if item.kind is Kind.ACTION else []
    parts += [_workers()] if workers else []
    parts += [_defect_categories(item), _defects(item)] if service_of(item) else []
    parts += [_managers(item), APPROVAL_TYPES] if approvals else []
    sql, params = " UNION ALL ".join(part.sql for part in parts), [one for part in parts for one in part.params]
    found: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for source, *row in fetch(sql, params):
        found[source].append(tuple(row))
    return Around(
        titles={key: title for _, _, _, _, key, title in found["title"] if title},
        organisation=next((name for *_, name in found["organisation"]), ""),
        workers=sorted(((id_, name) for id_, _, _, _, _, name in found["worker"]), key=lambda one: one[1].casefold()),
        away=_away(((id_, absence) for id_, _, _, _, absence, _ in found["worker"] if absence), at),
        linked=[_link(*row) for row in found["link"]],
        kin=kin_from(found["kin"]),
        follows=next((bool(follows) for follows, *_ in found["follow"]), None),
        files=found["files"][0][0],
        clock=clock_from(found["clock"][0]),
        defect_categories=categories_from(((id_, on, key, title) for id_, on, _, _, key, title in found["sort"])),
        defects=[
            Problem(id_, category, bool(resolved), creator, party, said)
            for id_, category, resolved, creator, party, said in sorted(
                found["defect"], key=lambda row: (row[2], -row[0])
            )
        ],
        settings=next((version for version, *_ in found["settings"]), None),
        managers=sorted((person_name(name, address) for *_, address, name in found["manager"]), key=str.casefold),
        properties=_properties_of(dict(row[4:] for row in found["declared"]), dict(row[4:] for row in found["has"])),
        proposals=waiting_from(found["proposal"]),
        above=next((json.loads(text) for *_, text in found["above"]), None),
        approval_types=[version for version, *_ in sorted(found["approval_type"], key=lambda one: one[4])],
    )


SETTINGS = Fragment(
    "SELECT 'settings', s.current_id, 0, 0, 0, '', '' FROM (SELECT current_id FROM definitions "
    "WHERE kind = 'settings' AND active ORDER BY id LIMIT 1) s WHERE s.current_id IS NOT NULL"
)
APPROVAL_TYPES = Fragment(
    "SELECT 'approval_type', current_id, 0, 0, 0, key, '' FROM definitions "
    "WHERE kind = 'approval_type' AND active AND current_id IS NOT NULL"
)


def _managers(item: Item) -> Fragment:
    """As `approvals.managers_of` finds them; a test holds the two together."""
    return Fragment(
        "SELECT 'manager', id, 0, 0, 0, COALESCE(email, ''), name FROM people WHERE role = %s AND is_active "
        "AND organisation_id IN (SELECT id FROM organisations WHERE id = %s "
        "UNION SELECT parent_id FROM organisations WHERE id = %s)",
        (Role.MANAGER.value, item.organisation_id, item.organisation_id),
    )


def _titles(paths: Sequence[str]) -> Fragment:
    marks = ", ".join(["%s"] * len(paths))
    return Fragment(f"SELECT 'title', 0, 0, 0, 0, key, title FROM definitions WHERE key IN ({marks})", tuple(paths))


SORTS = {"organisation": "organisations", "customer": "customers", "contract": "contracts", "service": "services"}


def _properties(item: Item, branches: Sequence[str]) -> Fragment:
    """What the organisation, customer, contract and service of an item have."""
    marks, held = ", ".join(["%s"] * len(branches)), inside("v.body", "properties")
    return Fragment(
        "SELECT 'has', 0, 0, 0, 0, 'organisation', CAST(properties AS TEXT) FROM organisations "
        f"WHERE id = %s AND properties IS NOT NULL UNION ALL SELECT 'has', 0, 0, 0, 0, d.kind, {held} "
        "FROM definitions d JOIN versions v ON v.id = d.current_id WHERE d.kind IN ('customer', 'contract', 'service') "
        f"AND d.key IN ({marks}) AND {held} IS NOT NULL",
        (item.organisation_id, *branches),
    )


def _declared() -> Fragment:
    return Fragment(f"SELECT 'declared', 0, 0, 0, 0, key, fields FROM ({declared_sql()}) p")


def _above(item: Item) -> Fragment:
    """The fields of an Action's Case (G-11)."""
    return Fragment("SELECT 'above', 0, 0, 0, 0, '', CAST(fields AS TEXT) FROM items WHERE id = %s", (item.parent_id,))


def _properties_of(declared: Mapping[str, str], has: Mapping[str, str]) -> Had:
    return [one for kind, sort in SORTS.items() for one in had(declared.get(sort), has.get(kind))]


def _organisation(item: Item) -> Fragment:
    return Fragment(
        "SELECT 'organisation', 0, 0, 0, 0, key, name FROM organisations WHERE id = %s", (item.organisation_id,)
    )


def _workers() -> Fragment:
    """Who works items, with the absence of who has one; whether they may have this item is for the service (Q-12)."""
    marks = ", ".join(["%s"] * len(WORKERS))
    absence = "CASE WHEN absent IS NULL THEN '' ELSE time_zone || ' ' || CAST(absent AS TEXT) END"
    people = f"SELECT id, {absence} AS absence, COALESCE(NULLIF(name, ''), email, '') AS name FROM people"
    workers = f"{people} WHERE is_active AND role IN ({marks}) ORDER BY name LIMIT {MOST_WORKERS}"
    return Fragment(f"SELECT 'worker', id, 0, 0, 0, absence, name FROM ({workers}) w", WORKERS)


def _away(absences: Iterable[tuple[int, str]], at: datetime) -> dict[int, date]:
    """Until when who is away is so, by a zone and an absence in one text."""
    found = {}
    for person, said in absences:
        zone, _, kept = said.partition(" ")
        if last := until(json.loads(kept), zone, at=at):
            found[person] = last
    return found


def _files(item: Item, actor: Actor) -> Fragment:
    count = count_sql(item, actor)
    return Fragment(f"SELECT 'files', n, 0, 0, 0, '', '' FROM (SELECT ({count.sql}) AS n) f", count.params)


def _clock(item: Item, actor: Actor, at: datetime) -> Fragment:
    clock = clock_sql(item, actor, at)
    return Fragment(f"SELECT 'clock', own, everybodys, runs, paused, '', '' FROM ({clock.sql}) c", clock.params)


def _defect_categories(item: Item) -> Fragment:
    sorts = categories_sql(item)
    return Fragment(f"SELECT 'sort', id, active, 0, 0, key, title FROM ({sorts.sql}) s", sorts.params)


def _problem(id_: int, category: int, resolved: int, creator: int, party: str, description: str) -> Problem:
    return Problem(id_, category, bool(resolved), creator, party, description)


def _defects(item: Item) -> Fragment:
    group = group_sql(item)
    rows = (
        "SELECT d.id, d.category_id, CASE WHEN d.resolved_at IS NULL THEN 0 ELSE 1 END AS done, d.created_by_id, "
        f"COALESCE(d.party, '') AS party, d.description FROM defects d WHERE {group.sql} "
        f"ORDER BY done, d.id DESC LIMIT {MOST_DEFECTS}"
    )
    return Fragment(
        f"SELECT 'defect', id, category_id, done, created_by_id, party, description FROM ({rows}) x", group.params
    )


def _linked(item: Item, actor: Actor) -> Fragment:
    seen = visible_sql(actor)
    tight = ", ".join(f"'{one}'" for one in (*UP, *DOWN, RETURNED))
    loose = f"type NOT IN ({tight})"
    ids = (
        f"SELECT target_id FROM links WHERE source_id = %s AND {loose} "
        f"UNION SELECT source_id FROM links WHERE target_id = %s AND {loose}"
    )
    rows = (
        f"SELECT number, kind, ordinal, state, title FROM items WHERE id IN ({ids}) AND {seen.sql} "
        f"ORDER BY id DESC LIMIT {MOST_LINKS}"
    )
    return Fragment(
        f"SELECT 'link', number, kind, ordinal, state, '', title FROM ({rows}) l", (item.pk, item.pk, *seen.params)
    )


def _followed(item: Item, actor: Actor) -> Fragment:
    return Fragment(
        "SELECT 'follow', CASE WHEN muted THEN 0 ELSE 1 END, 0, 0, 0, '', '' FROM follows "
        "WHERE item_id = %s AND person_id = %s",
        (item.pk, actor.id),
    )


def _link(number: int, kind: int, ordinal: int, state: int, _none: str, title: str) -> Linked:
    return Linked(KINDS[kind], str(Reference(KINDS[kind], number, ordinal)), title, STATES[state])
