"""Who follows what, and who could be told of an item."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from tramita.domain.actors import STAFF, Actor
from tramita.domain.codes import Role, State
from tramita.domain.mentions import Nameable
from tramita.models import Item
from tramita.queries.people import actors
from tramita.queries.records import among
from tramita.queries.rows import fetch
from tramita.queries.visibility import visible_to

WORKERS = tuple(sorted(role.value for role in STAFF))
MOST_COLLEAGUES = 2000


@dataclass(slots=True)
class Following:
    """Of some items: who follows each, and who wants to hear nothing of it."""

    follow: dict[int, set[int]] = field(default_factory=dict)
    mute: dict[int, set[int]] = field(default_factory=dict)


def following(items: Collection[int]) -> Following:
    """Cost: one statement."""
    found = Following()
    if items:
        ids = sorted(items)
        for item_id, person_id, muted in fetch(
            f"SELECT item_id, person_id, muted FROM follows WHERE {among('item_id', ids)}", ids
        ):
            (found.mute if muted else found.follow).setdefault(item_id, set()).add(person_id)
    return found


def members(queues: Collection[int]) -> dict[int, set[int]]:
    """Who works each of these queues. Cost: one statement."""
    found: dict[int, set[int]] = {}
    if queues:
        ids = sorted(queues)
        for queue_id, person_id in fetch(
            f"SELECT queue_id, person_id FROM memberships WHERE {among('queue_id', ids)}", ids
        ):
            found.setdefault(queue_id, set()).add(person_id)
    return found


def colleagues() -> list[Nameable]:
    """Everybody who works items, with a screen. Cost: one statement."""
    rows = fetch(
        f"SELECT id, name, email FROM people WHERE is_active AND {among('role', WORKERS)} "
        f"ORDER BY name LIMIT {MOST_COLLEAGUES}",
        WORKERS,
    )
    return [Nameable(id_, name or email or "", email or "") for id_, name, email in rows]


def who_see(item: Item, people: Iterable[Nameable]) -> list[Nameable]:
    """Those of them who may see the item. Cost: one statement, and one for each set of grants among them."""
    asked = {one.id: one for one in people}
    seeing = readers({item.pk}, actors(asked))
    return [asked[one] for one in sorted(seeing, key=lambda one: asked[one].name.casefold()) if seeing[one]]


def readers(items: Collection[int], people: Iterable[Actor]) -> dict[int, set[int]]:
    """Which of these items each of them may see. People of the same rights cost one statement together.

    Not for Drafts, which depend on who made them.
    """
    asked: dict[object, set[int]] = {}
    found: dict[int, set[int]] = {}
    for actor in people:
        rights = (actor.role in STAFF or actor.role is Role.ROBOT, actor.grants, actor.sees and actor.id)
        if rights not in asked:
            asked[rights] = _seen(items, actor) if rights[0] else set()
        if actor.id is not None:
            found[actor.id] = asked[rights]
    return found


def _seen(items: Collection[int], actor: Actor) -> set[int]:
    found = Item.objects.filter(visible_to(actor), pk__in=items).exclude(state=State.DRAFT.number)
    return set(found.values_list("pk", flat=True))
