"""Robots: programs that work items by a lease, each on its own terms (SPEC section 12, Z-17)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tramita.domain import bounds
from tramita.domain.codes import Kind, Method
from tramita.domain.errors import Conflict

LEASE = timedelta(minutes=5)
LAPSES = 3  # leases of one robot on one item that may run out; afterwards it is for people
METHODS: Mapping[Kind, Method] = {  # what `complete` means where nothing else is said (INTERFACES section 5)
    Kind.TICKET: Method.REPLIED,
    Kind.CASE: Method.FULLY_RESOLVED,
    Kind.ACTION: Method.COMPLETE,
}


class Mode(StrEnum):
    """Which work a robot does (B-1)."""

    LIVE = "live"
    TEST = "test"  # in test runs only: to live work it is not there
    BOTH = "both"


class Ending(StrEnum):
    """How a lease ended."""

    COMPLETED = "completed"
    UNABLE = "unable"  # nobody can do it (B-6)
    REJECTED = "rejected"  # this robot cannot (B-5)
    LAPSED = "lapsed"  # it ran out
    GIVEN_UP = "given_up"  # it ran out once too often
    TAKEN_BACK = "taken_back"  # a person, or what happened to the item, took it away
    STOPPED = "stopped"  # all robots were stopped
    PROPOSED = "proposed"  # a person decides about its result


NOT_AGAIN = (Ending.REJECTED, Ending.GIVEN_UP, Ending.PROPOSED)  # this robot is not offered the item again (B-10)
BY_ENTRY = {  # the entry that tells of the end
    "rejected": Ending.REJECTED,
    "lease_ended": Ending.LAPSED,
    "proposed": Ending.PROPOSED,
}


def ending(entry: str, *, by_itself: bool) -> Ending:
    """How a lease ended whose item is told of by this entry; `by_itself`: by the robot that has the lease."""
    return BY_ENTRY.get(entry, Ending.COMPLETED if by_itself else Ending.TAKEN_BACK)


LIMITS = {"writes_per_run": 50, "runs_per_hour": 1000, "cost_per_day": 0}  # where nothing is said; 0: no limit


EXTERNAL = "external"  # kept by another system, and not edited here (B-2)


def is_external(stored: Mapping[str, Any] | None) -> bool:
    """Whether another system keeps this robot, as its row has it."""
    return bool(stored and stored.get(EXTERNAL))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a robot was made for."""

    kinds: frozenset[Kind] = frozenset({Kind.ACTION})  # B-3
    lease: timedelta = LEASE
    modes: Mapping[str, bounds.Mode] = field(default_factory=dict)  # those that are not as usual
    limits: Mapping[str, int] = field(default_factory=dict)
    confidence: int = 0  # percent below which a person decides (AI-1)
    capacity: timedelta | None = None  # a day (B-1)
    cost_per_hour: int = 0
    calendar: str | None = None  # when it works; None: always
    farms: tuple[str, ...] = ()
    external: bool = False  # B-2

    def limit(self, name: str) -> int:
        return self.limits.get(name, LIMITS[name])


def terms(stored: Mapping[str, Any] | None) -> Terms:
    """The terms as a robot's row keeps them."""
    stored = stored or {}
    return Terms(
        kinds=frozenset(Kind(word) for word in stored.get("kinds", ("action",))),
        lease=timedelta(seconds=stored["lease"]) if "lease" in stored else LEASE,
        modes={verb: bounds.Mode(mode) for verb, mode in stored.get("modes", {}).items()},
        limits=stored.get("limits", {}),
        confidence=stored.get("confidence", 0),
        capacity=timedelta(seconds=stored["capacity"]) if "capacity" in stored else None,
        cost_per_hour=stored.get("cost_per_hour", 0),
        calendar=stored.get("calendar"),
        farms=tuple(stored.get("farms", ())),
        external=is_external(stored),
    )


def kept(terms: Terms) -> dict[str, Any]:
    """As a row keeps them: what is as usual is left out."""
    rest = {
        "modes": {verb: mode.value for verb, mode in terms.modes.items() if mode is not bounds.USUAL[verb]},
        "limits": dict(terms.limits),
        "confidence": terms.confidence,
        "capacity": int(terms.capacity.total_seconds()) if terms.capacity else 0,
        "cost_per_hour": terms.cost_per_hour,
        "calendar": terms.calendar,
        "farms": list(terms.farms),
    }
    return {name: value for name, value in rest.items() if value}


@dataclass(frozen=True, slots=True)
class Spent:
    """What a robot has used up: runs in the last hour; cost, and time at work, since its day began."""

    runs: int = 0
    cost: Decimal = Decimal()
    time: timedelta = timedelta()


def rests(terms: Terms, spent: Spent, *, works_now: bool) -> str:
    """Why it gets no work now; empty if it does. Rule: B-1."""
    cost = spent.cost + terms.cost_per_hour * Decimal(spent.time.total_seconds()) / 3600
    reasons = {
        "outside_its_hours": not works_now,
        "runs_per_hour": spent.runs >= terms.limit("runs_per_hour"),
        "capacity": terms.capacity is not None and spent.time >= terms.capacity,
        "cost_per_day": "cost_per_day" in terms.limits and cost >= terms.limits["cost_per_day"],
    }
    return next((name for name, holds in reasons.items() if holds), "")


LOOKED_AT, ENOUGH, RIGHT, STEP = 50, 20, 95, 5  # results of late; how many are a history; percent of them; of a bar


def fitting_bar(history: Sequence[tuple[int, bool]]) -> int | None:
    """The lowest bar at which what a robot was sure enough of stayed as it was in 95 of 100 cases (AI-1).

    `history`: how sure it was of each result, the newest first, and whether people left it as it was. The last 50 at or
    above a bar are looked at; None where there are fewer than 20, or no bar is high enough.
    """
    for bar in range(0, 101, STEP):
        late = [right for sure, right in history if sure >= bar][:LOOKED_AT]
        if len(late) < ENOUGH:
            return None
        if 100 * sum(late) >= RIGHT * len(late):
            return bar
    return None


class LeaseLost(Conflict):
    """The lease ended, or there never was one: what the robot brings comes too late (Z-17)."""

    def __init__(self) -> None:
        super().__init__("This robot has no lease on the item, or it has ended.", code="lease_lost")
