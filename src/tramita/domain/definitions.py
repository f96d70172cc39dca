"""What an administrator defines, as plain frozen values: one class a section of INTERFACES section 4.

References between definitions are their keys as written in the file (a queue's key, a person's address, the
full path `customer/contract/service/name` of a process), so a value means the same in a file, a version and
a test.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from tramita.domain.cards import CardDefinition, FieldDefinition
from tramita.domain.codes import Kind, Role
from tramita.domain.contracted import Terms
from tramita.domain.process_definitions import ApprovalLevel, Assigned, CaseTypeDefinition

LANGUAGES = ("en", "pt-br", "fr", "es", "pl")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is too much; beyond it a clear refusal (Z-14)."""

    split_children: int = 100
    action_copies: int = 50
    file_bytes: int = 100 * 1024**2
    mail_bytes: int = 25 * 1024**2
    raw_mail_bytes: int = 50 * 1024**2  # incoming (MAIL-13)
    message_text_bytes: int = 1024**2


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for the whole desk."""

    resolution_note_required: bool = False
    keep_with_user: bool = False
    approve_actions_in_tickets: bool = False  # AP-3, AP-4
    approve_every_opening: bool = False  # of Tickets, whatever their category (TO-4)
    undo_send: int = 10  # seconds that a mail written on a page is held back, 0 to 60 (MAIL-115)
    reply_marker: bool = False  # "write above this line" in mail to requesters
    colleagues_take_part: bool = False  # of a participant's organisation (MAIL-73)
    thank_you_detection: bool = False  # a mail that only says thanks reopens nothing
    follow_merged: bool = True  # mail to a merged item goes to the surviving one (Z-4, CG-25)
    keep_raw_mail: int | None = None  # days; None keeps it for good (MAIL-18)
    file_types: tuple[str, ...] = ()  # endings of files that may be added, without the dot; empty takes all (F-2)
    attach_tagged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # to automatic mails by kind (F-3)
    restrict_reviewers: bool = False  # whoever reviews reads, ticks and decides, and writes nothing (A-50, BU-7)
    show_time_tracker: bool = True  # the clock of an item, unless a person hides it (TL-5, BU-7)
    show_expected_times: bool = True  # what Actions and Cases are expected to cost (C-13, BU-7)
    parent_companies: bool = True  # organisations may have one above them (CT-5, BU-7)
    restrict_defect_changes: bool = False  # only who wrote a defect down changes it or takes it away (D-2, BU-7)
    privacy_policy: str = ""  # address of the client's own, named where people sign in (SEC-4)
    audit: tuple[str, ...] = ()  # areas that the audit of the desk keeps (TO-6)
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class CalendarDefinition:
    """A working calendar as it is written; `week` and `holidays` are read by `tramita.domain.calendars`."""

    key: str
    time_zone: str
    week: Mapping[str, str]  # {"mon-fri": "09:00-12:30 13:00-17:30"}
    country: str | None = None
    subdivision: str | None = None
    extra_days_off: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class DueRuleDefinition:
    """A due-date rule as it is written (SLA-1)."""

    key: str
    within: str  # "16 working hours" or "fields.notice days"; the adjustment, negative allowed, when `base` is no start
    calendar: str | None = None
    add_wait_time: bool = False  # SLA-5
    allow_override: bool = False  # SLA-15
    base: str = "start"  # or "fields.delivery_date", "schedule.payday", "parent.due", "sub.check.end" (SLA-2, BU-6)
    move_to_next_morning: bool = False  # when due at the end of a working day
    move_to_end_of_day: bool = False
    hours: Terms | None = None  # what work under it is worth, before the contract's (TO-3)

    @property
    def needs_calendar(self) -> bool:
        """Whether it cannot count without one, its own or its contract's (SLA-3)."""
        return " working " in self.within or self.move_to_next_morning or self.move_to_end_of_day


@dataclass(frozen=True, slots=True)
class CategoryDefinition(Assigned):
    """A Ticket category with what it inherits already filled in (T-12, T-13, Z-8)."""

    path: str  # customer/contract/service/name[/name[/name]]
    title: str
    queue: str | None = None  # its key
    queue_name: str | None = None  # as it is called within the team
    team: str | None = None
    skills: tuple[str, ...] = ()  # asked of who gets it by rule or by pulling
    due: str | None = None  # key of the due-date rule
    feedback_window: int | None = None  # days; None closes at once
    allow_title_change: bool = True  # G-8
    self_service: bool = False  # offered to requesters (SS-2)
    approve_opening: bool = False  # a manager of who asks decides first (TO-4)
    fields: Mapping[str, FieldDefinition] = field(default_factory=dict)
    cards: tuple[CardDefinition, ...] = ()
    automatic_mails: tuple[str, ...] = ()  # those that are sent (M-19b): `mail_templates.SWITCHES`


EXTENDED = ("users", "contacts", "organisations", "customers", "contracts", "services")  # with properties (D-22)
Properties = Mapping[str, str | int | float | bool]


@dataclass(frozen=True, slots=True)
class PropertiesDefinition:
    """What is kept of all users, customers and so on besides what each has anyway (D-22)."""

    key: str  # one of EXTENDED
    fields: tuple[FieldDefinition, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueDefinition:
    """Where work waits for a team."""

    key: str
    title: str
    members: tuple[str, ...] = ()  # addresses and robots
    managers: tuple[str, ...] = ()  # members too
    farms: tuple[str, ...] = ()  # whose robots are members for as long as they are in the farm
    strict: bool = False
    name: str | None = None  # within its team; None: its key
    team: str | None = None
    with_team: Mapping[str, str] = field(default_factory=dict)  # managers of the team: `member` or `nothing` here
    return_idle: str | None = None  # after so long what nobody began comes back


@dataclass(frozen=True, slots=True)
class TeamDefinition:
    """A team: its queues have names of their own within it, and its managers manage them all (Q-4, Q-10)."""

    key: str
    title: str
    managers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PositionDefinition:
    """A position of the desk and who holds it: work is pushed to it as to a person (Q-1)."""

    key: str
    title: str
    holders: tuple[str, ...] = ()  # addresses and robots, in the order in which they are asked


@dataclass(frozen=True, slots=True)
class OrganisationDefinition:
    """Who is served. One level of nesting (CG-48, TO-1)."""

    key: str
    name: str
    parent: str | None = None
    domains: tuple[str, ...] = ()
    account_manager: str | None = None  # AP-2
    due: str | None = None  # key of the due-date rule that goes before that of a process (TO-2)
    properties: Properties = field(default_factory=dict)  # D-22


@dataclass(frozen=True, slots=True)
class Absence:
    """From and to are whole days, both included."""

    start: date
    end: date
    substitute: str | None = None


@dataclass(frozen=True, slots=True)
class PersonDefinition:
    """A user, a contact or a robot; `key` is the address, or the robot's name."""

    key: str
    name: str
    role: Role
    language: str | None = None
    time_zone: str | None = None
    organisation: str | None = None
    active: bool = True
    grants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # SEC-2
    own_queues_only: bool = False
    sees: str | None = None  # `permissions.Sight` (TO-5, SS-1)
    due: str | None = None  # of contacts: as that of an organisation, and before it (TO-2)
    calendar: str | None = None  # of contacts: when they work (SS-1)
    absent: Absence | None = None
    reports_to: str | None = None  # the address of their manager (H-1, Q-11)
    properties: Properties = field(default_factory=dict)  # of users and contacts (D-22)
    skills: tuple[str, ...] = ()  # of users and robots
    custom: str | None = None  # the role of this desk that stands on `role` (SEC-1)
    builder: str | None = None  # `roles.Builder`
    kinds: tuple[Kind, ...] = ()  # robots (B-3)
    lease: timedelta | None = None  # robots (Z-17)
    mode: str = "live"  # robots: live, test or both (B-1)
    terms: Mapping[str, object] = field(default_factory=dict)  # robots: the rest, as `domain.robots.kept` has it (B-1)


@dataclass(frozen=True, slots=True)
class DefectCategoryDefinition:
    """What kind of operational problem, in up to three levels (D-1)."""

    path: str  # customer/contract/service/name[/name[/name]]
    title: str


@dataclass(frozen=True, slots=True)
class ServiceDefinition:
    """A service of a contract, with its processes and defect categories by full path."""

    key: str
    title: str
    ticket_categories: Mapping[str, CategoryDefinition] = field(default_factory=dict)
    case_types: Mapping[str, CaseTypeDefinition] = field(default_factory=dict)
    defect_categories: Mapping[str, DefectCategoryDefinition] = field(default_factory=dict)
    team: str | None = None  # of its processes
    properties: Properties = field(default_factory=dict)  # D-22


@dataclass(frozen=True, slots=True)
class ContractDefinition:
    """A contract. Its calendar serves the rules that count working time and name none (SLA-3)."""

    key: str
    title: str
    calendar: str | None = None
    hours: Terms | None = None  # TO-3
    services: Mapping[str, ServiceDefinition] = field(default_factory=dict)
    team: str | None = None  # of its services
    properties: Properties = field(default_factory=dict)  # D-22


@dataclass(frozen=True, slots=True)
class CustomerDefinition:
    """A customer: the top of every path (G-7)."""

    key: str
    title: str
    organisation: str | None = None
    contracts: Mapping[str, ContractDefinition] = field(default_factory=dict)
    properties: Properties = field(default_factory=dict)  # D-22


@dataclass(frozen=True, slots=True)
class RouteDefinition:
    """What a mail to one address starts (M-24)."""

    to: str
    start: Kind  # ticket or case
    process: str  # path of the category or Case type
    acknowledge: bool = False
    test: bool = False  # test runs may begin by it


@dataclass(frozen=True, slots=True)
class MailboxDefinition:
    """An address where mail arrives, and its routes."""

    address: str
    routes: tuple[RouteDefinition, ...] = ()
    refuse_unknown_senders: bool = False  # T-22
    plus_addressing: str = "mixed"  # or "off", "only" (M-1)
    incoming: Mapping[str, str | int | bool] = field(default_factory=dict)  # connection; secrets by variable name
    name: str = ""  # of From: "Lee at Service Desk" (MAIL-117)
    signature: str = ""  # under what is written from here
    authserv_id: str = ""  # the server whose Authentication-Results are believed (MAIL-50)
    trusted: bool = False  # control fields of our own namespace count (MAIL-54)
    automatic_answers_wake: bool = True  # an absence note that answers a person's mail (M-13, MAIL-99)
    copy_sent: str = ""  # folder of the mailbox that gets a copy of what is sent (MAIL-114)
    outgoing: Mapping[str, int | bool] = field(default_factory=dict)  # messages_a_minute, recipients_a_mail (MAIL-112);
    # tell_too_large (MAIL-13); what is not named holds by default
    dkim_selectors: tuple[str, ...] = ()  # of the keys that sign what is sent from its domains (MAIL-123)


@dataclass(frozen=True, slots=True)
class ApprovalTypeDefinition:
    """Something an organisation's manager may be asked to approve (AP-5)."""

    key: str
    name: str
    description: str
    active: bool = True
    reminders: bool = True  # Z-11
    warn_on_resolve: bool = False  # whoever resolves the Ticket meanwhile is told; nothing is blocked (CG-33)
    levels: tuple[ApprovalLevel, ...] = ()  # one after another; without any manager decides (Z-16)
