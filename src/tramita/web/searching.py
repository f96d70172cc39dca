"""The box at the top: a reference in any form opens its item, anything else is looked for.

Rules: H-6, INTERFACES section 7.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tramita.domain import references, search_terms
from tramita.domain.errors import NotFound
from tramita.models import SearchDoc
from tramita.queries.foreign_numbers import known_there_as
from tramita.queries.found import NEVER, Hit, find
from tramita.queries.items import get_visible
from tramita.ui.worklist import USUAL, Group, Head, Line
from tramita.web import shown_bulk
from tramita.web.access import StaffRequest, staff
from tramita.web.rendering import page
from tramita.web.shown_list import lines

LONGEST_PLACE = 18  # digits


@require_safe
@staff
def search(request: StaffRequest) -> HttpResponse:
    """Invisible and missing look the same. A reference that is none of theirs may still be a word in a mail.

    What was brought in opens by the number that it had there, too.
    """
    typed = request.GET.get("q", "").strip()
    try:
        return redirect("item", get_visible(request.actor, typed).reference)
    except NotFound:
        there = known_there_as(request.actor, typed)
        return redirect("item", there) if there else _found(request, typed)


def _found(request: StaffRequest, typed: str) -> HttpResponse:
    now, wanted = timezone.now(), search_terms.read(request.GET.get("q", ""))
    hits = find(request.actor, wanted, at=now, before=_place(request))
    found = lines([hit.row for hit in hits.hits], now)
    missing = bool(typed) and not hits.hits
    return page(
        request,
        "web/search.html",
        "search",
        status=404 if missing and references.parse(typed) else 200,
        typed=typed,
        is_reference=references.parse(typed) is not None,
        groups=[Group(lines=_lines(hits.hits, found))] if found else [],
        heads=[Head(name) for name in USUAL],
        bulk=shown_bulk.bar(request),
        first=f"{request.path}?{urlencode({'q': typed})}" if "before" in request.GET else "",
        next=f"{request.path}?{urlencode({'q': typed, 'before': hits.next})}" if hits.next else "",
    )


def _place(request: HttpRequest) -> int:
    """Where the page before ended; what cannot be read is the first page."""
    typed = request.GET.get("before", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= LONGEST_PLACE else NEVER


def _lines(hits: Sequence[Hit], lines: Sequence[Line]) -> list[Line]:
    """With where the words stand, if not in the title or beside it."""
    said = {
        SearchDoc.About.MAIL: _("in a mail"),
        SearchDoc.About.NOTE: _("in a note"),
        SearchDoc.About.FILE: _("a file"),
    }
    return [
        line if line.problem or hit.about not in said else line._replace(tag=said[hit.about])
        for hit, line in zip(hits, lines, strict=True)
    ]
