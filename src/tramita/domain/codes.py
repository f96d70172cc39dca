"""The words of the product as codes. Labels for people are in `tramita.ui.labels`.

Text codes are those of the public interface (INTERFACES section 5), numbers those of API-1 and API-3.
"""

from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """The three kinds of work item (G-1)."""

    TICKET = "ticket"  # one request
    CASE = "case"  # a process of several steps
    ACTION = "action"  # one activity inside a Case

    @property
    def number(self) -> int:
        """The number of API-1, which is also what the database stores."""
        return {"case": 1, "ticket": 2, "action": 3}[self.value]

    @property
    def suffix(self) -> str:
        """The letter in a reference (G-6)."""
        return {"case": "C", "ticket": "T", "action": "A"}[self.value]


class State(StrEnum):
    """The six states, the same for the three kinds (S-1, S-2)."""

    DRAFT = "draft"  # not yet submitted
    TO_DO = "to_do"  # waits for a resource, assigned or not
    IN_PROGRESS = "in_progress"  # picked up and being worked
    WAITING = "waiting"  # interrupted, always with a wait type
    RESOLVED = "resolved"  # finished, may still be disputed
    CLOSED = "closed"  # past the feedback window, or ended for good

    @property
    def number(self) -> int:
        """The number of API-1, which is also the order of C-6."""
        return list(State).index(self)


class WaitType(StrEnum):
    """Why a Waiting item waits (SPEC section 6)."""

    MORE_INFORMATION = "more_information"  # W-1
    UNTIL = "until"  # W-2
    PAUSE = "pause"  # W-3
    SPLIT = "split"  # W-4
    CASE_LAUNCHED = "case_launched"  # W-5
    SUB_CASE = "sub_case"  # W-6


class Method(StrEnum):
    """How the work ended (SPEC section 8.1)."""

    REPLIED = "replied"
    NO_RESPONSE = "no_response"
    REJECTED = "rejected"
    REJECTED_SPAM = "rejected_spam"  # R-3a
    UNCONFIGURED_ADDRESS = "unconfigured_address"  # R-3b
    MERGED = "merged"
    SPLIT_COMPLETED = "split_completed"  # R-4a
    CASE_LAUNCHED = "case_launched"  # CG-27
    COMPLETE = "complete"
    UNABLE_TO_COMPLETE = "unable_to_complete"  # R-5a
    FULLY_RESOLVED = "fully_resolved"  # R-5b
    ABORTED = "aborted"  # R-5c


class Listed(StrEnum):
    """The one list an item stands in (L-1 to L-4)."""

    NONE = "none"
    INBOX = "inbox"  # assigned, with active work
    OWNED = "owned"  # somebody's, with no active work now
    QUEUE = "queue"  # nobody's, waiting for its team

    @property
    def number(self) -> int:
        """What the database stores."""
        return list(Listed).index(self)


OWNED = frozenset({State.WAITING, State.RESOLVED})  # what is in one of these stands in Owned Work (L-9)


class Clock(StrEnum):
    """What the promise's clock does (SPEC section 7)."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"  # Draft, Resolved or Closed


class DueStatus(StrEnum):
    """The colour of a due date (SLA-13)."""

    NOT_SET = "not_set"  # grey
    ON_TARGET = "on_target"  # green
    TODAY = "today"  # amber
    OVERDUE = "overdue"  # red

    @property
    def number(self) -> int:
        """The number of SLA-14."""
        return {"not_set": -2, "overdue": -1, "today": 0, "on_target": 1}[self.value]


class Mark(StrEnum):
    """What stands out in a list, and a list is narrowed by."""

    HIGHLIGHTED = "highlighted"
    NEW_INFORMATION = "new_information"
    PROBLEM = "problem"
    ROBOT_REJECTED = "robot_rejected"
    PRIORITISED = "prioritised"  # a leader put it first in its queue (decision 81)
    MAIL_TROUBLE = "mail_trouble"


class ApprovalState(StrEnum):
    """The five situations of an approval request (AP-9); all but the first are final (AP-15)."""

    AWAITING = "awaiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # the Ticket ended first (AP-13)


class Reason(IntEnum):
    """Why a state changed (API-3)."""

    NEW = 0
    BY_RESOURCE = 1
    BY_INTEGRATION = 2
    NEW_INFORMATION = 4
    TIME_OUT = 5
    DATE_REACHED = 6
    SPLIT_COMPLETED = 7
    SUB_CASE_COMPLETED = 9
    SUB_CASE_CANCELLED = 10
    RULE_BLOCKED = 11
    WINDOW_PASSED = 14
    CHILDREN_COMPLETED = 17
    STEP_COMPLETED = 18
    ACTION_UNABLE = 19
    BY_SYSTEM = 20
    REWORK = 21
    DELIVERY_FAILED = 100
    LEASE_ENDED = 101
    UNDONE = 102
    ROBOT_REJECTED = 103
    REVIEWED = 104
    APPROVAL_DECIDED = 105
    NOT_BEGUN = 106


class Problem(StrEnum):
    """What went wrong with a Case (C-24)."""

    ACTION_UNABLE = "action_unable"
    SUB_CASE_CANCELLED = "sub_case_cancelled"
    RULE_BLOCKED = "rule_blocked"
    NEEDS_ATTENTION = "needs_attention"


class Role(StrEnum):
    """What a person is to the desk (SEC-1). The system itself acts as SYSTEM."""

    ADMINISTRATOR = "administrator"
    DESIGNER = "designer"  # an agent who writes processes and does not set them live (BU-4)
    TEAM_LEADER = "team_leader"
    AGENT = "agent"
    ROBOT = "robot"
    REQUESTER = "requester"
    MANAGER = "manager"
    SYSTEM = "system"


class Visibility(StrEnum):
    """Who may read an entry, chosen when it is written."""

    INTERNAL = "internal"  # staff only
    PARTICIPANTS = "participants"  # also those the item is about
