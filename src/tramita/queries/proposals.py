"""What robots propose on an item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.errors import NotFound, NotPermitted
from tramita.domain.proposals import Proposed
from tramita.models import Item, Proposal
from tramita.queries.rows import document
from tramita.queries.visibility import Fragment, visible_to

MOST = 5  # shown at a time
VERBS = tuple(Proposed)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One that waits for a person. `confidence` is in percent; None where the robot says nothing.

    `as_robot`: it is to be the robot's own deed. `program`: it is a person's program that proposes, in their name.
    """

    id: int
    verb: Proposed
    robot: str
    given: Mapping[str, Any]
    confidence: int | None
    as_robot: bool = False
    program: bool = False


def waiting_sql(item: Item) -> Fragment:
    """Rows `('proposal', id, confidence or -1, its own deed or 0, a robot's or 0, what and who, what exactly)`."""
    rows = (
        "SELECT p.id, COALESCE(p.confidence, -1) AS sure, CASE WHEN p.as_robot THEN 1 ELSE 0 END AS own, "
        "CASE WHEN r.role = 'robot' THEN 1 ELSE 0 END AS robot, p.verb || ' ' || r.name AS who, "
        "CAST(p.given AS TEXT) AS given "
        "FROM proposals p JOIN people r ON r.id = p.robot_id "
        f"WHERE p.item_id = %s AND p.state = 'waiting' ORDER BY p.id LIMIT {MOST}"
    )
    return Fragment(f"SELECT 'proposal', id, sure, own, robot, who, given FROM ({rows}) p", (item.pk,))


def waiting_from(rows: Sequence[tuple[Any, ...]]) -> list[Waiting]:
    """What these rows say, the oldest first."""
    found = []
    for id_, sure, own, robot, who, given in sorted(rows):
        verb, _, name = who.partition(" ")
        confidence = None if sure < 0 else sure
        found.append(Waiting(id_, Proposed(verb), name, document(given), confidence, bool(own), not robot))
    return found


def get_visible(actor: Actor, number: int) -> Proposal:
    """One of them on an item that this person sees. Raises: NotFound."""
    rows = Proposal.objects.filter(visible_to(actor, through="item"), pk=number)
    found = rows.select_related("item", "item__process", "robot").first()
    if found is None or not actor.is_staff:
        raise NotFound("There is no such proposal.")
    return found


def only_workers(actor: Actor) -> None:
    """Raises: NotPermitted, for who only asks."""
    if not (actor.is_staff or actor.role is Role.ROBOT):
        raise NotPermitted("Only those who work items may read this.")


def of_item(item: Item, *, after: int, limit: int) -> list[Proposal]:
    """All, the oldest first."""
    rows = Proposal.objects.filter(item=item, pk__gt=after).select_related("robot", "decided_by", "item")
    return list(rows.order_by("pk")[:limit])
