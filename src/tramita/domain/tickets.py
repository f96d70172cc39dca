"""The lifecycle of a Ticket, row by row (SPEC section 3.2, W-14)."""

from tramita.domain.codes import Kind, Method, Reason, State, WaitType
from tramita.domain.guards import (
    ANOTHER_WAIT,
    CHILDREN_CLOSED,
    CLOSES_UNANSWERED,
    COMES_BACK,
    DAYS_GIVEN,
    ENDS_BY_HAND,
    FOR_CASE,
    FOR_INFORMATION,
    FOR_SPLIT,
    HOLDS,
    MAY_HOLD,
    MAY_TAKE_UP,
    NO_SYSTEM_WAIT,
    OPENED,
    TARGET_RUNNING,
    UNTIL,
    WINDOW_OPEN,
    WINDOW_OVER,
    WROTE_OR_HAS_IT,
    check_children,
)
from tramita.domain.handling import handling
from tramita.domain.lifecycle import AGENT, RECIPIENT, ROBOT, SYSTEM, Lifecycle, row
from tramita.domain.resolution import check_note, check_submission
from tramita.domain.waits import check as check_wait

NEW, GONE = None, None
DRAFT, TO_DO, IN_PROGRESS, WAITING, RESOLVED, CLOSED = State
ACTIVE = {TO_DO, IN_PROGRESS}
RUNNING = {TO_DO, IN_PROGRESS, WAITING}

INFORMATION, UNTIL_DATE = {WaitType.MORE_INFORMATION}, {WaitType.UNTIL}
ANSWERED = {Method.REPLIED, Method.NO_RESPONSE, Method.REJECTED}

# fmt: off
BEGINNING = [
    row("T-20",  "draft",         {NEW}, DRAFT, AGENT, reason=Reason.NEW,
        listed="creator's Inbox",
        says="Started by hand. No due date, and no reference is visible outside."),
    row("T-21",  "create",        {NEW}, TO_DO, SYSTEM, reason=Reason.NEW,
        listed="queue, or assignee's Inbox",
        says="A mail route, trigger or split starts it: contacts from the sender, acknowledgement if "
             "configured, due date, allocation."),
    row("T-21",  "create",        {NEW}, TO_DO, AGENT | ROBOT | RECIPIENT,
        checks=[check_submission], reason=Reason.NEW,
        listed="queue, or assignee's Inbox",
        says="An integration or the portal starts it, complete at once (T-2, T-9)."),
    row("TO-4",  "propose",       {NEW}, DRAFT, SYSTEM, reason=Reason.NEW,
        listed="none",
        says="A customer asks for it, and a manager of theirs approves first: no due date, no allocation."),
    row("TO-4",  "admit",         {DRAFT}, TO_DO, SYSTEM, reason=Reason.APPROVAL_DECIDED,
        listed="queue, or assignee's Inbox",
        says="The manager approved: it opens as T-21 would have."),
    row("TO-4",  "decline",       {DRAFT}, CLOSED, SYSTEM, methods={Method.REJECTED}, reason=Reason.APPROVAL_DECIDED,
        listed="none",
        says="The manager did not approve: it is kept and never opens; who asked is told."),
    row("T-22",  "refuse",        {NEW}, CLOSED, SYSTEM, methods={Method.UNCONFIGURED_ADDRESS},
        reason=Reason.BY_SYSTEM,
        listed="none",
        says="The mailbox refuses unknown senders: the mail leaves a trace and nobody sees it in a list "
             "(CG-58)."),
    row("MAIL-17", "archive",     {NEW}, CLOSED, SYSTEM, reason=Reason.BY_SYSTEM,
        listed="none",
        says="Old mail is imported: the Ticket is kept as it was, with the dates of its mails and no clock."),
    row("T-23",  "submit",        {DRAFT}, TO_DO, AGENT, OPENED, checks=[check_submission],
        listed="queue, or assignee's Inbox",
        says="The description becomes the initial submission note (T-4); due date and allocation follow."),
    row("T-24",  "resolve",       {DRAFT}, RESOLVED, AGENT, OPENED, methods=ANSWERED,
        checks=[check_submission, check_note],
        listed="Owned Work, then none",
        says="First-contact resolution: as Submit and Resolve in one."),
    row("T-53",  "discard",       {DRAFT}, GONE, AGENT, only=[WROTE_OR_HAS_IT],
        listed="none",
        says="The Draft is gone; an audit entry stays (CG-51)."),
]

WORKING = handling(start="T-25", release="T-26", assign="T-27", to_do="T-28", reject="T-29")

WAITS = [
    row("T-30",  "wait",          ACTIVE, WAITING, AGENT, waits=INFORMATION, checks=[check_wait],
        listed="Owned Work",
        says="Wait for more information, if wanted for a number of days and then closing. Clock: SLA-5."),
    row("T-31",  "wait",          ACTIVE, WAITING, AGENT, waits=UNTIL_DATE, checks=[check_wait],
        listed="Owned Work",
        says="Wait until a date and time. The clock runs on (SLA-6)."),
    row("W-14",  "wait",          {WAITING}, WAITING, AGENT, NO_SYSTEM_WAIT, ANOTHER_WAIT,
        waits=INFORMATION | UNTIL_DATE, checks=[check_wait],
        listed="Owned Work",
        says="Another wait, or another date; the clock is decided anew from now."),
    row("T-32",  "split",         ACTIVE, WAITING, AGENT, waits={WaitType.SPLIT}, checks=[check_children],
        listed="Owned Work",
        says="Waits for the Tickets it was split into (X-10)."),
    row("T-33",  "convert",       ACTIVE, WAITING, AGENT, waits={WaitType.CASE_LAUNCHED},
        checks=[check_submission],
        listed="Owned Work",
        says="Waits for the Case it became (X-20)."),
    row("T-34",  "resume",        {WAITING}, IN_PROGRESS, AGENT, ENDS_BY_HAND, only=[MAY_TAKE_UP],
        listed="Inbox",
        says="In Progress is chosen again: the wait ends by hand, the clock goes on (S-10). Also a wait for Tickets "
             "or a Case that an import did not bring along (V-51, V-54)."),
    row("T-38",  "wake",          {WAITING}, TO_DO, SYSTEM, FOR_INFORMATION,
        reason=Reason.NEW_INFORMATION, highlight=True,
        listed="Inbox",
        says="A mail for it arrived, unless it is an automatic answer to an automatic mail (M-13)."),
    row("MAIL-96", "bounce",        {WAITING}, TO_DO, SYSTEM, FOR_INFORMATION,
        reason=Reason.DELIVERY_FAILED, highlight=True,
        listed="Inbox",
        says="The question it waits an answer to could not be delivered."),
    row("T-39",  "time_out",      {WAITING}, TO_DO, SYSTEM, FOR_INFORMATION, DAYS_GIVEN,
        COMES_BACK, reason=Reason.TIME_OUT, highlight=True,
        listed="Inbox",
        says="The number of days passed without an answer."),
    row("T-40",  "time_out",      {WAITING}, CLOSED, SYSTEM, FOR_INFORMATION, DAYS_GIVEN,
        CLOSES_UNANSWERED, methods={Method.NO_RESPONSE}, reason=Reason.TIME_OUT,
        listed="none",
        says="The number of days passed without an answer, and it was to close then (CG-7)."),
    row("T-41",  "date_reached",  {WAITING}, TO_DO, SYSTEM, UNTIL, reason=Reason.DATE_REACHED, highlight=True,
        listed="Inbox",
        says="The date of the wait is reached."),
    row("T-42",  "complete_children", {WAITING}, CLOSED, SYSTEM, FOR_SPLIT, CHILDREN_CLOSED,
        methods={Method.SPLIT_COMPLETED}, reason=Reason.SPLIT_COMPLETED, through=RESOLVED,
        listed="none",
        says="All Tickets it was split into are Closed. It passes through Resolved; there is no window "
             "(R-18)."),
    row("T-43",  "complete_children", {WAITING}, CLOSED, SYSTEM, FOR_CASE, CHILDREN_CLOSED,
        methods={Method.CASE_LAUNCHED}, reason=Reason.CHILDREN_COMPLETED,
        listed="none",
        says="The Case it became is Closed (X-23, CG-27)."),
]

ENDING = [
    row("T-35",  "resolve",       RUNNING, RESOLVED, AGENT, NO_SYSTEM_WAIT, methods=ANSWERED,
        checks=[check_note],
        listed="Owned Work",
        says="Resolver and time are kept (R-20); the feedback window starts."),
    row("T-35",  "resolve",       RUNNING, RESOLVED, ROBOT, NO_SYSTEM_WAIT, only=[HOLDS],
        methods=ANSWERED, checks=[check_note],
        listed="Owned Work",
        says="The robot that holds the lease resolves it."),
    row("T-36",  "resolve",       RUNNING, CLOSED, AGENT, NO_SYSTEM_WAIT, methods={Method.REJECTED_SPAM},
        listed="none",
        says="Spam: closed at once, no window; the sender may be blocked (CG-59)."),
    row("T-37",  "merge",         RUNNING, CLOSED, AGENT, NO_SYSTEM_WAIT, TARGET_RUNNING,
        methods={Method.MERGED},
        listed="none",
        says="Merged into another item: linked both ways, its communications are marked there (X-1, X-4)."),
    row("T-44",  "reopen",        {RESOLVED}, TO_DO, SYSTEM, WINDOW_OPEN,
        reason=Reason.NEW_INFORMATION, highlight=True,
        listed="Inbox, or by allocation (Q-9)",
        says="A mail arrived inside the feedback window, or another Ticket was merged into it (CG-26). The "
             "first resolution is kept (R-20)."),
    row("T-45",  "feedback",      {RESOLVED}, TO_DO, SYSTEM | RECIPIENT, WINDOW_OPEN,
        reason=Reason.NEW_INFORMATION, highlight=True,
        listed="Inbox, or by allocation (Q-9)",
        says="Feedback was given inside the window."),
    row("T-46",  "reopen",        {RESOLVED}, TO_DO, AGENT, WINDOW_OPEN, only=[MAY_HOLD],
        listed="that agent's Inbox",
        says="Reopened by hand. The first resolution is kept (R-20)."),
    row("T-47",  "close",         {RESOLVED}, CLOSED, SYSTEM, WINDOW_OVER, reason=Reason.WINDOW_PASSED,
        listed="none",
        says="The feedback window passed, or none is configured (R-13, R-14)."),
]

# fmt: on

TICKET = Lifecycle(
    Kind.TICKET,
    (*BEGINNING, *WORKING, *WAITS, *ENDING),
    remarks={"T-48": "A mail that arrives later starts a new work item; the Closed Ticket stays as it is."},
)
