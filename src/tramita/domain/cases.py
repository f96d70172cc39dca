"""The lifecycle of a Case, row by row (SPEC section 4.5, W-14)."""

from collections.abc import Mapping

from tramita.domain.codes import Kind, Method, Problem, Reason, State, WaitType
from tramita.domain.guards import (
    ANOTHER_WAIT,
    CHILDREN_CLOSED,
    FOR_INFORMATION,
    FREE_OR_HELD,
    HAS_PROBLEM,
    HAS_STEPS,
    HOLDS,
    IN_PAUSE,
    MAY_HOLD,
    MAY_TAKE_UP,
    NOT_IN_PAUSE,
    STEP_OVER,
    UNTIL,
    WINDOW_OPEN,
    WINDOW_OVER,
    WROTE_OR_HAS_IT,
)
from tramita.domain.handling import handling
from tramita.domain.lifecycle import AGENT, RECIPIENT, ROBOT, SYSTEM, Lifecycle, row
from tramita.domain.resolution import check_confirmed, check_submission
from tramita.domain.waits import check as check_wait

NEW, GONE = None, None
DRAFT, TO_DO, IN_PROGRESS, WAITING, RESOLVED, CLOSED = State
ACTIVE = {TO_DO, IN_PROGRESS}
RUNNING = {TO_DO, IN_PROGRESS, WAITING}

INFORMATION, UNTIL_DATE, PAUSE = {WaitType.MORE_INFORMATION}, {WaitType.UNTIL}, {WaitType.PAUSE}
DONE = {Method.FULLY_RESOLVED}

# the reason that goes into the ledger with row C-46 (C-24)
PROBLEM_REASONS: Mapping[Problem, Reason] = {
    Problem.ACTION_UNABLE: Reason.ACTION_UNABLE,
    Problem.SUB_CASE_CANCELLED: Reason.SUB_CASE_CANCELLED,
    Problem.RULE_BLOCKED: Reason.RULE_BLOCKED,
    Problem.NEEDS_ATTENTION: Reason.BY_SYSTEM,
}

# fmt: off
BEGINNING = [
    row("C-40", "draft",    {NEW}, DRAFT, AGENT, reason=Reason.NEW,
        listed="creator's Inbox",
        says="Started by hand."),
    row("C-41", "create",   {NEW}, TO_DO, SYSTEM, reason=Reason.NEW,
        listed="queue, or assignee's Inbox",
        says="A mail, a Start-Case Action, a schedule, a trigger or a conversion starts it: due date, allocation, "
             "and the first step starts at once."),
    row("C-41", "create",   {NEW}, TO_DO, AGENT | ROBOT | RECIPIENT, checks=[check_submission], reason=Reason.NEW,
        listed="queue, or assignee's Inbox",
        says="An integration or the portal starts it, or an agent as a Sub-Case; complete at once (C-3, C-4)."),
    row("MAIL-17", "archive", {NEW}, CLOSED, SYSTEM, reason=Reason.BY_SYSTEM,
        listed="none",
        says="Old mail is imported: the Case is kept as it was, with the dates of its mails, and runs no step."),
    row("C-42", "submit",   {DRAFT}, TO_DO, AGENT, checks=[check_submission],
        listed="queue, or assignee's Inbox",
        says="Due date and allocation; the first step starts at once."),
    row("C-43", "resolve",  {DRAFT}, RESOLVED, AGENT, methods=DONE, checks=[check_submission],
        listed="Owned Work",
        says="Resolved before it ran: no Actions are run."),
    row("T-53", "discard",  {DRAFT}, GONE, AGENT, only=[WROTE_OR_HAS_IT],
        listed="none",
        says="The Draft is gone; an audit entry stays (CG-51)."),
]

WORKING = handling(start="C-44", release="C-45", assign="C-45", to_do="C-45", reject="C-45")

WAITS = [
    row("C-48", "wait",     ACTIVE, WAITING, AGENT, waits=INFORMATION, checks=[check_wait],
        listed="Owned Work, with the Wait icon",
        says="Wait for more information. Clock: SLA-7. Its Actions go on (CG-49)."),
    row("C-49", "wait",     ACTIVE, WAITING, AGENT, waits=UNTIL_DATE, checks=[check_wait],
        listed="Owned Work",
        says="Wait until a date and time, the follow-up. The clock runs on."),
    row("C-50", "wait",     ACTIVE, WAITING, AGENT, waits=PAUSE, checks=[check_wait],
        listed="Owned Work",
        says="Pause. Clock: SLA-8. Also what the owner may do about a problem (C-22). No new step starts (CG-49)."),
    row("W-14", "wait",     {WAITING}, WAITING, AGENT, ANOTHER_WAIT, waits=INFORMATION | UNTIL_DATE | PAUSE,
        checks=[check_wait],
        listed="Owned Work",
        says="Another wait, or another date; the clock is decided anew from now."),
    row("C-51", "wake",     {WAITING}, TO_DO, SYSTEM, FOR_INFORMATION, reason=Reason.NEW_INFORMATION, highlight=True,
        listed="Inbox",
        says="A mail for it arrived, unless it is an automatic answer to an automatic mail (M-13)."),
    row("MAIL-96", "bounce", {WAITING}, TO_DO, SYSTEM, FOR_INFORMATION, reason=Reason.DELIVERY_FAILED, highlight=True,
        listed="Inbox",
        says="The question it waits an answer to could not be delivered."),
    row("C-52", "date_reached", {WAITING}, TO_DO, SYSTEM, UNTIL, reason=Reason.DATE_REACHED, highlight=True,
        listed="Inbox",
        says="The date of the wait is reached."),
    row("C-53", "resume",   {WAITING}, IN_PROGRESS, AGENT, only=[MAY_TAKE_UP],
        listed="Inbox",
        says="In Progress is chosen again: the wait ends by hand, the clock goes on (S-10, C-63)."),
    row("C-53", "resume",   ACTIVE, IN_PROGRESS, AGENT, HAS_PROBLEM, FREE_OR_HELD, only=[MAY_TAKE_UP],
        listed="Inbox",
        says="The owner has dealt with a problem and goes on (C-22); a change of data alone does not say that."),
]

FLOWING = [
    row("C-46", "problem",  ACTIVE, TO_DO, SYSTEM, reason=Reason.ACTION_UNABLE, highlight=True,
        listed="owner's Inbox",
        says="An Action cannot be completed, a Sub-Case was cancelled or a rule blocks: reason stored (C-24), "
             "owner told, shown in the Info card."),
    row("C-46", "problem",  {WAITING}, TO_DO, SYSTEM, NOT_IN_PAUSE, reason=Reason.ACTION_UNABLE, highlight=True,
        listed="owner's Inbox",
        says="The same while it waits for information or a date: the wait ends."),
    row("C-46", "problem",  {WAITING}, WAITING, SYSTEM, IN_PAUSE, waits=PAUSE, reason=Reason.ACTION_UNABLE,
        highlight=True,
        listed="Owned Work",
        says="The same in Pause: the problem is stored and highlighted, the Pause stays."),
    row("C-47", "complete_step", {IN_PROGRESS}, TO_DO, SYSTEM, reason=Reason.STEP_COMPLETED, highlight=True,
        listed="owner's Inbox",
        says="A step is finished and progression is manual: a person moves it on (C-7)."),
    row("C-7", "next-step", ACTIVE, IN_PROGRESS, AGENT, STEP_OVER, FREE_OR_HELD, only=[MAY_TAKE_UP],
        listed="Inbox",
        says="A person moves it on after a step that is done: the next one begins."),
    row("C-7", "next-step", {WAITING}, IN_PROGRESS, AGENT, STEP_OVER, FREE_OR_HELD, NOT_IN_PAUSE, only=[MAY_TAKE_UP],
        listed="Inbox",
        says="The same while it waits: the wait ends."),
    row("C-54", "rework",   RUNNING, IN_PROGRESS, AGENT, HAS_STEPS, only=[MAY_TAKE_UP], reason=Reason.REWORK,
        listed="Inbox",
        says="Running Actions are closed and copies start from the restart point (C-30 to C-34)."),
    row("C-55", "complete_children", ACTIVE, RESOLVED, SYSTEM, CHILDREN_CLOSED, methods=DONE,
        reason=Reason.CHILDREN_COMPLETED,
        listed="Owned Work",
        says="All Actions and Sub-Cases are complete (C-10)."),
    row("C-55", "complete_children", {WAITING}, RESOLVED, SYSTEM, CHILDREN_CLOSED, NOT_IN_PAUSE, methods=DONE,
        reason=Reason.CHILDREN_COMPLETED,
        listed="Owned Work",
        says="The same while it waits; a Pause holds it back until it ends (C-10)."),
]

ENDING = [
    row("C-55", "resolve",  RUNNING, RESOLVED, AGENT, methods=DONE,
        listed="Owned Work",
        says="Fully resolved: a mail or note is recommended, not asked for (R-12); the feedback window starts."),
    row("C-55", "resolve",  RUNNING, RESOLVED, ROBOT, only=[HOLDS], methods=DONE,
        listed="Owned Work",
        says="The robot that holds the lease resolves it."),
    row("C-56", "abort",    {DRAFT} | RUNNING, CLOSED, AGENT, methods={Method.ABORTED}, checks=[check_confirmed],
        listed="none",
        says="Closed for good. Its Actions are closed, Sub-Cases by choice, approvals expire, the clock stops (C-60)."),
    row("C-60", "abort",    {DRAFT} | RUNNING, CLOSED, SYSTEM, methods={Method.ABORTED}, reason=Reason.BY_SYSTEM,
        listed="none",
        says="Ended with the Case it is a Sub-Case of."),
    row("C-57", "reopen",   {RESOLVED}, TO_DO, SYSTEM, WINDOW_OPEN, reason=Reason.NEW_INFORMATION, highlight=True,
        listed="Inbox, or by allocation (Q-9)",
        says="A mail arrived inside the feedback window, or a Ticket was merged into it (R-16). "
             "The first resolution is kept (R-20)."),
    row("C-57", "feedback", {RESOLVED}, TO_DO, SYSTEM | RECIPIENT, WINDOW_OPEN, reason=Reason.NEW_INFORMATION,
        highlight=True,
        listed="Inbox, or by allocation (Q-9)",
        says="Feedback was given inside the window."),
    row("C-57", "reopen",   {RESOLVED}, TO_DO, AGENT, WINDOW_OPEN, only=[MAY_HOLD],
        listed="that agent's Inbox",
        says="Reopened by hand. The first resolution is kept (R-20)."),
    row("C-58", "close",    {RESOLVED}, CLOSED, SYSTEM, WINDOW_OVER, reason=Reason.WINDOW_PASSED,
        listed="none",
        says="The feedback window passed, or none is configured (R-13, R-14)."),
]
# fmt: on

CASE = Lifecycle(
    Kind.CASE,
    (*BEGINNING, *WORKING, *WAITS, *FLOWING, *ENDING),
    remarks={"C-59": "A mail that arrives later starts a new work item; the Closed Case stays as it is."},
)
