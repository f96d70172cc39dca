"""What a person may ask for in the portal: the categories and Case types offered to their organisation (SS-2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.cards import Declared
from tramita.domain.definitions import CategoryDefinition
from tramita.domain.errors import NotFound
from tramita.domain.permissions import Permission
from tramita.domain.process_definitions import CaseTypeDefinition
from tramita.models import Version
from tramita.queries import definitions
from tramita.queries.definitions import Current
from tramita.queries.rows import fetch
from tramita.queries.visibility import may


@dataclass(frozen=True, slots=True)
class Offer:
    """A form that may be filled in; `value` is `category:PATH` or `case_type:PATH`."""

    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Group:
    """What one service offers."""

    title: str
    offers: Sequence[Offer]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen from the catalogue, as new items get it."""

    kind: str  # category or case_type
    path: str
    current: Current[CategoryDefinition] | Current[CaseTypeDefinition]

    @property
    def title(self) -> str:
        """What it is called."""
        return self.current.process.title

    @property
    def known(self) -> Declared:
        """What it asks for."""
        return definitions.declared_by(self.current.process)


OFFERED = (
    "SELECT d.kind, d.key, d.title, d.current_id, coalesce(service.title, ''), coalesce(customer.title, '') "
    "FROM definitions d "
    "LEFT JOIN definitions service ON service.id = d.parent_id "
    "LEFT JOIN definitions contract ON contract.id = service.parent_id "
    "LEFT JOIN definitions customer ON customer.id = contract.parent_id "
    "LEFT JOIN organisations theirs ON theirs.id = customer.organisation_id "
    "WHERE d.kind IN ('category', 'case_type') AND d.active AND d.current_id IS NOT NULL "
    "AND (customer.organisation_id IS NULL OR theirs.id = %s OR theirs.parent_id = %s "
    "OR theirs.id = (SELECT parent_id FROM organisations WHERE id = %s)) ORDER BY d.key, d.kind"
)


def catalogue(actor: Actor) -> list[Group]:
    """What is offered to their organisation, to its parent and its branches, or to everybody, service by service.

    Whose customer it is says whose it is; a customer without an organisation serves everybody (TO-1, CT-5).
    Cost: one statement; what each offers is read once a version.
    """
    groups: dict[str, list[Offer]] = {}
    for kind, path, title, service, customer in _offered(actor):
        above = service or path.split("/")[2]
        groups.setdefault(f"{customer}\n{above}", []).append(Offer(f"{kind}:{path}", title))
    names = [one.rpartition("\n") for one in groups]
    several = len({customer for customer, _, _ in names}) > 1
    return [
        Group(f"{customer} › {service}" if several and customer else service, offers)
        for (customer, _, service), offers in zip(names, groups.values(), strict=True)
    ]


def offer(actor: Actor, value: str) -> Chosen:
    """One of them. Raises: NotFound, whether it is missing or not offered to them. Cost: two statements."""
    kind, _, path = value.partition(":")
    if all((kind, path) != (one, other) for one, other, *_ in _offered(actor)):
        raise NotFound("There is no such service.")
    read = definitions.current_category if kind == "category" else definitions.current_case_type
    current = read(path)
    if current is None:
        raise NotFound("There is no such service.")
    return Chosen(kind, path, current)


def written(chosen: Chosen) -> Mapping[str, Any]:
    """What its version says. Cost: one statement."""
    body: Mapping[str, Any] = Version.objects.values_list("body", flat=True).get(pk=chosen.current.version_id)
    return body


def _offered(actor: Actor) -> list[tuple[str, str, str, str, str]]:
    if not may(actor, Permission.PORTAL):
        return []
    rows = fetch(OFFERED, [actor.organisation_id] * 3)
    titles = {path: title for kind, path, title, *_ in rows if kind == "category"}
    return [
        (kind, path, _called(path, title, titles), *above)
        for kind, path, title, version, *above in rows
        if _is_offered(kind, version)
    ]


def _called(path: str, title: str, titles: Mapping[str, str]) -> str:
    """With the levels above it (T-13)."""
    levels = path.split("/")
    above = ("/".join(levels[:depth]) for depth in range(4, len(levels)))
    return " › ".join([*(titles.get(one) or one.rpartition("/")[2] for one in above), title or levels[-1]])


def _is_offered(kind: str, version_id: int) -> bool:
    read = definitions.category if kind == "category" else definitions.case_type
    return read(version_id).self_service
