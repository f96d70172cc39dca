"""Who works a queue, and who could (Q-10)."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from tramita.domain.actors import STAFF, Actor
from tramita.domain.codes import Role
from tramita.models import Membership, Person, Queue


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a queue; `called` is how the configuration calls them."""

    called: str
    name: str
    robot: bool
    manager: bool
    farms: tuple[str, ...]
    by_farm: bool  # because its farm works the queue


def members(key: str) -> list[Member]:
    """Managers first, then people, then robots, each by name. Cost: one statement."""
    rows = Membership.objects.filter(queue__key=key, person__is_active=True).select_related("person")
    found = [
        Member(
            called=row.person.called,
            name=row.person.name,
            robot=row.person.role is Role.ROBOT,
            manager=row.manager,
            farms=_farms_of(row.person),
            by_farm=bool(row.by_farm),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (not one.manager, one.robot, one.name.casefold(), one.called))


def others(actor: Actor) -> list[tuple[str, str]]:
    """The queues that this person is in no team of: key and title. Cost: one statement."""
    found = Queue.objects.filter(active=True).exclude(pk__in=actor.queue_ids)
    return list(found.order_by("title", "pk").values_list("key", "title"))


def workers(names: Collection[str], *, robots: bool = True) -> set[str]:
    """Those of these names by which an active person, or robot, of the desk goes."""
    roles = [*STAFF, *([Role.ROBOT] if robots else [])]
    rows = Person.objects.filter(Q(email__in=names) | Q(key__in=names), is_active=True, role__in=roles)
    return {email or key or "" for email, key in rows.values_list("email", "key")}


def farms() -> dict[str, list[str]]:
    """The active robots of each farm, by its name (B-1)."""
    found: dict[str, list[str]] = {}
    for robot in Person.objects.filter(role=Role.ROBOT, is_active=True).order_by("key"):
        for farm in _farms_of(robot):
            found.setdefault(farm, []).append(robot.key or "")
    return dict(sorted(found.items()))


def _farms_of(person: Person) -> tuple[str, ...]:
    return tuple((person.robot or {}).get("farms", ()))
