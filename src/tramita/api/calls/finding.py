"""Finding by words, and what one had open last (H-6, G-12)."""

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from tramita.api.auth import caller
from tramita.api.calls.answers import item_answers
from tramita.api.paging import cursor_for, position_of
from tramita.api.schemas.finding import HitOut, HitPage, SearchFilter
from tramita.api.schemas.items import ItemPage
from tramita.domain import search_terms
from tramita.domain.actors import Actor
from tramita.domain.errors import NotFound
from tramita.models import Item
from tramita.queries import worklists
from tramita.queries.foreign_numbers import known_there_as
from tramita.queries.found import NEVER, find
from tramita.queries.items import get_visible
from tramita.queries.views import at_work

router = Router(tags=["Items"])
REFERENCE = "reference"
Hit = tuple[str, int]  # where, and the id of the item


@router.get("/search", response=HitPage, operation_id="search")
def search(request: HttpRequest, wanted: Query[SearchFilter]) -> HitPage:
    """As the box at the top finds: a reference, also of a system that was brought in, else the words of items, mails,
    notes and files, of what the caller sees."""
    by, at = at_work(caller(request)), timezone.now()
    named = None if wanted.cursor else _named(by, wanted.q)
    found, following = ([(REFERENCE, named.pk)], None) if named else _words(by, wanted, at)
    held = Item.objects.in_bulk([item for _, item in found])
    shown = [(where, held[item]) for where, item in found if item in held]
    answers = item_answers(request, [item for _, item in shown])
    hits = [HitOut(where=where, item=item) for (where, _), item in zip(shown, answers, strict=True)]
    return HitPage(results=hits, next=following)


@router.get("/recent", response=ItemPage, operation_id="list_recent_items")
def recent(request: HttpRequest) -> ItemPage:
    """What the caller had open last on its page, the last one first; at most fifty, so `next` is always null."""
    rows = worklists.recent(at_work(caller(request)))
    held = Item.objects.in_bulk([row.id for row in rows])
    return ItemPage(results=item_answers(request, [held[row.id] for row in rows if row.id in held]), next=None)


def _named(by: Actor, typed: str) -> Item | None:
    """What it is the reference of, here or where it was brought in from."""
    for reference in (typed.strip(), known_there_as(by, typed.strip())):
        try:
            if reference:
                return get_visible(by, reference)
        except NotFound:
            continue
    return None


def _words(by: Actor, wanted: SearchFilter, at: datetime) -> tuple[Sequence[Hit], str | None]:
    before = position_of(wanted.cursor) or NEVER
    hits = find(by, search_terms.read(wanted.q), at=at, before=before, limit=wanted.limit)
    return [(hit.about.name.lower(), hit.row.id) for hit in hits.hits], cursor_for(hits.next)
