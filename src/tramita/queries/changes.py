"""What changed since a mark, for pages that stay open: which items, and where they stand now (DESIGN decision 12)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.codes import Listed
from tramita.domain.references import Reference
from tramita.queries.events import Mark, between, newest
from tramita.queries.list_rows import KINDS
from tramita.queries.rows import fetch
from tramita.queries.visibility import Standing, sees

MOST = 500  # entries read at once
LISTS = {listed.number: listed.value for listed in Listed}


@dataclass(slots=True)
class Changed:
    """An item, the list it stands in now, and the types of entries that were written on it."""

    reference: str
    version: int
    listed: str
    assignee_id: int | None
    owner_id: int | None
    queue: str | None  # its key
    standing: Standing
    types: set[str] = field(default_factory=set)

    def places(self) -> list[str]:
        """The lists it stands in, as pages name them: `inbox:7`, `owned:7`, `queue:invoices` (L-1, L-2, L-4)."""
        if self.listed == Listed.QUEUE and self.queue:
            return [f"queue:{self.queue}"]
        if self.listed == Listed.OWNED:
            return [f"owned:{self.assignee_id or self.owner_id}"]
        return [f"inbox:{self.assignee_id}"] if self.listed == Listed.INBOX else []

    def to_json(self) -> dict[str, Any]:
        """What a page is told: no word of anybody's."""
        return {
            "item": self.reference,
            "version": self.version,
            "places": self.places(),
            "types": sorted(self.types),
        }


@dataclass(frozen=True, slots=True)
class Batch:
    """Some changes, and the mark to go on from. `more` says that others are there already."""

    changed: Mapping[int, Changed]
    mark: Mark
    more: bool

    def for_eyes_of(self, actor: Actor) -> list[dict[str, Any]]:
        """Those of items that this person may see."""
        return [one.to_json() for one in self.changed.values() if sees(actor, one.standing)]


def changes(after: Mark) -> Batch:
    """What was committed after a mark, the oldest first. Cost: one statement when there is nothing, else two."""
    safe = newest()
    if safe <= after:
        return Batch({}, after, more=False)
    transaction, place, places = between(after, safe)
    rows = fetch(
        f"SELECT {transaction}, e.id, e.type, items.id, items.number, items.kind, items.ordinal, items.version, "
        "items.list, items.assignee_id, items.owner_id, q.key, "
        "items.state, items.creator_id, items.discarded_at, d.key, items.queue_id "
        "FROM entries e JOIN items ON items.id = e.item_id LEFT JOIN definitions d ON d.id = items.process_id "
        "LEFT JOIN queues q ON q.id = items.queue_id "
        f"WHERE {place} LIMIT {MOST}",
        places,
    )
    more = len(rows) == MOST
    mark = (int(rows[-1][0]), int(rows[-1][1])) if more else safe
    return Batch(_by_item(rows), mark, more)


def _by_item(rows: Iterable[tuple[Any, ...]]) -> dict[int, Changed]:
    found: dict[int, Changed] = {}
    for _, _, type_, item_id, number, kind, ordinal, version, listed, assignee, owner, queue, *standing in rows:
        if item_id not in found:
            state, creator, discarded, path, queue_id = standing
            found[item_id] = Changed(
                reference=str(Reference(KINDS[kind], number, ordinal)),
                version=version,
                listed=LISTS[listed],
                assignee_id=assignee,
                owner_id=owner,
                queue=queue,
                standing=Standing(state, creator, assignee, discarded is not None, path, owner, queue_id),
            )
        found[item_id].types.add(type_)
    return found
