"""Wait types: who may set which, how it ends, and whether it stops the clock (SPEC section 6, CG-3)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tramita.domain.codes import Kind, State, WaitType
from tramita.domain.errors import FieldError
from tramita.domain.facts import Facts, Given

LONGEST_DAYS = 3650  # ten years: more is a slip of the finger (Z-14)


class Pausing(StrEnum):
    """Whether a wait stops the clock of the promise (CG-3)."""

    FLAG = "flag"  # if the due rule has "add wait time to due date"
    NEVER = "never"
    ALWAYS = "always"  # of no wait type as delivered; an installation may want it


@dataclass(frozen=True, slots=True)
class Wait:
    """One line of the table of SPEC section 6."""

    rule: str
    type: WaitType
    kinds: frozenset[Kind]
    by_agent: frozenset[Kind]  # where a person may choose it; elsewhere only the system sets it
    ends: str
    after: State  # the state it wakes into; ended by hand, all that can be go to In Progress
    by_hand: bool  # a person may end it
    closes: str  # when its end closes the item
    pausing: Pausing


_ALL = frozenset(Kind)
_TICKET, _CASE, _ACTION = (frozenset({kind}) for kind in (Kind.TICKET, Kind.CASE, Kind.ACTION))

WAITS: Mapping[WaitType, Wait] = {
    wait.type: wait
    for wait in (
        Wait(
            "W-1",
            WaitType.MORE_INFORMATION,
            _ALL,
            _ALL,
            "matched mail; Ticket only: the number of days; by hand",
            State.TO_DO,
            True,
            "Ticket only, if asked for",
            Pausing.FLAG,
        ),
        Wait(
            "W-2",
            WaitType.UNTIL,
            _ALL,
            _ALL,
            "the date and time; by hand",
            State.TO_DO,
            True,
            "never",
            Pausing.NEVER,
        ),
        Wait("W-3", WaitType.PAUSE, _CASE, _CASE, "by hand", State.IN_PROGRESS, True, "never", Pausing.FLAG),
        Wait(
            "W-4",
            WaitType.SPLIT,
            _TICKET,
            frozenset(),
            "all children Closed",
            State.CLOSED,
            False,
            "always",
            Pausing.FLAG,
        ),
        Wait(
            "W-5",
            WaitType.CASE_LAUNCHED,
            _TICKET,
            frozenset(),
            "the launched Case is Closed",
            State.CLOSED,
            False,
            "always",
            Pausing.FLAG,
        ),
        Wait(
            "W-6",
            WaitType.SUB_CASE,
            _ACTION,
            frozenset(),
            "the Sub-Case completes",
            State.CLOSED,
            False,
            "always",
            Pausing.FLAG,
        ),
    )
}

CLOCK: Mapping[WaitType, Pausing] = {wait.type: wait.pausing for wait in WAITS.values()}


def pauses_clock(wait_type: WaitType, *, adds_wait_time: bool, table: Mapping[WaitType, Pausing] = CLOCK) -> bool:
    """Whether this wait stops the clock; `table` is the installation's own (SLA-5 to SLA-9, CG-3).

    A table that leaves a type out gets the delivered answer for it.
    """
    pausing = table.get(wait_type, CLOCK[wait_type])
    return pausing is Pausing.ALWAYS or (pausing is Pausing.FLAG and adds_wait_time)


def offered(kind: Kind) -> tuple[WaitType, ...]:
    """The types a person may choose on this kind, in the order of the panel (C-62, A-4)."""
    return tuple(wait.type for wait in WAITS.values() if kind in wait.by_agent)


def check(facts: Facts) -> Iterator[FieldError]:
    """What is wrong with the input of a wait (W-9, W-12, Z-14)."""
    given = facts.given
    if given.wait_type != WaitType.MORE_INFORMATION or facts.kind is not Kind.TICKET:
        yield from _nothing_to_count(given)
    elif given.days is not None and not 1 <= given.days <= LONGEST_DAYS:
        yield FieldError("days", "out_of_range", "Give a number of days from 1 to %(most)s.", {"most": LONGEST_DAYS})
    if given.wait_type == WaitType.UNTIL:
        yield from _date_ahead(given)
    elif given.until is not None:
        yield FieldError("until", "not_for_this_wait", "Only a wait until a date has a date.")


def _nothing_to_count(given: Given) -> Iterator[FieldError]:
    """Days and closing belong to a Ticket that waits for information (W-9)."""
    if given.days is not None:
        yield FieldError("days", "not_for_this_wait", "Only a Ticket that waits for more information counts days.")
    if given.close_if_no_response:
        yield FieldError(
            "close_if_no_response",
            "not_for_this_wait",
            "Only a Ticket that waits for more information closes by itself.",
        )


def _date_ahead(given: Given) -> Iterator[FieldError]:
    """W-12: a date with a time, in the future."""
    if given.until is None:
        yield FieldError("until", "required", "Give a date and a time.")
    elif not _aware(given.until):
        yield FieldError("until", "invalid", "The moment needs a time zone.")
    elif given.now is not None and given.until <= given.now:
        yield FieldError("until", "in_the_past", "Choose a moment in the future.")


def _aware(moment: datetime) -> bool:
    return moment.utcoffset() is not None
