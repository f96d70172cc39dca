"""What "Pull from Queue" gives next (Q-1 to Q-3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, Listed, Role, State
from tramita.domain.robots import NOT_AGAIN
from tramita.models import Item
from tramita.queries.rows import fetch, stored
from tramita.queries.skills import ASKED, enough
from tramita.queries.visibility import TRUE, Fragment, both, condition, processes, visible_sql

FEW = 20  # candidates at a time: others may be faster with the first


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that may be pulled, if it still has this version."""

    id: int
    version: int


def candidates(
    actor: Actor, *, at: datetime, kinds: frozenset[Kind] = frozenset(Kind), limit: int = FEW
) -> list[Candidate]:
    """What waits in the actor's queues, best first: overdue, the most overdue first; then what a robot rejected;
    then what is due soonest (Q-2); of each, what a leader put first before the rest (decision 81).
    Cost: two statements, each a limited branch a queue.

    People get from a strict queue only what a robot rejected (Q-3); a robot gets nothing that any robot rejected, and
    never again what it rejected itself (B-5, B-10); first what was given to it.
    """
    robot = actor.role is Role.ROBOT
    queues, able = _queues(actor)
    if not queues and not robot:
        return []
    wanted = both(
        visible_sql(actor),
        _fresh_eyes(actor),
        _workable(actor),
        Fragment("state = %s", (State.TO_DO.number,)),
        _not_given_up(actor) if robot else TRUE,
    )
    branches = [_given_to(actor, kinds)] if robot else []
    branches += [
        (rank, both(here, able)) for rank, here in (_for_robot(queues, kinds) if robot else _for_people(queues, at))
    ]
    parts = [
        f"SELECT * FROM (SELECT {rank.sql} AS rank, id, version, sort_due FROM items "
        f"WHERE {here.sql} AND {wanted.sql} ORDER BY {order}sort_due, id LIMIT {int(limit)}) b{number}"
        for number, (rank, here) in enumerate(branches)
        for order in ("rank, " if rank.params else "",)
    ]
    params = [one for rank, here in branches for one in (*rank.params, *here.params, *wanted.params)]
    rows = fetch(f"{' UNION ALL '.join(parts)} ORDER BY rank, sort_due, id LIMIT {int(limit) * 2}", params)
    found = dict.fromkeys(Candidate(row[1], row[2]) for row in rows)  # the better place of two
    return list(found)[:limit]


GIVEN, OVERDUE, REJECTED, SOONEST = (Fragment(str(rank)) for rank in (0, 2, 4, 6))
FOR_ROBOTS = f"list = {Listed.QUEUE.number} AND NOT robot_rejected"
Branch = tuple[Fragment, Fragment]  # its rank, and what it holds


def _for_people(queues: Sequence[tuple[int, bool]], at: datetime) -> list[Branch]:
    """What a robot rejected is among what is due soonest once more: to leave it out would be to read past all of it."""
    late, later = Fragment("sort_due < %s", (stored(at),)), Fragment("sort_due >= %s", (stored(at),))
    found: list[Branch] = []
    for queue_id, strict in queues:
        rejected, waits = _rejected(queue_id), _waits(queue_id)
        found += [(OVERDUE, both(rejected if strict else waits, late)), (REJECTED, both(rejected, later))]
        found += [] if strict else [(SOONEST, both(waits, later))]
        first = _first(queue_id)
        found.append((_before_its_rank(at), both(first, Fragment("robot_rejected")) if strict else first))
    return found


def _for_robot(queues: Sequence[tuple[int, bool]], kinds: frozenset[Kind]) -> list[Branch]:
    """In the order of the due date, which has the most overdue first; a branch a kind, so that none is read past."""
    found = [(SOONEST, _for_robots(queue_id, kind)) for queue_id, _ in queues for kind in sorted(kinds)]
    theirs = both(Fragment("NOT robot_rejected"), _of_kinds(kinds))
    return found + [(Fragment("5"), both(_first(queue_id), theirs)) for queue_id, _ in queues]


def _first(queue_id: int) -> Fragment:
    """What leaders put first: a handful, by an index of their own, as what robots rejected."""
    return Fragment("queue_id = %s AND prioritised AND +list = %s", (queue_id, Listed.QUEUE.number))


def _before_its_rank(at: datetime) -> Fragment:
    """Where such an item stands: just before the others that are overdue, rejected or due like it."""
    return Fragment("CASE WHEN sort_due < %s THEN 1 WHEN robot_rejected THEN 3 ELSE 5 END", (stored(at),))


def _given_to(robot: Actor, kinds: frozenset[Kind]) -> Branch:
    """What a person, or its rule, put into its hands."""
    here = Fragment("assignee_id = %s AND list = %s", (robot.id, Listed.INBOX.number))
    return GIVEN, both(here, _of_kinds(kinds))


def _not_given_up(robot: Actor) -> Fragment:
    """An item has few leases, a robot had all there are: the plus keeps the planner from an index of the robot's."""
    endings = ", ".join(["%s"] * len(NOT_AGAIN))
    return Fragment(
        "NOT EXISTS (SELECT 1 FROM proposals w WHERE w.item_id = items.id AND w.state = 'waiting' AND w.as_robot) AND "
        "NOT EXISTS (SELECT 1 FROM leases l WHERE l.item_id = items.id AND +l.robot_id = %s "
        f"AND l.ending IN ({endings}))",
        (robot.id, *NOT_AGAIN),
    )


def _waits(queue_id: int) -> Fragment:
    return Fragment("queue_id = %s AND list = %s", (queue_id, Listed.QUEUE.number))


def _for_robots(queue_id: int, kind: Kind) -> Fragment:
    """By an index of its own, whose condition is written out: a parameter would lose it."""
    return Fragment(f"queue_id = %s AND kind = {kind.number} AND {FOR_ROBOTS}", (queue_id,))


def _rejected(queue_id: int) -> Fragment:
    """A handful among many: the plus keeps the planner from the index of the whole queue."""
    return Fragment("queue_id = %s AND robot_rejected AND +list = %s", (queue_id, Listed.QUEUE.number))


def _workable(actor: Actor) -> Fragment:
    """Where a grant gives the permission to work, for those who have grants (SEC-2)."""
    if actor.grants is None:
        return TRUE
    return condition(Item, Q(process__in=processes(actor, "work")))


def _fresh_eyes(actor: Actor) -> Fragment:
    """Nobody is given the review of their own work (A-50); the first resolver of an Action that runs did it."""
    return Fragment("(kind <> 3 OR first_resolved_at IS NULL OR first_resolver_id <> %s)", (actor.id,))


def _of_kinds(kinds: frozenset[Kind]) -> Fragment:
    if kinds == frozenset(Kind):
        return TRUE
    numbers = sorted(kind.number for kind in kinds)
    return Fragment(f"kind IN ({', '.join(['%s'] * len(numbers))})", tuple(numbers))


def _queues(actor: Actor) -> tuple[list[tuple[int, bool]], Fragment]:
    """The active queues of the actor, and whether each is strict; and what is within their skills, where any process
    of the desk asks for some (Q-1)."""
    ids = sorted(actor.queue_ids)
    if not ids:
        return [], TRUE
    marks = ", ".join(["%s"] * len(ids))
    rows = fetch(f"SELECT id, strict, {ASKED} FROM queues WHERE active AND id IN ({marks})", ids)
    return [(row[0], bool(row[1])) for row in rows], enough(actor) if any(row[2] for row in rows) else TRUE
