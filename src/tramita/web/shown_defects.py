"""The card of defects beside an item: only where its service line has categories (D-1)."""

from collections.abc import Sequence
from dataclasses import dataclass

from tramita.domain.defects import Party, may_change
from tramita.domain.definitions import Settings
from tramita.queries.around import Around
from tramita.queries.visibility import may
from tramita.ui import labels
from tramita.web.shown_reading import Reading


@dataclass(frozen=True, slots=True)
class Line:
    """A defect. `changeable`: this person may correct it and take it away."""

    id: int
    category: str
    title: str
    party: str
    at_fault: str
    description: str
    resolved: bool
    changeable: bool


@dataclass(frozen=True, slots=True)
class Card:
    """What stands there, and the choices of its forms."""

    lines: Sequence[Line]
    open: int
    categories: Sequence[tuple[str, str]]
    parties: Sequence[tuple[str, str]]
    may_add: bool


def card(reading: Reading, near: Around, settings: Settings) -> Card | None:
    """None where there is nothing to choose from and nothing was written down."""
    if not any(one.active for one in near.defect_categories) and not near.defects:
        return None
    known = {one.id: one for one in near.defect_categories}
    works = may(reading.actor, "work", reading.item)
    lines = [
        Line(
            id=one.id,
            category=known[one.category_id].path if one.category_id in known else "",
            title=known[one.category_id].title if one.category_id in known else "",
            party=one.party,
            at_fault=labels.word("party", one.party) if one.party else "",
            description=one.description,
            resolved=one.resolved,
            changeable=works
            and may_change(creator=one.creator_id == reading.actor.id, restricted=settings.restrict_defect_changes),
        )
        for one in near.defects
    ]
    return Card(
        lines=lines,
        open=sum(not one.resolved for one in lines),
        categories=[(one.path, one.title) for one in near.defect_categories if one.active],
        parties=[(party.value, labels.word("party", party.value)) for party in Party],
        may_add=works and any(one.active for one in near.defect_categories),
    )
