"""Robots as those who work with them see them (B-1, B-9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from tramita.domain.actors import Actor
from tramita.domain.bounds import USUAL
from tramita.domain.codes import Role
from tramita.domain.errors import NotPermitted
from tramita.domain.robots import Terms, terms
from tramita.models import Lease, Person
from tramita.queries import leases


@dataclass(frozen=True, slots=True)
class Robot:
    """One of them. `modes` by verb; `rests` is why it gets no work now."""

    id: int
    key: str
    name: str
    active: bool
    queues: Sequence[str]
    terms: Terms
    at_hand: int
    rests: str | None

    @property
    def kinds(self) -> list[str]:
        return sorted(kind.value for kind in self.terms.kinds)

    @property
    def farms(self) -> list[str]:
        return list(self.terms.farms)

    @property
    def modes(self) -> Mapping[str, str]:
        return {verb: mode.value for verb, mode in {**USUAL, **self.terms.modes}.items()}


def listed(actor: Actor, at: datetime, *, after: int = 0, limit: int = 200) -> list[Robot]:
    """By id. Raises: NotPermitted, for who works no items. Cost: two statements, and three for each that is active."""
    if not actor.is_staff:
        raise NotPermitted("Only those who work items may read this.")
    rows = list(Person.objects.filter(role=Role.ROBOT, pk__gt=after).prefetch_related("queues").order_by("pk")[:limit])
    living = Lease.objects.filter(robot__in=rows).values_list("robot").order_by("robot")
    hands = dict(living.annotate(count=Count("pk", filter=Q(ended_at=None))))
    return [_robot(one, hands.get(one.pk, 0), at) for one in rows]


def _robot(row: Person, at_hand: int, at: datetime) -> Robot:
    return Robot(
        id=row.pk,
        key=row.key or "",
        name=row.name,
        active=row.is_active,
        queues=sorted(queue.key for queue in row.queues.all()),
        terms=terms(row.robot),
        at_hand=at_hand,
        rests=(leases.rests(row.pk, at) or None) if row.is_active else "inactive",
    )
