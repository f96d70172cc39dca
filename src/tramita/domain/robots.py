"""Robots: programs that work items by a lease, each on its own terms (SPEC section 12, Z-17)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

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


NOT_AGAIN = (Ending.REJECTED, Ending.GIVEN_UP)  # this robot is not offered the item again (B-10)
BY_ENTRY = {"rejected": Ending.REJECTED, "lease_ended": Ending.LAPSED}  # the entry that tells of the end


def ending(entry: str, *, by_itself: bool) -> Ending:
    """How a lease ended whose item is told of by this entry; `by_itself`: by the robot that has the lease."""
    return BY_ENTRY.get(entry, Ending.COMPLETED if by_itself else Ending.TAKEN_BACK)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a robot was made for."""

    kinds: frozenset[Kind] = frozenset({Kind.ACTION})  # B-3
    lease: timedelta = LEASE


def terms(stored: Mapping[str, Any] | None) -> Terms:
    """The terms as a robot's row keeps them."""
    stored = stored or {}
    return Terms(
        kinds=frozenset(Kind(word) for word in stored.get("kinds", ("action",))),
        lease=timedelta(seconds=stored["lease"]) if "lease" in stored else LEASE,
    )


class LeaseLost(Conflict):
    """The lease ended, or there never was one: what the robot brings comes too late (Z-17)."""

    def __init__(self) -> None:
        super().__init__("This robot has no lease on the item, or it has ended.", code="lease_lost")
