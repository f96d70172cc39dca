"""The lifecycle of an Action, row by row (SPEC section 5.3, W-6, W-14). No Draft, no feedback window (A-1, A-20)."""

from tramita.domain.codes import Kind, Method, Reason, State, WaitType
from tramita.domain.guards import (
    ANOTHER_WAIT,
    CHILDREN_CLOSED,
    CLOSES_BY_ITSELF,
    FIRST_PART,
    FOR_INFORMATION,
    FOR_SUB_CASE,
    FRESH_EYES,
    HOLDS,
    LEFT_TO_A_PERSON,
    MAY_TAKE_UP,
    NO_SYSTEM_WAIT,
    NOT_FIRST_PART,
    NOTHING_TO_AWAIT,
    REVIEW_PART,
    SOMETHING_TO_AWAIT,
    UNTIL,
)
from tramita.domain.handling import handling
from tramita.domain.lifecycle import AGENT, ROBOT, SYSTEM, Lifecycle, row
from tramita.domain.resolution import check_checklist, check_reason
from tramita.domain.waits import check as check_wait

NEW = None
_DRAFT, TO_DO, IN_PROGRESS, WAITING, RESOLVED, CLOSED = State
ACTIVE = {TO_DO, IN_PROGRESS}
RUNNING = {TO_DO, IN_PROGRESS, WAITING}

INFORMATION, UNTIL_DATE, SUB_CASE = {WaitType.MORE_INFORMATION}, {WaitType.UNTIL}, {WaitType.SUB_CASE}
COMPLETE, UNABLE = {Method.COMPLETE}, {Method.UNABLE_TO_COMPLETE}

# fmt: off
BEGINNING = [
    row("A-30", "create",   {NEW}, TO_DO, SYSTEM, SOMETHING_TO_AWAIT, reason=Reason.NEW,
        listed="queue, or assignee's Inbox",
        says="The flow reaches it, a schedule starts it, or a rework copies it: due date, allocation."),
    row("A-30", "create",   {NEW}, TO_DO, AGENT | ROBOT, reason=Reason.NEW,
        listed="queue, or assignee's Inbox",
        says="Launched by hand from its Case (C-11)."),
    row("A-45", "create",   {NEW}, TO_DO, SYSTEM, LEFT_TO_A_PERSON, reason=Reason.NEW,
        listed="queue",
        says="The Sub-Case it should await never started or has ended: a person decides."),
    row("A-46", "create",   {NEW}, CLOSED, SYSTEM, CLOSES_BY_ITSELF, methods=COMPLETE, reason=Reason.NEW,
        listed="none",
        says="The same with the option to close by itself: the flow goes on."),
]

WORKING = handling(start="A-31", release="A-32", assign="A-32", to_do="A-32", reject="A-32", taking=(FRESH_EYES,))

WAITS = [
    row("A-33", "wait",     ACTIVE, WAITING, AGENT | SYSTEM, SOMETHING_TO_AWAIT, waits=INFORMATION,
        checks=[check_wait],
        listed="Owned Work",
        says="Wait for more information; by the system for an approval or a mail that waits. Clock: SLA-7."),
    row("A-34", "wait",     ACTIVE, WAITING, AGENT | SYSTEM, SOMETHING_TO_AWAIT, waits=UNTIL_DATE, checks=[check_wait],
        listed="Owned Work",
        says="Wait until a date and time; by the system for an Action that does nothing else. The clock runs on."),
    row("A-45", "wait",     ACTIVE, CLOSED, AGENT, NOTHING_TO_AWAIT, methods=COMPLETE, through=RESOLVED,
        listed="none",
        says="Set to Waiting with nothing to wait for: it closes."),
    row("W-6", "wait",      ACTIVE, WAITING, SYSTEM, SOMETHING_TO_AWAIT, waits=SUB_CASE, reason=Reason.BY_SYSTEM,
        listed="Owned Work",
        says="The engine waits for a Sub-Case."),
    row("W-14", "wait",     {WAITING}, WAITING, AGENT, NO_SYSTEM_WAIT, ANOTHER_WAIT, waits=INFORMATION | UNTIL_DATE,
        checks=[check_wait],
        listed="Owned Work",
        says="Another wait, or another date; the clock is decided anew from now."),
    row("A-35", "wake",     {WAITING}, TO_DO, SYSTEM, FOR_INFORMATION, reason=Reason.NEW_INFORMATION, highlight=True,
        listed="Inbox",
        says="A mail for it arrived, unless it is an automatic answer to an automatic mail (M-13)."),
    row("MAIL-96", "bounce", {WAITING}, TO_DO, SYSTEM, FOR_INFORMATION, reason=Reason.DELIVERY_FAILED, highlight=True,
        listed="Inbox",
        says="The question it waits an answer to could not be delivered."),
    row("EA-5", "decline",  {WAITING}, TO_DO, SYSTEM, FOR_INFORMATION, reason=Reason.APPROVAL_DECIDED, highlight=True,
        listed="queue, or assignee's Inbox",
        says="An approval was declined or ran out of time: an agent gets the Action."),
    row("A-36", "date_reached", {WAITING}, TO_DO, SYSTEM, UNTIL, reason=Reason.DATE_REACHED, highlight=True,
        listed="Inbox",
        says="The date of the wait is reached."),
    row("A-37", "resume",   {WAITING}, IN_PROGRESS, AGENT, NO_SYSTEM_WAIT, only=[MAY_TAKE_UP],
        listed="Inbox",
        says="In Progress is chosen again: the wait ends by hand (S-10)."),
    row("A-55", "fail",     RUNNING, TO_DO, SYSTEM, reason=Reason.DELIVERY_FAILED, highlight=True,
        listed="queue",
        says="A mail or call to another service failed for good: people see the error."),
]

ENDING = [
    row("A-38", "resolve",  RUNNING, CLOSED, AGENT, NOT_FIRST_PART, only=[FRESH_EYES], methods=COMPLETE,
        checks=[check_checklist], through=RESOLVED,
        listed="none",
        says="Complete. It passes through Resolved and is Closed in the same operation (A-25); the flow goes on."),
    row("A-38", "resolve",  RUNNING, CLOSED, ROBOT, NOT_FIRST_PART, only=[HOLDS, FRESH_EYES], methods=COMPLETE,
        checks=[check_checklist], through=RESOLVED,
        listed="none",
        says="The robot that holds the lease completes it."),
    row("A-51", "complete", RUNNING, CLOSED, SYSTEM, methods=COMPLETE, reason=Reason.BY_SYSTEM, through=RESOLVED,
        listed="none",
        says="An automatic Action has done its work: mail sent, Case started, service answered, approved (EA-4)."),
    row("A-39", "resolve",  RUNNING, CLOSED, AGENT, methods=UNABLE, checks=[check_reason], through=RESOLVED,
        listed="none",
        says="Unable to complete, for good: the Case's owner is told and the Case becomes To Do (A-23, C-46)."),
    row("A-39", "resolve",  RUNNING, CLOSED, ROBOT, only=[HOLDS], methods=UNABLE, checks=[check_reason],
        through=RESOLVED,
        listed="none",
        says="The robot that holds the lease finds that nobody can do it (B-6)."),
    row("A-40", "resolve",  RUNNING, TO_DO, AGENT, FIRST_PART, methods=COMPLETE, checks=[check_checklist],
        listed="reviewer's queue or Inbox",
        says="The first part of a review Action is done: a different person reviews it, with its own due date (A-50)."),
    row("A-40", "resolve",  RUNNING, TO_DO, ROBOT, FIRST_PART, only=[HOLDS], methods=COMPLETE,
        checks=[check_checklist],
        listed="reviewer's queue or Inbox",
        says="The robot that holds the lease has done the first part."),
    row("A-41", "review",   ACTIVE, TO_DO, AGENT, REVIEW_PART, only=[FRESH_EYES], passed=False,
        reason=Reason.REVIEWED, highlight=True,
        listed="doer's Inbox",
        says="The reviewer fails it: back to whoever did it."),
    row("A-42", "review",   RUNNING, CLOSED, AGENT, REVIEW_PART, only=[FRESH_EYES], methods=COMPLETE, passed=True,
        checks=[check_checklist], reason=Reason.REVIEWED, through=RESOLVED,
        listed="none",
        says="The reviewer passes it: the flow goes on."),
    row("A-43", "close",    RUNNING, CLOSED, SYSTEM, reason=Reason.BY_SYSTEM,
        listed="none",
        says="Its Case is reworked (reason 21) or aborted; followers are not told (C-35, C-60)."),
    row("A-44", "complete_children", {WAITING}, CLOSED, SYSTEM, FOR_SUB_CASE, CHILDREN_CLOSED, methods=COMPLETE,
        reason=Reason.SUB_CASE_COMPLETED, through=RESOLVED,
        listed="none",
        says="The awaited Sub-Case completed: the flow goes on."),
]
# fmt: on

ACTION = Lifecycle(
    Kind.ACTION,
    (*BEGINNING, *WORKING, *WAITS, *ENDING),
    remarks={"A-47": "A mail that arrives later starts a new work item, linked to the Case (CG-17)."},
)
