"""What a person may start, in the order customer › contract › service › process: for a list to choose from (M-21)."""

from collections.abc import Sequence
from dataclasses import dataclass

from tramita.domain.actors import Actor
from tramita.queries.rows import fetch
from tramita.queries.visibility import may


@dataclass(frozen=True, slots=True)
class Choice:
    """A category or Case type; `value` is `category:PATH` or `case_type:PATH`."""

    value: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Group:
    """The processes of one service, under the names of what is above it."""

    title: str
    choices: Sequence[Choice]


def startable(actor: Actor) -> list[Group]:
    """Every active category and Case type that this person may start, by path (SEC-2). Cost: one statement."""
    rows = fetch(
        "SELECT d.kind, d.key, d.title, customer.title, contract.title, service.title FROM definitions d "
        "LEFT JOIN definitions service ON service.id = d.parent_id "
        "LEFT JOIN definitions contract ON contract.id = service.parent_id "
        "LEFT JOIN definitions customer ON customer.id = contract.parent_id "
        "WHERE d.kind IN ('category', 'case_type') AND d.active AND d.current_id IS NOT NULL ORDER BY d.key, d.kind"
    )
    groups: dict[str, list[Choice]] = {}
    for kind, path, title, *above in rows:
        if may(actor, "create", path):
            names = " › ".join(one for one in above if one) or path.rpartition("/")[0]
            groups.setdefault(names, []).append(Choice(f"{kind}:{path}", kind, title or path))
    return [Group(title, choices) for title, choices in groups.items()]
