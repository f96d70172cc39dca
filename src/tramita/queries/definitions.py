"""What is configured: versions by id, and what is current by path.

A version never changes, so what was read once is kept for the life of the process. What is current is asked
anew each time: one query, which brings the ids that an item stores.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast
from zoneinfo import ZoneInfo

from django.conf import settings as django_settings

from tramita.domain.actors import Actor
from tramita.domain.bodies import restore
from tramita.domain.calendars import Calendar, build_calendar
from tramita.domain.cards import NOTHING, Declared
from tramita.domain.codes import Kind
from tramita.domain.definitions import (
    ApprovalTypeDefinition,
    CalendarDefinition,
    CategoryDefinition,
    DueRuleDefinition,
    Settings,
)
from tramita.domain.due_rules import SCHEDULE, DueRule, build_due_rule
from tramita.domain.kept_text import can_be_kept
from tramita.domain.mail_templates import MailTemplate, MailText
from tramita.domain.process_definitions import CaseTypeDefinition, ScheduleDefinition
from tramita.gateways.holidays import public_holidays
from tramita.models import Definition, Item, Version
from tramita.queries import memory
from tramita.queries.memory import once_a_batch
from tramita.queries.rows import fetch
from tramita.queries.visibility import may

Process = TypeVar("Process", CategoryDefinition, CaseTypeDefinition)

Read = TypeVar("Read")

KEPT = 4096  # versions a process keeps in memory, a few KB each


@dataclass(frozen=True, slots=True)
class Current(Generic[Process]):
    """A category or Case type as new items get it, with the ids that they store."""

    definition_id: int
    version_id: int
    customer_id: int | None
    organisation_id: int | None  # the customer's
    process: Process


def category(version_id: int) -> CategoryDefinition:
    """The category that an item was started under (SLA-17)."""
    return _read(CategoryDefinition, version_id)


def case_type(version_id: int) -> CaseTypeDefinition:
    """The Case type that a Case was started under; its Actions share the Case's version."""
    return _read(CaseTypeDefinition, version_id)


def declared(item: Item) -> Declared:
    """Fields and cards of the version that the item started under; none for an Action, or without a category (D-20)."""
    if item.process_version_id is None or item.kind is Kind.ACTION:
        return NOTHING
    return declared_by(
        category(item.process_version_id) if item.kind is Kind.TICKET else case_type(item.process_version_id)
    )


def declared_by(process: CategoryDefinition | CaseTypeDefinition) -> Declared:
    """Fields and cards of a category or Case type (D-20)."""
    return Declared(process.fields, process.cards)


def due_rule(version_id: int) -> DueRule:
    """The due-date rule of an item, with the calendar as it was when the version was published (SLA-17)."""
    return _due_rule(version_id, django_settings.TIME_ZONE)


@once_a_batch
def schedules(structure: str) -> ScheduleDefinition | None:
    """A structure of named dates with its schedules as they are now, or None. Cost: one query (BU-6)."""
    current = _one("SELECT current_id FROM definitions WHERE kind = 'schedule' AND key = %s AND active", structure)
    return _read(ScheduleDefinition, current) if current else None


def contract_calendar(path: str) -> Calendar | None:
    """The calendar of the contract above a process, as it is now. Cost: two statements, one where it has none."""
    above = Definition.objects.filter(kind="contract", key="/".join(path.split("/")[:2]), active=True)
    name = (above.values_list("current__body", flat=True).first() or {}).get("calendar")
    return calendar(name) if name else None


def promises() -> list[tuple[str, str]]:
    """Key and title of the due rules that count without the calendar of a contract. Cost: one statement (TO-2)."""
    rows = Definition.objects.filter(kind="due_rule", active=True, current__isnull=False).exclude(key__contains="@")
    found = rows.order_by("key").values_list("key", "title", "current__body")
    return [(key, title) for key, title, body in found if _stands_alone({"key": key, **body})]


def _stands_alone(body: Mapping[str, Any]) -> bool:
    rule = restore(DueRuleDefinition, {**body, "calendar": None})
    return not rule.base.startswith(SCHEDULE) and (bool(body.get("calendar")) or not rule.needs_calendar)


def calendar(key: str) -> Calendar | None:
    """A working calendar as it is now. Cost: one statement."""
    found = Definition.objects.filter(kind="calendar", key=key, active=True)
    body = found.values_list("current__body", flat=True).first()
    return build_calendar(restore(CalendarDefinition, body), public_holidays) if body else None


@once_a_batch
def settings() -> Settings:
    """The settings of the desk. Cost: one query."""
    current = _one("SELECT current_id FROM definitions WHERE kind = 'settings' AND active ORDER BY id LIMIT 1")
    return settings_of(current)


def current_category(path: str) -> Current[CategoryDefinition] | None:
    """The category at `customer/contract/service/name`, or None where there is no active one. Cost: one query."""
    return _current("category", CategoryDefinition, path)


def current_case_type(path: str) -> Current[CaseTypeDefinition] | None:
    """The Case type at `customer/contract/service/name`, or None. Cost: one query."""
    return _current("case_type", CaseTypeDefinition, path)


def categories_for(actor: Actor) -> list[CategoryDefinition]:
    """The categories that this person may start Tickets in, by path (SEC-2)."""
    return [_read(CategoryDefinition, version) for version in _startable("category", actor)]


def case_types_for(actor: Actor) -> list[CaseTypeDefinition]:
    """The Case types that this person may start Cases of, by path (C-12, SEC-2)."""
    return [_read(CaseTypeDefinition, version) for version in _startable("case_type", actor)]


def approval_types() -> list[ApprovalTypeDefinition]:
    """Every approval type, the inactive ones too (AP-5)."""
    rows = Definition.objects.filter(kind="approval_type", active=True, current__isnull=False).order_by("key")
    return [_read(ApprovalTypeDefinition, version) for version in rows.values_list("current_id", flat=True)]


def approval_type(version_id: int) -> ApprovalTypeDefinition:
    """An approval type in the words that were asked about."""
    return _read(ApprovalTypeDefinition, version_id)


def settings_of(version_id: int | None) -> Settings:
    """The settings of the desk, by the id of their version."""
    return _read(Settings, version_id) if version_id else Settings()


@once_a_batch
def mail_texts(kind: str) -> Mapping[str, MailText]:
    """The words chosen for this kind of automatic mail, by language. Cost: one query."""
    current = _one("SELECT current_id FROM definitions WHERE kind = 'mail_template' AND key = %s AND active", kind)
    return _read(MailTemplate, current).texts if current else {}


@once_a_batch
def queue_id(key: str | None) -> int | None:
    """The id of an active queue, or None."""
    return _one("SELECT id FROM queues WHERE key = %s AND active", key) if key else None


@once_a_batch
def worker_id(key: str | None) -> int | None:
    """The id of an active user (by address) or robot (by name), or None: an invalid target (Q-12)."""
    if not key:
        return None
    return _one(f"SELECT id FROM people WHERE {'email' if '@' in key else 'key'} = %s AND is_active", key)


def _one(statement: str, *params: object) -> int | None:
    """The first value of the only row."""
    rows = fetch(statement, params)
    return int(rows[0][0]) if rows and rows[0][0] is not None else None


def forget() -> None:
    """Empty the memory of versions, and of what is current; for tests, whose transactions take ids back."""
    for kept in (_kept, _due_rule):
        kept.cache_clear()
    memory.forget()


@once_a_batch
def _current(kind: str, of: type[Process], path: str) -> Current[Process] | None:
    """Above a process stand its service, its contract and its customer."""
    if not can_be_kept(path):
        return None
    rows = fetch(
        "SELECT d.id, d.current_id, customer.id, customer.organisation_id FROM definitions d "
        "LEFT JOIN definitions service ON service.id = d.parent_id "
        "LEFT JOIN definitions contract ON contract.id = service.parent_id "
        "LEFT JOIN definitions customer ON customer.id = contract.parent_id "
        "WHERE d.kind = %s AND d.key = %s AND d.active AND d.current_id IS NOT NULL",
        [kind, path],
    )
    if not rows:
        return None
    definition, version, customer, organisation = rows[0]
    return Current(definition, version, customer, organisation, _read(of, version))


def _startable(kind: str, actor: Actor) -> Iterator[int]:
    rows = Definition.objects.filter(kind=kind, active=True, current__isnull=False).order_by("key")
    for path, version in rows.values_list("key", "current_id"):
        if may(actor, "create", path):
            yield version


def _read(of: type[Read], version_id: int) -> Read:
    found: Read = _kept(cast("Any", of), version_id)
    return found


@lru_cache(maxsize=KEPT)
def _kept(of: Any, version_id: int) -> Any:
    return restore(of, _body(version_id))


@lru_cache(maxsize=KEPT)
def _due_rule(version_id: int, time_zone: str) -> DueRule:
    """A rule without a calendar counts in the installation's zone (Z-13)."""
    body = _body(version_id)
    written = restore(DueRuleDefinition, {**body, "calendar": None})
    calendar = None
    if body.get("calendar"):
        calendar = build_calendar(restore(CalendarDefinition, body["calendar"]), public_holidays)
    return build_due_rule(written, calendar=calendar, zone=ZoneInfo(time_zone))


def _body(version_id: int) -> Mapping[str, Any]:
    """What a version says, below the key and title of its definition."""
    body, key, title = Version.objects.values_list("body", "definition__key", "definition__title").get(pk=version_id)
    return {"path": key, "key": key, "title": title, **body}
