"""Picking work up and giving it away: the same rows for the three kinds, under each kind's rule (S-3 to S-8)."""

from tramita.domain.codes import Reason, State
from tramita.domain.guards import (
    ASSIGNED,
    FREE_OR_HELD,
    HOLDS,
    HOLDS_OR_MAY_ASSIGN,
    MAY_ASSIGN,
    MAY_HOLD,
    UNASSIGNED,
    check_target,
)
from tramita.domain.lifecycle import AGENT, LEADER, ROBOT, SYSTEM, Guard, Row, row

TO_DO, IN_PROGRESS = State.TO_DO, State.IN_PROGRESS
ACTIVE = {TO_DO, IN_PROGRESS}
TARGET = [check_target]


# fmt: off
def handling(
    *, start: str, release: str, assign: str, to_do: str, reject: str, taking: tuple[Guard, ...] = ()
) -> tuple[Row, ...]:
    """The rows, each with its rule on this kind; `taking` are conditions on the person who takes it."""
    return (
        row(start,   "start",   {TO_DO}, IN_PROGRESS, AGENT | ROBOT, FREE_OR_HELD, only=[MAY_HOLD, *taking],
            listed="that resource's Inbox",
            says="A resource starts updating it, or says so, or a robot gets it: it becomes theirs (S-4, Z-1)."),
        row(release, "release", ACTIVE,  TO_DO, AGENT, ASSIGNED, only=[HOLDS],
            listed="queue",
            says="The holder gives it back to its queue; nobody has it then. No time limit (S-6)."),
        row(release, "release", ACTIVE,  TO_DO, LEADER, ASSIGNED,
            listed="queue",
            says="A leader takes it off somebody, back to its queue."),
        row(assign,  "assign",  ACTIVE,  TO_DO, AGENT, ASSIGNED, only=[HOLDS_OR_MAY_ASSIGN], checks=TARGET,
            listed="target's Inbox",
            says="The holder hands it to another resource."),
        row(assign,  "assign",  ACTIVE,  TO_DO, LEADER, ASSIGNED, checks=TARGET,
            listed="target's Inbox",
            says="A leader moves it to another resource."),
        row("T-54",  "assign",  {TO_DO}, TO_DO, AGENT, UNASSIGNED, only=[MAY_ASSIGN], checks=TARGET,
            listed="target's Inbox",
            says="An agent with the right gives it to somebody."),
        row("T-54",  "assign",  {TO_DO}, TO_DO, LEADER, UNASSIGNED, checks=TARGET,
            listed="target's Inbox",
            says="A leader gives it to somebody."),
        row(to_do,   "to-do",   {IN_PROGRESS}, TO_DO, AGENT, only=[HOLDS],
            listed="holder's Inbox",
            says="The holder undoes an accidental start and keeps it (S-7)."),
        row(reject,  "reject",  {IN_PROGRESS}, TO_DO, ROBOT, only=[HOLDS], reason=Reason.ROBOT_REJECTED,
            listed="queue, for people",
            says="This robot cannot do it and is never offered it again (S-8, B-5, B-10)."),
        row("Z-17",  "end_lease", {IN_PROGRESS}, TO_DO, SYSTEM, ASSIGNED, reason=Reason.LEASE_ENDED,
            listed="queue",
            says="The lease of a robot ran out."),
        row("Q-6",   "return",  {TO_DO}, TO_DO, SYSTEM, ASSIGNED, reason=Reason.NOT_BEGUN,
            listed="queue",
            says="Its queue takes back what nobody began in time; nobody has it then."),
        row("Q-7",   "reallocate", ACTIVE, TO_DO, SYSTEM, reason=Reason.BY_SYSTEM,
            listed="queue, or target's Inbox",
            says="Whoever has it cannot work it any more, or its queue is used no more: its rule decides anew."),
    )
