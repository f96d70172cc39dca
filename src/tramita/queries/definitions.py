"""What is configured: versions by id, and what is current by path.

A version never changes, so what was read once is kept for the life of the process. What is current is asked
anew each time: one query, which brings the ids that an item stores.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from tramita.domain.actors import Actor
from tramita.domain.bodies import restore
from tramita.domain.codes import Role
from tramita.domain.definitions import (
    ApprovalTypeDefinition,
    CaseTypeDefinition,
    CategoryDefinition,
    Settings,
)
from tramita.models import Definition, Person, Queue, Version

Process = TypeVar("Process", CategoryDefinition, CaseTypeDefinition)

KEPT = 4096  # versions a process keeps in memory, a few KB each


@dataclass(frozen=True, slots=True)
class Current(Generic[Process]):
    """A category or Case type as new items get it, with the ids that they store."""

    definition_id: int
    version_id: int
    customer_id: int
    organisation_id: int | None  # the customer's
    process: Process


def category(version_id: int) -> CategoryDefinition:
    """The category that an item was started under (SLA-17)."""
    return _read(CategoryDefinition, version_id)


def case_type(version_id: int) -> CaseTypeDefinition:
    """The Case type that a Case was started under; its Actions share the Case's version."""
    return _read(CaseTypeDefinition, version_id)


def settings() -> Settings:
    """The settings of the desk. Cost: one query."""
    current = Definition.objects.filter(kind="settings", active=True).values_list("current_id", flat=True).first()
    return _read(Settings, current) if current else Settings()


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


def queue_id(key: str | None) -> int | None:
    """The id of an active queue, or None."""
    return Queue.objects.filter(key=key, active=True).values_list("id", flat=True).first() if key else None


def worker_id(key: str | None) -> int | None:
    """The id of an active user (by address) or robot (by name), or None: an invalid target (Q-12)."""
    if not key:
        return None
    name = {"email": key} if "@" in key else {"key": key}
    return Person.objects.filter(is_active=True, **name).values_list("id", flat=True).first()


def forget() -> None:
    """Empty the memory of versions; for tests, whose transactions take version ids back."""
    _read.cache_clear()
    _body.cache_clear()


def _current(kind: str, of: type[Process], path: str) -> Current[Process] | None:
    row = (
        Definition.objects.filter(kind=kind, key=path, active=True, current__isnull=False)
        .values_list("id", "current_id", "parent__parent__parent_id", "parent__parent__parent__organisation_id")
        .first()
    )
    if row is None:
        return None
    definition, version, customer, organisation = row
    return Current(definition, version, customer, organisation, _read(of, version))


def _startable(kind: str, actor: Actor) -> Iterator[int]:
    rows = Definition.objects.filter(kind=kind, active=True, current__isnull=False).order_by("key")
    for path, version in rows.values_list("key", "current_id"):
        if _may_create(actor, path):
            yield version


def _may_create(actor: Actor, path: str) -> bool:
    if actor.grants is None:
        return actor.is_system or actor.role is Role.ROBOT or actor.is_staff
    return any(
        "create" in permissions and (path == branch or path.startswith(f"{branch}/"))
        for branch, permissions in actor.grants
    )


@lru_cache(maxsize=KEPT)
def _read(of: type[Any], version_id: int) -> Any:
    return restore(of, _body(version_id))


@lru_cache(maxsize=KEPT)
def _body(version_id: int) -> Mapping[str, Any]:
    body: Mapping[str, Any] = Version.objects.values_list("body", flat=True).get(pk=version_id)
    return body
