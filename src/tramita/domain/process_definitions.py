"""What a process is made of, as it is defined: the part of a Case type, its steps and Actions, and who approves.

As in `tramita.domain.definitions`, references to other definitions are their keys as written in the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tramita.domain.cards import CardDefinition, FieldDefinition
from tramita.domain.conditions import Condition

LEAST_LOADED = "least_loaded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """Who gets new work of a category, Case type or Action by its rule, instead of it waiting in the queue (Q-1)."""

    assign_user: str | None = None  # address or robot
    assign_position: str | None = None  # key of a position, instead of a user
    assign_secondary: str | None = None  # the backup, in the same two ways
    assign_secondary_position: str | None = None
    assign_choose: str | None = None  # of the holders of a position: `LEAST_LOADED`, else the first
    assign_inform: bool = False  # the person who gets it hears so by mail
    assign_copy_position: bool = False  # and so does whoever holds the position


RECIPIENTS = ("primary", "requester", "subject", "copied")  # contacts of the item; anything else is an address


@dataclass(frozen=True, slots=True)
class MailDefaults:
    """Whom a mail goes to until its writer says otherwise, and who is suggested besides (M-15).

    Words of `RECIPIENTS` or addresses; None leaves what is usual: the primary contact, and the copied ones in copy.
    """

    to: tuple[str, ...] | None = None
    cc: tuple[str, ...] | None = None
    bcc: tuple[str, ...] | None = None
    suggest_to: tuple[str, ...] = ()
    suggest_cc: tuple[str, ...] = ()
    suggest_bcc: tuple[str, ...] = ()


APPROVERS = ("primary", "requester", "managers", "parent_managers")  # of the item, of its organisation and the parent


@dataclass(frozen=True, slots=True)
class ApprovalLevel:
    """Who decides on one level of an approval, and how many of them must agree (EA-2, Z-16)."""

    approvers: tuple[str, ...]  # addresses of contacts, a word of `APPROVERS`, or a field of the item with an address
    every: bool = False  # all of them
    least: int = 1  # else so many of them; of one the first decision counts


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """Who decides where a condition over the Case holds; without one always (EA-1)."""

    levels: tuple[ApprovalLevel, ...]
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class ActionDefinition(Assigned):
    """One activity of a Case type. Which keys mean something depends on `kind` (INTERFACES section 4)."""

    name: str
    title: str
    kind: str = "manual"
    when: Condition | None = None
    # manual
    instructions: str = ""
    checklist: tuple[str, ...] = ()  # D-10
    queue: str | None = None  # None: the Case's
    queue_name: str | None = None  # as it is called within the team
    team: str | None = None
    skills: tuple[str, ...] = ()  # the Case's, unless it has its own
    due: str | None = None
    startable: bool = False  # may be launched by hand (C-11)
    four_eyes: bool = False
    review_queue: str | None = None
    review_queue_name: str | None = None
    review_due: str | None = None
    review_checklist: tuple[str, ...] = ()  # the reviewer's own (D-10)
    mail: MailDefaults | None = None  # None: as its Case (M-15)
    estimate: str | None = None  # how long it takes for each record (C-13)
    # send_mail, send_mail_and_wait
    template: str = ""
    to: str | None = None  # primary, requester or an address
    # start_case, wait_for_sub_case
    case_type: str | None = None
    independent: bool = False  # G-5
    close_if_none: bool = False
    # approval
    levels: tuple[ApprovalLevel, ...] = ()
    rules: tuple[ApprovalRule, ...] = ()  # the first that holds names the levels
    reminders: bool = True  # Z-11
    timeout: str | None = None  # a duration; also of call_api
    # call_api
    url: str | None = None
    method: str = "POST"
    body: str | None = None  # JSON text, or other text
    headers: Mapping[str, str] = field(default_factory=dict)
    secret_headers: Mapping[str, str] = field(default_factory=dict)  # by the name of an environment variable
    store: Mapping[str, str] = field(default_factory=dict)  # fields of the Case by places of the answer
    retries: int = 3
    # wait_until
    date: str | None = None  # an ISO moment, or the name of a field
    after: str | None = None  # a duration


@dataclass(frozen=True, slots=True)
class StepDefinition:
    """One step of a process: Actions that run beside each other (C-7)."""

    name: str
    title: str
    actions: tuple[str, ...]  # names, in order; looked up in the Case type's `actions`
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class StartDefinition:
    """A trigger that starts Cases by itself: by a rule, on dates, or on those of a schedule (BU-6)."""

    every: str | None = None  # "monday 09:00"
    cron: str | None = None
    schedule: str | None = None  # "payroll/cutoff": all dates of this name; they stand in `dates`
    dates: tuple[str, ...] = ()  # ISO days or moments; without an offset in the calendar's zone, else the desk's
    of: tuple[str, ...] = ()  # of a schedule: the name of the schedule that each of the dates stands in


@dataclass(frozen=True, slots=True)
class ScheduleDefinition:
    """A structure of named dates, filled in by as many schedules as there are: months of a payroll, say (BU-6)."""

    key: str
    title: str
    schedules: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by name: ISO moments by their names

    def dates(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """All moments of each name in order, each with the schedule that it stands in."""
        names = dict.fromkeys(name for one in self.schedules.values() for name in one)
        return {
            name: tuple(sorted((one[name], key) for key, one in self.schedules.items() if name in one))
            for name in names
        }


@dataclass(frozen=True, slots=True)
class CaseTypeDefinition(Assigned):
    """A process: its settings, its steps, and every Action it knows."""

    path: str  # customer/contract/service/name
    title: str
    queue: str | None = None  # its key
    queue_name: str | None = None  # as it is called within the team
    team: str | None = None
    skills: tuple[str, ...] = ()  # asked of who gets it by rule or by pulling
    due: str | None = None
    feedback_window: int | None = None
    allow_title_change: bool = False  # G-8
    contacts_required: bool = False  # C-4
    self_service: bool = False  # offered to requesters (BU-3, SS-2)
    progression: str = "automatic"  # or "manual" (C-7)
    steps: tuple[StepDefinition, ...] = ()
    actions: Mapping[str, ActionDefinition] = field(default_factory=dict)  # of the steps, and the ad hoc ones
    fields: Mapping[str, FieldDefinition] = field(default_factory=dict)
    cards: tuple[CardDefinition, ...] = ()
    starts: tuple[StartDefinition, ...] = ()
    schedule: str | None = None  # the structure of dates of which each Case has one schedule (BU-3, BU-6)
    automatic_mails: tuple[str, ...] = ()  # M-19b
    mail: MailDefaults | None = None  # M-15
    records: str | None = None  # the field that says how many records a Case is about (C-13)

    def startable(self) -> list[ActionDefinition]:
        """The Action types that a person may launch by hand (C-11)."""
        return [action for action in self.actions.values() if action.startable]
