"""Finding by words: newest first, only what one may see, at a cost that does not grow with the desk (H-6).

The index gives ids of texts, the newest first, some hundred at first; those of items that the reader may see are
kept until a page is full. Ranking would read every hit (MEASURED section 6).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from tramita.domain.actors import Actor
from tramita.domain.codes import DueStatus, Kind, State
from tramita.domain.folding import words
from tramita.domain.search_terms import Term, Wanted
from tramita.models import SearchDoc
from tramita.queries.rows import fetch
from tramita.queries.search import Filters, narrowed
from tramita.queries.visibility import both, visible_sql
from tramita.queries.worklists import NAMES, PAGE, SHOWN, Row, row_from

# texts read at once: few are enough for most; where fields leave few of them, each statement would find all hits anew.
# Beyond them the reader is told to say more
CHUNKS = (200, 800, 4000)
ABOUT: Mapping[str, SearchDoc.About] = {one.name.lower(): one for one in SearchDoc.About}
NEVER = 2**62


@dataclass(frozen=True, slots=True)
class Hit:
    """An item, and where the words stand in it."""

    row: Row
    about: SearchDoc.About


@dataclass(frozen=True, slots=True)
class Hits:
    """One page; `next` is where the following one begins, None on the last."""

    hits: Sequence[Hit]
    next: int | None


def find(actor: Actor, wanted: Wanted, *, at: datetime, before: int = NEVER, limit: int = PAGE) -> Hits:
    """The newest items whose texts hold all terms. Cost: three statements, seven at most.

    Without terms nothing is found: a list does that better. Requesters find nothing here.
    """
    if not wanted.terms or not actor.is_staff:
        return Hits([], None)
    kept: dict[int, tuple[int, SearchDoc.About]] = {}
    place: int | None = before
    for most in CHUNKS:
        texts = _texts(wanted, before=place or NEVER, most=most)
        allowed = _allowed(actor, wanted, {item for _, item, _ in texts}, at)
        for text_id, item, about in texts:
            if item in allowed and item not in kept:
                if len(kept) == limit:
                    return Hits(_hits(kept), place)
                kept[item] = (text_id, SearchDoc.About(about))
            place = text_id
        if len(texts) < most:
            return Hits(_hits(kept), None)
    return Hits(_hits(kept), place)


def _texts(wanted: Wanted, *, before: int, most: int) -> list[tuple[int, int, int]]:
    about = ABOUT.get(wanted.fields.get("in", ""))
    narrow = f"AND d.about = {int(about)}" if about else ""
    if connection.vendor == "postgresql":
        match, place, ask = "d.words @@ to_tsquery('simple', %s)", "d.id", tsquery(wanted.terms)
        source = "search_docs d"
    else:
        match, place, ask = "search_words MATCH %s", "search_words.rowid", fts5(wanted.terms)
        source = "search_words JOIN search_docs d ON d.id = search_words.rowid"
    rows = fetch(
        f"SELECT d.id, d.item_id, d.about FROM {source} WHERE {match} AND {place} < %s {narrow} "
        f"ORDER BY {place} DESC LIMIT {most}",
        [ask, before],
    )
    return [(int(text), int(item), int(kind)) for text, item, kind in rows]


def fts5(terms: Iterable[Term]) -> str:
    """Quoted words only: nothing of the typed text is an operator."""
    return " AND ".join(f'"{" ".join(term.words)}"{" *" if term.prefix else ""}' for term in terms)


def tsquery(terms: Iterable[Term]) -> str:
    """As `fts5`; folded words hold letters and figures only, so there is nothing to quote."""
    return " & ".join(" <-> ".join(term.words) + (":*" if term.prefix else "") for term in terms)


def _allowed(actor: Actor, wanted: Wanted, items: set[int], at: datetime) -> set[int]:
    """Those that this person may see and the fields let through."""
    filters = filters_of(wanted)
    if not items or filters is None:
        return set()
    narrow = both(visible_sql(actor), narrowed(actor, filters, at))
    marks = ", ".join(["%s"] * len(items))
    rows = fetch(f"SELECT id FROM items WHERE id IN ({marks}) AND {narrow.sql}", [*items, *narrow.params])
    return {row[0] for row in rows}


def filters_of(wanted: Wanted) -> Filters | None:
    """The fields as the filters of lists; None when one names what does not exist: then nothing is found."""
    said = wanted.fields
    code = {name: "_".join(words(said[name])) for name in ("kind", "state", "due") if name in said}  # "To Do": to_do
    try:
        return Filters(
            kind=[Kind(code["kind"])] if "kind" in code else (),
            state=[State(code["state"])] if "state" in code else (),
            queue=said.get("queue", ""),
            assignee=said.get("assignee", ""),
            organisation=said.get("organisation", ""),
            category=said.get("category", ""),
            due=DueStatus(code["due"]) if "due" in code else None,
        )
    except ValueError:
        return None


def _hits(kept: Mapping[int, tuple[int, SearchDoc.About]]) -> list[Hit]:
    if not kept:
        return []
    marks = ", ".join(["%s"] * len(kept))
    rows = fetch(f"SELECT {SHOWN} FROM items f {NAMES} WHERE f.id IN ({marks})", list(kept))
    found = {row[0]: row_from(row) for row in rows}
    return [Hit(found[item], about) for item, (_, about) in kept.items() if item in found]
