"""Who has which item open, and who of them is writing: for those who have it open too (decision 33)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tramita.queries.names import person_name
from tramita.queries.rows import fetch, stored

WRITES = timedelta(seconds=6)  # since their draft was kept last; it is kept every two seconds while they type


@dataclass(frozen=True, slots=True)
class Here:
    """A person on an item."""

    person_id: int
    name: str
    typing: bool

    def to_json(self) -> dict[str, Any]:
        """What a page is told."""
        return {"name": self.name, "typing": self.typing}


def present(*, at: datetime) -> Mapping[int, tuple[Here, ...]]:
    """By item, in the order of their names, each person once. Cost: one statement over the pages that are open now."""
    rows = fetch(
        "SELECT p.item_id, p.person_id, people.name, COALESCE(people.email, ''), "
        "MAX(CASE WHEN d.id IS NULL THEN 0 ELSE 1 END) "
        "FROM presences p JOIN people ON people.id = p.person_id "
        "LEFT JOIN drafts d ON d.person_id = p.person_id AND d.item_id = p.item_id AND d.updated_at > %s "
        "WHERE p.until > %s GROUP BY p.item_id, p.person_id, people.name, people.email",
        [stored(at - WRITES), stored(at)],
    )
    found: dict[int, list[Here]] = {}
    for item_id, person_id, name, email, typing in rows:
        found.setdefault(item_id, []).append(Here(person_id, person_name(name, email), bool(typing)))
    return {item: tuple(sorted(people, key=lambda one: one.name.casefold())) for item, people in found.items()}
