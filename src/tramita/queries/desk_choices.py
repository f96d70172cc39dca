"""What a setting of the Builder chooses among, and who changed a thing when (BU-1, BU-2)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tramita.domain.actors import STAFF
from tramita.domain.codes import Role
from tramita.models import ConfigurationChange, Definition, Organisation, Person, Queue

Choices = list[tuple[str, str]]  # how the configuration calls it, and what people call it
BRANCHES = ("customer", "contract", "service", "category", "case_type")
LATEST = 20


def choices(*sorts: str) -> Choices:
    """Everything of these sorts that is in use, by what it is called. Cost: a statement a sort."""
    found = [one for sort in sorts for one in _of(sort)]
    return sorted(found, key=lambda one: one[1].casefold()) if sorts != ("branch",) else found


def _of(sort: str) -> Choices:
    if sort in ("user", "robot"):
        roles = STAFF if sort == "user" else (Role.ROBOT,)
        rows = Person.objects.filter(role__in=roles, is_active=True).values_list("email", "key", "name")
        return [(email or key or "", f"{name} · {email or key}") for email, key, name in rows]
    if sort == "queue":
        return list(Queue.objects.filter(active=True).values_list("key", "title"))
    if sort == "organisation":
        return list(Organisation.objects.filter(active=True).values_list("key", "name"))
    if sort == "branch":
        return branches()
    return list(
        Definition.objects.filter(kind=sort, active=True).exclude(key__contains="@").values_list("key", "title")
    )


def branches() -> Choices:
    """Customers, contracts, services and processes, each under the names of those above."""
    return under_their_names(BRANCHES)


def under_their_names(kinds: Collection[str]) -> Choices:
    """Path of everything in use of these kinds, and its title behind those of what is above. Cost: one statement."""
    rows = Definition.objects.filter(kind__in=kinds, active=True).order_by("key").values_list("key", "title")
    titles = dict(rows)
    return [(path, " › ".join(titles.get(above, above) for above in _levels(path))) for path in titles]


def _levels(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


@dataclass(frozen=True, slots=True)
class Changed:
    """One change of a thing; None where it was not there, or is no more."""

    at: datetime
    by: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def history(section: str, key: str) -> Sequence[Changed]:
    """The latest changes, newest first. Cost: one statement."""
    rows = ConfigurationChange.objects.filter(section=section, key=key).select_related("by").order_by("-id")[:LATEST]
    return [Changed(row.at, row.by.name if row.by else "", row.before, row.after) for row in rows]
