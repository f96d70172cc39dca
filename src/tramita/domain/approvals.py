"""Approval requests in Tickets: when one may be asked for, and who may end it how (SPEC section 13).

A request blocks nothing and moves nothing (AP-20, AP-29): it only ends with the Ticket (AP-13). One that an Action
makes ends with its wait (EA-3).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tramita.domain.codes import ApprovalState, Kind, State
from tramita.domain.errors import Conflict, NotPermitted

OPEN = frozenset({State.TO_DO, State.IN_PROGRESS, State.WAITING})  # AP-7; CG-50: any wait
ENDED = frozenset({State.RESOLVED, State.CLOSED})  # AP-28


class Part(StrEnum):
    """What somebody has to do with a request. One person may have several parts (AP-27)."""

    MANAGER = "manager"  # active, of the organisation or its parent (CG-47, CG-53)
    SUBSTITUTE = "substitute"  # of one of these who is away (Z-16)
    ASKER = "asker"  # the agent who asked for it
    AGENT = "agent"  # who works on the Ticket, or answers for it
    ACCOUNT_MANAGER = "account_manager"  # the provider's person for the organisation or its parent (AP-2)


@dataclass(frozen=True, slots=True)
class End:
    """One way in which a request ends, and what somebody is told who has no part in it."""

    rule: str
    to: ApprovalState
    who: frozenset[Part]
    refusal: str


NOT_ASKED = "This is not asked of you."
DECIDES = "Only a manager of the organisation may decide this."
CANCELS = "Only who asked, who works on the Ticket, a manager or the account manager may cancel this."
DECIDERS = frozenset({Part.MANAGER, Part.SUBSTITUTE})
ENDS: Mapping[str, End] = {
    "approve": End("AP-11", ApprovalState.APPROVED, DECIDERS, DECIDES),
    "reject": End("AP-12", ApprovalState.REJECTED, DECIDERS, DECIDES),
    "cancel": End("AP-14", ApprovalState.CANCELLED, frozenset(Part) - {Part.SUBSTITUTE}, CANCELS),
}

# what who comes too late is told (AP-24, CG-31)
TOO_LATE: Mapping[ApprovalState, str] = {
    ApprovalState.APPROVED: "It was already decided: %(person)s approved it.",
    ApprovalState.REJECTED: "It was already decided: %(person)s rejected it.",
    ApprovalState.CANCELLED: "%(person)s cancelled this request. There is nothing to decide any more.",
    ApprovalState.EXPIRED: "The Ticket has ended, and this request with it. There is nothing to decide any more.",
}
NOT_ASKED_ANY_MORE = "This is not asked any more. There is nothing to decide."  # of who was asked by name


def ends_with(kind: Kind, verb: str, to: State) -> bool:
    """Whether the request of an item ends as `verb` brings it there: a Ticket's when the Ticket does (AP-13), an
    Action's with its wait, whoever ends that, or begins another (EA-3)."""
    return to in ENDED if kind is Kind.TICKET else to is not State.WAITING or verb == "wait"


def expect_open(kind: Kind, state: State) -> None:
    """Refuse a Case, an Action, and a Ticket that is not open (AP-7). Raises: Conflict."""
    if kind is not Kind.TICKET or state not in OPEN:
        raise Conflict("An approval can be asked for only in an open Ticket.", code="approval_not_possible")


def expect_awaiting(state: ApprovalState, *, ended_by: str = "") -> None:
    """Refuse what has ended: all four ends are final (AP-15). Raises: Conflict `already_decided`."""
    if state is not ApprovalState.AWAITING:
        raise Conflict(TOO_LATE[state], code="already_decided", person=ended_by)


def level_says(said: Sequence[ApprovalState], *, every: bool, least: int) -> ApprovalState:
    """What one level says as a whole, by what each of it has said: approved, rejected, or awaiting still.

    Where all must agree, a refusal declines; of one, the first decision counts (EA-2). Of some, it is declined as soon
    as so many cannot agree any more (Z-16).
    """
    needed = len(said) if every else least
    yes, no = said.count(ApprovalState.APPROVED), said.count(ApprovalState.REJECTED)
    if yes >= needed:
        return ApprovalState.APPROVED
    declined = no > 0 if every or least == 1 else len(said) - no < needed
    return ApprovalState.REJECTED if declined else ApprovalState.AWAITING


def end(verb: str, state: ApprovalState, parts: Collection[Part], *, ended_by: str = "") -> ApprovalState:
    """The situation that `verb` leads to. `ended_by` is the name of who ended it before.

    Raises: NotPermitted; Conflict `already_decided`, for all four ends are final (AP-15).
    """
    way = ENDS[verb]
    if way.who.isdisjoint(parts):
        raise NotPermitted(way.refusal)
    expect_awaiting(state, ended_by=ended_by)
    return way.to
