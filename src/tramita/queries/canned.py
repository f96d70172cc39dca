"""The canned texts that serve an item, those first that this person used last (M-19)."""

from dataclasses import dataclass

from tramita.domain.actors import Actor
from tramita.domain.bodies import restore
from tramita.domain.canned import CannedTextDefinition
from tramita.models import Item
from tramita.queries.rows import document, fetch


@dataclass(frozen=True, slots=True)
class Offered:
    """A canned text, and whether this person has used it."""

    definition_id: int
    text: CannedTextDefinition
    recent: bool


def canned_for(item: Item, actor: Actor, search: str = "") -> list[Offered]:
    """Those whose title holds all these words; recently used first, then by title. Cost: one statement."""
    rows = fetch(
        "SELECT d.id, d.key, d.title, v.body, u.at FROM definitions d JOIN versions v ON v.id = d.current_id "
        "LEFT JOIN canned_uses u ON u.definition_id = d.id AND u.person_id = %s "
        "WHERE d.kind = 'canned_text' AND d.active ORDER BY CASE WHEN u.at IS NULL THEN 1 ELSE 0 END, u.at DESC, d.id",
        [actor.id],
    )
    process = item.process.key if item.process else ""
    words = search.casefold().split()
    found = [
        Offered(pk, restore(CannedTextDefinition, {"key": key, "title": title, **document(body)}), used is not None)
        for pk, key, title, body, used in rows
    ]
    fitting = [
        one for one in found if one.text.serves(process) and all(word in one.text.title.casefold() for word in words)
    ]
    recent = [one for one in fitting if one.recent]
    return recent + sorted((one for one in fitting if not one.recent), key=lambda one: one.text.title.casefold())


def language_of(address: str) -> str:
    """The language of whom we write to, empty when nobody knows. Cost: one statement."""
    rows = fetch("SELECT language FROM people WHERE email = %s", [address.strip().lower()])
    return str(rows[0][0]) if rows else ""
