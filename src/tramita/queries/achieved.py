"""What became of the work of people and robots: hand-overs by reason, reversals by how, hours and cost (B-9, RP-1)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from tramita.domain.actors import STAFF, Actor
from tramita.domain.codes import Role
from tramita.domain.robots import Ending, terms
from tramita.models import Entry, Item, Lease, Person, TimeSpent
from tramita.queries.visibility import visible_to

Counted = Mapping[int, Mapping[str, int]]  # by the id of who did it, then by a word

HANDED_OVER = {  # how a run of a robot ended -> the word for its hand-over
    Ending.REJECTED: "rejected",
    Ending.LAPSED: "too_late",
    Ending.GIVEN_UP: "too_late",
    Ending.UNABLE: "unable",
    Ending.PROPOSED: "proposed",
}
GIVEN_BACK = "given_back"  # of people: released to the queue
REVERSING = ("reopened", "reworked", "undone")  # entries


@dataclass(frozen=True, slots=True)
class Effort:
    """Time at work, and what it came to; people have no price here."""

    time: timedelta
    cost: Decimal | None = None


def hand_overs(actor: Actor, *, since: datetime) -> Counted:
    """Cost: two statements."""
    found: dict[int, Counter[str]] = {}
    runs = _runs(actor, since).filter(ending__in=HANDED_OVER).values_list("robot", "ending")
    for robot, ending in runs:
        found.setdefault(robot, Counter())[HANDED_OVER[Ending(ending or "")]] += 1
    back = Entry.objects.filter(visible_to(actor, through="item"), type="released", at__gte=since)
    back = back.filter(item__updated_at__gte=since, actor__role__in=STAFF)  # the index by update narrows it
    for person in back.values_list("actor", flat=True):
        found.setdefault(person, Counter())[GIVEN_BACK] += 1
    return found


def reversals(resolved: "QuerySet[Item]") -> Counted:
    """By whom the items were resolved first, and what took each up again first: the desk, who asked, or an undo.

    `resolved`: those that may be, as another moment or none is that of their resolution now: a review makes it so, too.
    Cost: one statement.
    """
    told = Entry.objects.filter(item__in=resolved.values("pk"), type__in=REVERSING)
    rows = told.filter(at__gte=F("item__first_resolved_at")).order_by("item", "seq")
    found: dict[int, Counter[str]] = {}
    seen: set[int] = set()
    for item, resolver, entry, role in rows.values_list("item", "item__first_resolver", "type", "actor__role"):
        if item not in seen:
            found.setdefault(resolver, Counter())[_how(entry, role)] += 1
        seen.add(item)
    return found


def _how(entry: str, role: str | None) -> str:
    if entry != "reopened":
        return "undone"
    return "reopened" if role and Role(role) in STAFF else "disputed"


def efforts(actor: Actor, *, since: datetime, at: datetime) -> Mapping[int, Effort]:
    """Of people what they tracked, of robots how long they had items in hand. Cost: three statements."""
    spent = TimeSpent.objects.filter(visible_to(actor, through="item"), begun_at__gte=since)
    rows = spent.values_list("person").order_by("person").annotate(all=Sum("seconds"))
    found = {person: Effort(timedelta(seconds=seconds)) for person, seconds in rows}
    lasted = ExpressionWrapper(Coalesce("ended_at", at) - F("taken_at"), output_field=DurationField())
    runs = _runs(actor, since).values_list("robot").order_by("robot").annotate(time=Sum(lasted), told=Sum("cost"))
    prices = {pk: terms(robot).cost_per_hour for pk, robot in _robots().values_list("pk", "robot")}
    for robot, time, told in runs:
        hours = Decimal(time.total_seconds()) / 3600
        found[robot] = Effort(time, (told or Decimal()) + prices.get(robot, 0) * hours)
    return found


def _runs(actor: Actor, since: datetime) -> "QuerySet[Lease]":
    """By robot, so that the index of a robot's runs is used."""
    return Lease.objects.filter(
        Q(robot__in=_robots().values("pk")), visible_to(actor, through="item"), taken_at__gte=since
    )


def _robots() -> "QuerySet[Person]":
    return Person.objects.filter(role=Role.ROBOT)
