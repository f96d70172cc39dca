"""Finding by words: newest first, only what one may see, at a cost that does not grow with the desk (H-6).

The index gives ids of texts, the newest first, a hundred at first; those of items that the reader may see are
kept until a page is full. Where fields leave but few items, and the first texts are of others, the texts of those few
are looked through instead. Ranking would read every hit (MEASURED section 6).

PostgreSQL puts all hits of a beginning together before it compares them with those of other words. Beside whole words
it is therefore first asked for those alone, and which of their newest texts hold the beginning too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection

from tramita.domain.actors import Actor
from tramita.domain.codes import OWNED, DueStatus, Kind, Listed, Mark, State
from tramita.domain.folding import words
from tramita.domain.search_terms import Term, Wanted
from tramita.models import SearchDoc
from tramita.queries.beginnings import fts5, spelled_out
from tramita.queries.list_rows import NAMES, SHOWN, Row, row_from
from tramita.queries.rows import any_of, fetch, fetch_planned_anew
from tramita.queries.search import Filters, narrowed
from tramita.queries.visibility import Fragment, both, visible_sql
from tramita.queries.worklists import PAGE

FIRST = 100  # texts read at once: a page is fifty items, most with one or two that match
MOST = 5000  # in all; beyond them the reader is told to say more
FEW = 1500  # items that fields leave, so that it is their texts that are looked through
SELDOM = 20  # a beginning that fewer than one in so many texts with the whole words hold is looked for by the index
CODED = ("kind", "state", "mark", "due")
SHOWN_AS = {"first": Mark.PRIORITISED, "mail_problem": Mark.MAIL_TROUBLE}  # marks by the words that lists have for them
Text = tuple[int, int, int]  # its id, its item, what it is about
DRIVES = ("state", "mark", "assignee", "queue", "organisation", "category")  # fields with an index each
Told = tuple[int, int, int, bool, bool]  # the same, whether it holds all words, and whether its item is wanted
HOLDS = "d.words @@ to_tsquery('simple', %s)"  # PostgreSQL
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
    """The newest items whose texts hold all terms. Cost: two statements, six at most, and on SQLite one for each
    word that is typed in part.

    Without terms nothing is found: a list does that better. Requesters find nothing here.
    """
    filters, asked = filters_of(wanted), _asked(wanted.terms)
    if asked is None or filters is None or not actor.is_staff:
        return Hits([], None)
    about = ABOUT.get(wanted.fields.get("in", ""))
    kept: dict[int, Text] = {}
    place, looked, most = before, 0, FIRST
    while most:
        few = _few(actor, filters, at) if looked == FIRST and most >= 3 * FIRST else None
        found = _newest(asked, before=place, most=most) if few is None else _texts_of(few, wanted.terms, before=place)
        texts = _told(found, both(visible_sql(actor), narrowed(actor, filters, at)))
        if few is None and len(texts) == most and _seldom(texts):
            asked = Asked(tsquery(wanted.terms))
            continue
        for text, item, of, held, allowed in texts:
            if held and allowed and item not in kept and about in (None, of):
                if len(kept) == limit:
                    return Hits(_hits(kept), place)
                kept[item] = (text, item, of)
            place = text
        if few is not None or len(texts) < most:
            return Hits(_hits(kept), None)
        looked += most
        most = _more(looked, len(kept), limit)
    return Hits(_hits(kept), place)


def _more(looked: int, kept: int, limit: int) -> int:
    """How many texts to read next. Each statement finds the first ones anew, so that few large ones are better."""
    likely = (limit + 1 - kept) * looked * 5 // (kept * 4) if kept else 4 * looked
    return min(max(likely, 2 * looked), MOST - looked)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the index is asked, and what is asked of the texts that it gives, which may be nothing."""

    index: str
    besides: str = ""


def _asked(terms: Sequence[Term]) -> Asked | None:
    """None when the index can have nothing."""
    if connection.vendor == "postgresql":
        begun = [term for term in terms if term.prefix]
        whole = [term for term in terms if not term.prefix]
        if begun and whole:
            return Asked(tsquery(whole), tsquery(begun))
        return Asked(tsquery(terms)) if terms else None
    anyone = spelled_out(terms)
    return Asked(fts5(anyone)) if anyone and all(anyone) else None


def _seldom(texts: Sequence[Told]) -> bool:
    """Whether most texts with the whole words lack the beginning: then its own hits are fewer."""
    return sum(text[3] for text in texts) * SELDOM < len(texts)


def _newest(asked: Asked, *, before: int, most: int) -> Fragment:
    """The next texts that hold the words of the index, and whether they hold the others."""
    if connection.vendor == "postgresql":
        match, place, source = HOLDS, "d.id", "search_docs d"
    else:
        match, place = "search_words MATCH %s", "search_words.rowid"
        source = "search_words JOIN search_docs d ON d.id = search_words.rowid"
    held, besides = (HOLDS, [asked.besides]) if asked.besides else ("TRUE", [])
    return Fragment(
        f"SELECT d.id, d.item_id, d.about, {held} AS held FROM {source} WHERE {match} AND {place} < %s "
        f"ORDER BY {place} DESC LIMIT {int(most)}",
        (*besides, asked.index, before),
    )


def _texts_of(items: Sequence[int], terms: Sequence[Term], *, before: int) -> Fragment:
    """Those of these items that hold the words. What is kept is folded, with a space between words."""
    if connection.vendor == "postgresql":
        holds, params = HOLDS, [tsquery(terms)]
    else:
        holds = " AND ".join(["instr(' ' || d.body || ' ', %s) > 0"] * len(terms))
        params = [f" {' '.join(term.words)}{'' if term.prefix else ' '}" for term in terms]
    these, ids = any_of("d.item_id", items)
    return Fragment(
        f"SELECT d.id, d.item_id, d.about, TRUE AS held FROM search_docs d WHERE {these} AND d.id < %s AND {holds}",
        (*ids, before, *params),
    )


def _told(texts: Fragment, wanted: Fragment) -> list[Told]:
    """The texts, the newest first, and whether their items are wanted: seen by this person, let through by the fields.

    PostgreSQL takes the items as an array: of a join it may think that reading the whole table is cheaper.
    Cost: one statement.
    """
    these = "SELECT item_id FROM texts"
    among = f"= ANY(ARRAY({these}))" if connection.vendor == "postgresql" else f"IN ({these})"
    return fetch_planned_anew(
        f"WITH texts AS MATERIALIZED ({texts.sql}) SELECT texts.id, texts.item_id, texts.about, texts.held, "
        f"allowed.id IS NOT NULL FROM texts LEFT JOIN (SELECT id FROM items WHERE id {among} "
        f"AND {wanted.sql}) allowed ON allowed.id = texts.item_id ORDER BY texts.id DESC",
        [*texts.params, *wanted.params],
    )


def tsquery(terms: Iterable[Term]) -> str:
    """Folded words hold letters and figures only, so there is nothing to quote."""
    return " & ".join(" <-> ".join(term.words) + (":*" if term.prefix else "") for term in terms)


def _few(actor: Actor, filters: Filters, at: datetime) -> list[int] | None:
    """The items that the fields leave, when an index says that they are few; None: many, or no index says."""
    for part in _driving(actor, filters, at):
        order = "ORDER BY list, sort_due, id"  # of those indexes: without it PostgreSQL reads the table
        rows = fetch(f"SELECT id FROM items WHERE {part.sql} {order} LIMIT {FEW + 1}", part.params)
        if len(rows) <= FEW:
            return [row[0] for row in rows]
    return None


def _driving(actor: Actor, filters: Filters, at: datetime) -> Iterator[Fragment]:
    """What of the fields an index knows. A state alone is none, but what waits or is resolved stands in one list.

    Of the marks, it is what leaders put first.
    """
    for name in DRIVES:
        value = getattr(filters, name)
        if not value or (name == "mark" and set(value) != {Mark.PRIORITISED}):
            continue
        part = narrowed(actor, replace(Filters(), **{name: value}), at)
        if name != "state":
            yield part
        elif OWNED.issuperset(filters.state):
            yield both(Fragment(f"list = {Listed.OWNED.number}"), part)


def filters_of(wanted: Wanted) -> Filters | None:
    """The fields as the filters of lists; None when one names what does not exist: then nothing is found."""
    said = wanted.fields
    code = {name: "_".join(words(said[name])) for name in CODED if name in said}  # "To Do": to_do
    try:
        return Filters(
            kind=[Kind(code["kind"])] if "kind" in code else (),
            state=[State(code["state"])] if "state" in code else (),
            mark=[Mark(SHOWN_AS.get(code["mark"], code["mark"]))] if "mark" in code else (),
            queue=said.get("queue", ""),
            assignee=said.get("assignee", ""),
            organisation=said.get("organisation", ""),
            category=said.get("category", ""),
            due=DueStatus(code["due"]) if "due" in code else None,
        )
    except ValueError:
        return None


def _hits(kept: Mapping[int, Text]) -> list[Hit]:
    if not kept:
        return []
    these, ids = any_of("f.id", list(kept))
    rows = fetch(f"SELECT {SHOWN} FROM items f {NAMES} WHERE {these}", ids)
    found = {row[0]: row_from(row) for row in rows}
    return [Hit(found[item], SearchDoc.About(about)) for item, (_, _, about) in kept.items() if item in found]
