"""The configuration as typed values: every section of INTERFACES section 4, read, checked, tied together.

All faults of all files are named at once, each with file and line; then nothing is applied.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Literal, TypeVar, get_args

from tramita.domain.canned import CannedTextDefinition
from tramita.domain.definitions import (
    ApprovalTypeDefinition,
    CalendarDefinition,
    CategoryDefinition,
    CustomerDefinition,
    DueRuleDefinition,
    MailboxDefinition,
    OrganisationDefinition,
    PersonDefinition,
    PositionDefinition,
    PropertiesDefinition,
    QueueDefinition,
    Settings,
    TeamDefinition,
)
from tramita.domain.mail_templates import MailTemplate
from tramita.domain.process_definitions import CaseTypeDefinition, ScheduleDefinition
from tramita.domain.roles import RoleDefinition
from tramita.domain.sign_on import SignOnDefinition
from tramita.services.definitions import (
    canned,
    custom_roles,
    desk,
    mail_texts,
    named_dates,
    persons,
    processes,
    properties,
    signing_on,
)
from tramita.services.definitions.keys import Reading, entries
from tramita.services.definitions.promises import check_promises
from tramita.services.definitions.source import Node, Place, Problems

T = TypeVar("T")

Section = Literal[
    "properties",
    "schedules",
    "settings",
    "calendars",
    "due_rules",
    "roles",
    "teams",
    "queues",
    "positions",
    "organisations",
    "contacts",
    "users",
    "robots",
    "customers",
    "mailboxes",
    "mail_templates",
    "approval_types",
    "canned_texts",
    "sign_on",
]
SECTIONS: tuple[str, ...] = get_args(Section)
PEOPLE = ("contacts", "users", "robots")
NOTHING = Node({}, Place("nothing"))
WORDS = {  # what a reference is called when it leads nowhere
    "due_rule": "due-date rule",
    "case_type": "Case type",
    "category": "Ticket category",
    "branch": "customer, contract, service or process",
}


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that is configured."""

    properties: Mapping[str, PropertiesDefinition] = field(default_factory=dict)
    schedules: Mapping[str, ScheduleDefinition] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    calendars: Mapping[str, CalendarDefinition] = field(default_factory=dict)
    due_rules: Mapping[str, DueRuleDefinition] = field(default_factory=dict)
    roles: Mapping[str, RoleDefinition] = field(default_factory=dict)
    teams: Mapping[str, TeamDefinition] = field(default_factory=dict)
    queues: Mapping[str, QueueDefinition] = field(default_factory=dict)
    positions: Mapping[str, PositionDefinition] = field(default_factory=dict)
    organisations: Mapping[str, OrganisationDefinition] = field(default_factory=dict)
    people: Mapping[str, PersonDefinition] = field(default_factory=dict)  # contacts, users and robots
    customers: Mapping[str, CustomerDefinition] = field(default_factory=dict)
    mailboxes: Mapping[str, MailboxDefinition] = field(default_factory=dict)
    mail_templates: Mapping[str, MailTemplate] = field(default_factory=dict)
    approval_types: Mapping[str, ApprovalTypeDefinition] = field(default_factory=dict)
    canned_texts: Mapping[str, CannedTextDefinition] = field(default_factory=dict)
    sign_on: Mapping[str, SignOnDefinition] = field(default_factory=dict)

    def categories(self) -> Iterator[tuple[str | None, CategoryDefinition]]:
        """Every Ticket category, with the calendar of its contract."""
        for customer in self.customers.values():
            for contract in customer.contracts.values():
                for service in contract.services.values():
                    yield from ((contract.calendar, one) for one in service.ticket_categories.values())

    def case_types(self) -> Iterator[tuple[str | None, CaseTypeDefinition]]:
        """Every Case type, with the calendar of its contract."""
        for customer in self.customers.values():
            for contract in customer.contracts.values():
                for service in contract.services.values():
                    yield from ((contract.calendar, one) for one in service.case_types.values())


def read(root: Node, problems: Problems, *, others: Iterable[str] = ()) -> Configuration:
    """The configuration that these sections write. `others` are staff and robots known besides those named.

    Raises: WrongConfiguration, naming every fault.
    """
    reading = Reading(problems)
    for section in root.value:
        if section not in SECTIONS:
            near = get_close_matches(section, SECTIONS, 1)
            hint = f"; did you mean “{near[0]}”?" if near else ""
            reading.fault(root.keys[section], f"there is no section “{section}”{hint}")
        elif root.value[section].value is None:
            reading.fault(root.keys[section], f"“{section}” is empty; leave it out, or write {{}} for none")
    sections = {name: root.value.get(name, NOTHING) for name in SECTIONS}
    found = read_sections(reading, {k: NOTHING if v.value is None else v for k, v in sections.items()})
    for other in others:
        reading.defined.setdefault("user", {}).setdefault(other, NOTHING.place)
    tie(reading, found, sections)
    problems.check()
    return with_members(found, reading.memberships)


def read_sections(reading: Reading, sections: Mapping[str, Node]) -> Configuration:
    """Each section by itself; first the one that says what others may have."""
    extended = each(reading, sections["properties"], properties.properties)
    dated = each(reading, sections["schedules"], named_dates.structure)
    roles = each(reading, sections["roles"], custom_roles.role)
    people: dict[str, PersonDefinition] = {}
    for name, how in (("contacts", persons.contact), ("users", persons.member), ("robots", persons.robot)):
        for one in each(reading, sections[name], how).values():
            people[one.key] = one
    boxes = each(reading, sections["mailboxes"], desk.mailbox)
    return Configuration(
        properties=extended,
        schedules=dated,
        settings=desk.settings(reading, sections["settings"]),
        calendars=each(reading, sections["calendars"], desk.calendar),
        due_rules=each(reading, sections["due_rules"], desk.due_rule),
        roles=roles,
        teams=each(reading, sections["teams"], desk.team),
        queues=each(reading, sections["queues"], desk.queue),
        positions=each(reading, sections["positions"], desk.position),
        organisations=each(reading, sections["organisations"], persons.organisation),
        people=people,
        customers=each(reading, sections["customers"], processes.customer),
        mailboxes={box.address: box for box in boxes.values()},
        mail_templates=each(reading, sections["mail_templates"], mail_texts.template),
        approval_types=each(reading, sections["approval_types"], desk.approval_type),
        canned_texts=each(reading, sections["canned_texts"], canned.canned_text),
        sign_on=each(reading, sections["sign_on"], signing_on.provider),
    )


def each(reading: Reading, node: Node, how: Callable[[Reading, str, Node, Place], T]) -> dict[str, T]:
    """Every entry of a section."""
    return {key: how(reading, key, value, place) for key, value, place in entries(reading, node)}


def tie(reading: Reading, found: Configuration, sections: Mapping[str, Node]) -> None:
    """What only the whole can tell: references, cycles, rules and their calendars."""
    for kinds, key, place in reading.references:
        if not any(key in reading.defined.get(kind, {}) for kind in kinds):
            reading.fault(place, dangling(reading, kinds, key))
    parents = found.settings.parent_companies
    persons.check_parents(reading, found.organisations, sections["organisations"].keys, allowed=parents)
    persons.check_reporting(reading, found.people, sections["users"])
    check_launches(reading)
    check_promises(reading, found.due_rules)


def dangling(reading: Reading, kinds: tuple[str, ...], key: str) -> str:
    known = [name for kind in kinds for name in reading.defined.get(kind, {})]
    known += persons.STAFF_ROLES if kinds == ("role",) else ()
    near = get_close_matches(key, known, 1)
    hint = f"; did you mean “{near[0]}”?" if near else ""
    return f"there is no {' or '.join(WORDS.get(kind, kind) for kind in kinds)} “{key}”{hint}"


def check_launches(reading: Reading) -> None:
    """A Case type must not start itself, at whatever remove."""
    starts: dict[str, set[str]] = {}
    for source, target, _ in reading.launches:
        starts.setdefault(source, set()).add(target)
    for source, target, place in reading.launches:
        if source in reached(starts, target):
            reading.fault(place, f"a cycle: “{target}” leads back to “{source}”")


def reached(starts: Mapping[str, set[str]], first: str) -> set[str]:
    """Every Case type that starting `first` can start, itself included."""
    seen, waiting = set(), [first]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting.extend(starts.get(one, ()))
    return seen


def with_members(found: Configuration, named: Iterable[tuple[str, str]]) -> Configuration:
    """Memberships stand in the queues, whoever named them; managers are members too, and so are those of its team."""
    members = {key: {*queue.members, *queue.managers} for key, queue in found.queues.items()}
    for queue, who in named:
        members[queue].add(who)
    led = {key: found.teams[queue.team].managers if queue.team else () for key, queue in found.queues.items()}
    return replace(found, queues={key: led_by(queue, members[key], led[key]) for key, queue in found.queues.items()})


def led_by(queue: QueueDefinition, members: Collection[str], team: Collection[str]) -> QueueDefinition:
    """The queue with all its members; of who manages it with its team, what it says of them itself (Q-4, Q-10)."""
    besides = {who: "member" if who in members else "nothing" for who in team if who not in queue.managers}
    managers = tuple(sorted({*queue.managers, *team}))
    return replace(queue, members=tuple(sorted({*members, *team})), managers=managers, with_team=besides)
