"""How the states of v2020.1 map to ours, row by row (SPEC section 27). No way leads back: the old value is kept (V-61).

V-1 and V-40 say that there were no Drafts: no old state becomes one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tramita.domain.bringing_in import Standing
from tramita.domain.codes import Kind, Method, Problem, State, WaitType

_DASH = re.compile(r"\s*[-\u2010-\u2015\u2212]\s*")

TO_DO, IN_PROGRESS, WAITING, RESOLVED, CLOSED = list(State)[1:]
INFORMATION, UNTIL, PAUSE = WaitType.MORE_INFORMATION, WaitType.UNTIL, WaitType.PAUSE


@dataclass(frozen=True, slots=True)
class LegacyRow:
    """One line of the three tables. `also`: other texts that exports of that version print for it."""

    rule: str
    kind: Kind
    was: str
    standing: Standing
    also: tuple[str, ...] = ()


def row(
    rule: str,
    kind: Kind,
    was: str,
    state: State,
    *also: str,
    wait: WaitType | None = None,
    method: Method | None = None,
    problem: Problem | None = None,
    passing: bool = False,
) -> LegacyRow:
    """A line as the specification writes it."""
    return LegacyRow(rule, kind, was, Standing(state, wait, method, problem, passing, rule), also)


# fmt: off
CASES = (
    row("V-2", Kind.CASE, "In progress (not yet being processed)", TO_DO),
    row("V-3", Kind.CASE, "In progress (being processed)", IN_PROGRESS),
    row("V-4", Kind.CASE, "Paused - waiting for more information", WAITING, wait=INFORMATION),  # CG-18
    row("V-5", Kind.CASE, "Paused - scheduled for follow-up", WAITING, wait=UNTIL),
    row("V-6", Kind.CASE, "Paused", WAITING, wait=PAUSE),
    row("V-7", Kind.CASE, "Resolved", RESOLVED),
    row("V-8", Kind.CASE, "Closed", CLOSED),
    row("V-9", Kind.CASE, "Needs attention", TO_DO, problem=Problem.NEEDS_ATTENTION),
)
ACTIONS = (
    row("V-20", Kind.ACTION, "In progress (not yet being processed)", TO_DO),
    row("V-21", Kind.ACTION, "In progress (being processed)", IN_PROGRESS),
    row("V-22", Kind.ACTION, "Paused - waiting for more information", WAITING, wait=INFORMATION),
    row("V-23", Kind.ACTION, "Paused - scheduled for follow-up", WAITING, wait=UNTIL),
    row("V-24", Kind.ACTION, "Resolved", CLOSED, "Resolved/Closed", "Closed", method=Method.COMPLETE),  # CG-2, V-60
    row("V-25", Kind.ACTION, "Unable to complete", CLOSED, method=Method.UNABLE_TO_COMPLETE),  # CG-2
    row("V-26", Kind.ACTION, "Peer review", TO_DO, "Peer review - in progress"),
)
TICKETS = (
    row("V-41", Kind.TICKET, "In progress (not yet being processed)", TO_DO),
    row("V-42", Kind.TICKET, "In progress (being processed)", IN_PROGRESS),
    row("V-43", Kind.TICKET, "Paused - waiting for more information", WAITING, wait=INFORMATION),
    row("V-44", Kind.TICKET, "Paused - scheduled for follow-up", WAITING, wait=UNTIL),
    row("V-45", Kind.TICKET, "Resolved", RESOLVED, method=Method.REPLIED),
    row("V-46", Kind.TICKET, "Resolved - manual response", RESOLVED, method=Method.REPLIED),
    row("V-47", Kind.TICKET, "Resolved - no response from customer", RESOLVED, method=Method.NO_RESPONSE),
    row("V-48", Kind.TICKET, "Rejected", RESOLVED, method=Method.REJECTED),
    row("V-49", Kind.TICKET, "Rejected as spam", CLOSED, method=Method.REJECTED_SPAM),
    row("V-50", Kind.TICKET, "Rejected - unknown e-mail address", CLOSED, method=Method.UNCONFIGURED_ADDRESS),
    row("V-51", Kind.TICKET, "Resolved - Ticket split", WAITING, wait=WaitType.SPLIT),
    row("V-52", Kind.TICKET, "Resolved - Ticket split (completed)", RESOLVED, method=Method.SPLIT_COMPLETED,
        passing=True),
    row("V-53", Kind.TICKET, "Resolved - existing Ticket updated", CLOSED, method=Method.MERGED),  # V-60
    row("V-54", Kind.TICKET, "Resolved - new Case launched", WAITING, wait=WaitType.CASE_LAUNCHED),
    row("V-55", Kind.TICKET, "Resolved - existing Case updated", CLOSED, method=Method.MERGED),  # V-60
)
# fmt: on
AS_IT_WAS = row("V-62", Kind.TICKET, "Closed", CLOSED)  # the tables have no row for it: Closed stays Closed
ROWS = (*CASES, *ACTIONS, *TICKETS)


def plain(text: str) -> str:
    """An old state as it is compared: any case, any dash, any blanks."""
    return " ".join(_DASH.sub("-", text).split()).casefold()


_BY_TEXT: Mapping[tuple[Kind, str], LegacyRow] = {
    (each.kind, plain(text)): each for each in (*ROWS, AS_IT_WAS) for text in (each.was, *each.also)
}


def mapped(kind: Kind, was: str) -> LegacyRow | None:
    """The row of an old state; None for a text that none of the tables has."""
    return _BY_TEXT.get((kind, plain(was)))
