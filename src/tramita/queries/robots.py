"""Robots as those who work with them see them (B-1, B-9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from tramita.domain.actors import Actor
from tramita.domain.bounds import USUAL
from tramita.domain.codes import Kind, Role, State
from tramita.domain.errors import NotPermitted
from tramita.domain.proposals import Decided
from tramita.domain.robots import Ending, Terms, fitting_bar, terms
from tramita.models import Item, Lease, Person, Proposal
from tramita.queries import achieved, leases, visibility


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
    def external(self) -> bool:
        """Another system keeps it (B-2)."""
        return self.terms.external

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
    living = Lease.objects.filter(robot__in=rows, ended_at=None).values_list("robot").order_by("robot")
    hands = dict(living.annotate(count=Count("pk")))
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


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody achieved. `reversals`: what was resolved first and taken up again, each once, by how it was;
    `hand_overs` by reason. What became of proposals, and the cost, are of robots only.
    """

    id: int
    name: str
    robot: bool
    results: int = 0
    reversals: Mapping[str, int] = field(default_factory=dict)
    hand_overs: Mapping[str, int] = field(default_factory=dict)
    time: timedelta = timedelta()
    cost: Decimal | None = None
    accepted: int = 0
    changed: int = 0
    refused: int = 0

    @property
    def reversed(self) -> int:
        return sum(self.reversals.values())

    @property
    def handed_over(self) -> int:
        return sum(self.hand_overs.values())

    @property
    def hours(self) -> float:
        return round(self.time.total_seconds() / 3600, 1)


@dataclass(frozen=True, slots=True)
class Band:
    """Results of which robots were so sure, in percent, and how many of them stayed as they were."""

    low: int
    high: int
    total: int
    right: int


@dataclass(frozen=True, slots=True)
class Report:
    """Robots beside people."""

    rows: Sequence[Work]
    bands: Sequence[Band]
    bars: Mapping[int, int]  # by the id of a robot: the bar of confidence that its history suggests


def work(actor: Actor, *, since: datetime, at: datetime) -> Report:
    """Of the items that this person sees. Cost: eleven statements (B-9, RP-1, AI-1).

    Raises: NotPermitted, for who works no items.
    """
    if not actor.is_staff:
        raise NotPermitted("Only those who work items may read this.")
    seen = visibility.visible_to(actor)
    again = ~Q(resolved_at=F("first_resolved_at")) | Q(resolved_at=None)
    rows = Item.objects.filter(seen, updated_at__gte=since, first_resolved_at__gte=since, first_resolver__isnull=False)
    done = dict(rows.values_list("first_resolver").order_by("first_resolver").annotate(all=Count("pk")))
    back, over = achieved.reversals(rows.filter(again)), achieved.hand_overs(actor, since=since)
    efforts = achieved.efforts(actor, since=since, at=at)
    proposed = Proposal.objects.filter(visibility.visible_to(actor, through="item"), created_at__gte=since)
    decided = {
        state: _counted(proposed.filter(state=state)) for state in (Decided.ACCEPTED, Decided.CHANGED, Decided.REFUSED)
    }
    ids = done.keys() | over.keys() | efforts.keys() | {one for found in decided.values() for one in found}
    people = Person.objects.filter(pk__in=ids).values_list("pk", "name", "role")
    found = [
        Work(
            one,
            name,
            role is Role.ROBOT,
            results=done.get(one, 0),
            reversals=back.get(one, {}),
            hand_overs=over.get(one, {}),
            time=efforts[one].time if one in efforts else timedelta(),
            cost=efforts[one].cost if one in efforts else None,
            accepted=decided[Decided.ACCEPTED].get(one, 0),
            changed=decided[Decided.CHANGED].get(one, 0),
            refused=decided[Decided.REFUSED].get(one, 0),
        )
        for one, name, role in people
    ]
    history = _history(since)
    by_name = sorted(found, key=lambda row: (not row.robot, row.name.casefold()))
    return Report(by_name, _bands(history), _bars(history))


def measured_bar(key: str, *, since: datetime) -> int | None:
    """The bar of confidence that the history of this robot suggests; None without enough of one (AI-1)."""
    robot = Person.objects.filter(role=Role.ROBOT, key=key).values_list("pk", flat=True).first()
    return _bars(_history(since)).get(robot or 0)


WIDTH = 10  # percent
OPEN = (Decided.WAITING, Decided.EXPIRED)  # nobody judged them


def _counted(rows: "QuerySet[Any]") -> dict[int, int]:
    return dict(rows.values_list("robot").order_by("robot").annotate(count=Count("pk")))


def _history(since: datetime) -> list[tuple[datetime, int, int, bool]]:
    """Of each result of which a robot said how sure it was, the newest first: when, whose, how sure, and whether it
    stayed. What was done at once did while nobody took it up again; what was proposed, if agreed to as it was.
    """
    runs = Lease.objects.filter(taken_at__gte=since, ending=Ending.COMPLETED, confidence__isnull=False)
    done = runs.values_list("taken_at", "robot", "confidence", "ended_at", *(f"item__{name}" for name in JUDGED))
    asked = Proposal.objects.filter(created_at__gte=since, confidence__isnull=False).exclude(state__in=OPEN)
    told = [
        *((at, robot, sure, _stayed(ended, *item)) for at, robot, sure, ended, *item in done),
        *((at, *rest, state == Decided.ACCEPTED) for at, *rest, state in asked.values_list(*ASKED)),
    ]
    return sorted((at, robot, sure or 0, right) for at, robot, sure, right in told if right is not None)[::-1]


JUDGED, ASKED = ("kind", "state", "resolved_at", "first_resolved_at"), ("created_at", "robot", "confidence", "state")


def _stayed(
    ended: datetime, kind: Kind, state: State, resolved: datetime | None, first: datetime | None
) -> bool | None:
    """Whether the result of a run that ended then is what holds now; None while a review of it is not done (A-40).

    Whoever else resolved the item before, and was reversed, says nothing of this run.
    """
    if kind == Kind.ACTION and first == ended:
        return True if state == State.CLOSED else None
    return resolved == ended


def _bands(history: Sequence[tuple[datetime, int, int, bool]]) -> list[Band]:
    found: dict[int, list[bool]] = {}
    for _at, _robot, sure, right in history:
        found.setdefault(min(sure, 99) // WIDTH * WIDTH, []).append(right)
    return [Band(low, low + WIDTH, len(every), sum(every)) for low, every in sorted(found.items())]


def _bars(history: Sequence[tuple[datetime, int, int, bool]]) -> dict[int, int]:
    told: dict[int, list[tuple[int, bool]]] = {}
    for _at, robot, sure, right in history:
        told.setdefault(robot, []).append((sure, right))
    fitting = {robot: fitting_bar(one) for robot, one in told.items()}
    return {robot: bar for robot, bar in fitting.items() if bar is not None}
