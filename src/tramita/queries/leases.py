"""The leases of robots (Z-17)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.errors import NotFound, NotPermitted
from tramita.domain.robots import NOT_AGAIN, Ending, LeaseLost, Spent, Terms, terms
from tramita.domain.robots import rests as why_it_rests
from tramita.models import Item, Lease, Person
from tramita.queries import definitions
from tramita.queries.due_rules import installation_zone

HOUR = timedelta(hours=1)


def living(item: Item, at: datetime) -> bool:
    """Whether the lease under which a robot has this item has not run out. One statement, none if there is none."""
    if item.fence is None:
        return False
    return Lease.objects.filter(item=item.pk, fence=item.fence, ended_at=None, expires_at__gt=at).exists()


def lease_of(item: Item) -> Lease | None:
    """The lease under which a robot has this item, expired or not."""
    return Lease.objects.filter(item=item.pk, fence=item.fence).first() if item.fence is not None else None


def held(lease_id: int, by: Actor, at: datetime, fence: int | None = None) -> Lease:
    """The living lease with this id. Raises: NotPermitted, NotFound, LeaseLost."""
    only_robots(by)
    found = Lease.objects.filter(pk=lease_id, robot=by.id).first()
    if found is None:
        raise NotFound("There is no such lease.")
    if found.ended_at is not None or found.expires_at <= at or fence not in (None, found.fence):
        raise LeaseLost
    return found


def living_leases(by: Actor, at: datetime, *, after: int = 0, limit: int = 200) -> list[Lease]:
    """Those of this robot, the oldest first. Raises: NotPermitted."""
    only_robots(by)
    found = Lease.objects.filter(robot=by.id, ended_at=None, expires_at__gt=at, pk__gt=after)
    return list(found.select_related("item").order_by("pk")[:limit])


def only_robots(by: Actor) -> None:
    if by.role is not Role.ROBOT:
        raise NotPermitted("Only a robot works by lease.")


def terms_of(robot_id: int | None) -> Terms:
    """What a robot was made for."""
    stored: Mapping[str, Any] | None = Person.objects.values_list("robot", flat=True).get(pk=robot_id or 0)
    return terms(stored)


def rests(robot_id: int, at: datetime) -> str:
    """Why this robot gets no work now: a name of `domain.robots.rests`; empty if it does (B-1)."""
    robot = Person.objects.get(pk=robot_id)
    found = terms(robot.robot)
    calendar = definitions.calendar(found.calendar) if found.calendar else None
    works_now = calendar is None or calendar.is_working(at)
    return why_it_rests(found, _spent(robot, found, at), works_now=works_now)


def _spent(robot: Person, terms: Terms, at: datetime) -> Spent:
    """Its day begins at midnight in its own time zone. What no term asks about is not read: a day may have thousands
    of runs."""
    runs = Lease.objects.filter(robot=robot.pk)
    today = _today(robot, runs, at) if terms.capacity is not None or "cost_per_day" in terms.limits else []
    return Spent(
        runs=runs.filter(taken_at__gt=at - HOUR)[: terms.limit("runs_per_hour")].count(),
        cost=sum((cost for *_, cost in today), Decimal()),
        time=sum(((ended or at) - taken for taken, ended, _ in today), timedelta()),
    )


def _today(robot: Person, runs: "QuerySet[Lease]", at: datetime) -> list[tuple[datetime, datetime | None, Decimal]]:
    zone = ZoneInfo(robot.time_zone) if robot.time_zone else installation_zone()
    midnight = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return list(runs.filter(taken_at__gte=midnight).values_list("taken_at", "ended_at", "cost"))


def given_up(item: Item, robot_id: int) -> bool:
    """Whether this robot rejected the item before, or was too often too late with it (B-10)."""
    return any(ending in NOT_AGAIN for ending in _endings(item, robot_id))


def lapses(item: Item, robot_id: int) -> int:
    """How many of this robot's leases on the item ran out."""
    return _endings(item, robot_id).count(Ending.LAPSED)


def _endings(item: Item, robot_id: int) -> list[str | None]:
    """An item has few leases, a robot has had all there are: the database is asked for the item's only."""
    rows = Lease.objects.filter(item=item.pk).values_list("robot", "ending")
    return [ending for robot, ending in rows if robot == robot_id]
