"""The one page of an item, for the three kinds: what is read, and how it is shown.

Cost: at most fifteen statements, whatever the item has; a test counts them.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tramita.domain.codes import Kind, Method, State
from tramita.domain.errors import NotFound
from tramita.models import Item
from tramita.queries.item_view import view as read
from tramita.queries.items import get_visible, visible_to
from tramita.queries.regroupings import living
from tramita.queries.visibility import may
from tramita.services.opening import opened
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.item_cards import cards
from tramita.web.refusals import Refusal, readers
from tramita.web.rendering import is_live, page
from tramita.web.shown_composer import asked
from tramita.web.shown_files import files
from tramita.web.shown_item import shown
from tramita.web.shown_reading import Reading
from tramita.web.shown_rework import rework
from tramita.web.shown_talk import alone, comms, meanwhile, timeline

TAB_OF = {
    "launch": "actions",
    "rework": "actions",
    "file": "files",
    "link": "files",
    "files": "files",
}  # of a refused form, by its panel


@require_safe
@staff
def show(request: StaffRequest, reference: str) -> HttpResponse:
    """The page; opening it is remembered, and changes nothing else (G-12, L-8).

    What was merged leads to where it lives on, unless a tab of its own is asked for (Z-4, X-3).
    """
    found = get_visible(request.actor, reference)
    if "tab" not in request.GET and not is_live(request) and (last := _lives_on(request, found)):
        said = _("%(item)s was merged into this item.") % {"item": found.reference}
        messages.info(request, format_html('{} <a href="{}?tab=comms">{}</a>', said, request.path, _("Show it")))
        return redirect("item", last.reference)
    return item_page(request, reference, found=found, remember=not is_live(request))


def _lives_on(request: StaffRequest, item: Item) -> Item | None:
    """Where a merged item goes on, as far as this person may see that. Nothing is asked of one that was not merged."""
    if item.method is not Method.MERGED:
        return None
    last = living(item)
    return visible_to(request.actor).filter(pk=last.pk).exclude(pk=item.pk).first()


def item_page(
    request: StaffRequest,
    reference: str,
    *,
    found: Item | None = None,
    refused: Refusal | None = None,
    remember: bool = False,
) -> HttpResponse:
    """The item as it is now; after a refusal with what was typed, under the refusal's status."""
    at, actor = timezone.now(), request.actor
    found = found or get_visible(actor, reference)
    if remember:
        opened(found, by=actor, at=at)
    tab = _tab(request, found, refused)
    reading = Reading(found, read(found, actor, at), actor, at, tab)
    asks = asked(request)
    view: dict[str, Any] = shown(reading)
    view |= cards(reading, refused, editable=view["editable"], above=view["above"])
    if tab == "files":
        view |= files(reading, inputs.after(request), view["filed"])
    elif tab == "timeline":
        view |= timeline(reading, request.GET.getlist("show"), view["filed"])
    elif tab == "rework":
        view |= rework(reading, view["filed"])
    else:
        view |= comms(reading, asks, view["filed"])
    view["meanwhile"], view["open"] = meanwhile(reading, refused), request.GET.get("open", "")
    focus = "reply" if asks.canned is None and (asks.answer or asks.write == "reply") else ""
    context = {"item": found, "view": view, "tab": tab, "focus": focus, "alone": False, **readers(refused)}
    context["hides_time"] = request.person.hides_time or not view["shows_time"]
    return page(request, "web/items/page.html", "item", status=refused.status if refused else 200, **context)


def reply_page(request: StaffRequest, reference: str, *, refused: Refusal | None = None) -> HttpResponse:
    """The composer alone, in a window of its own: it sends, and resolves nothing (R-11)."""
    at, actor = timezone.now(), request.actor
    found = get_visible(actor, reference)
    reading = Reading(found, read(found, actor, at), actor, at, "comms")
    if not (reading.running and may(actor, "mail", found)):
        raise NotFound("There is nothing to write here.")
    view = alone(reading, asked(request)) | {"meanwhile": meanwhile(reading, refused)}
    context = {"item": found, "view": view, "alone": True, "focus": "reply", **readers(refused)}
    return page(request, "web/items/reply.html", "item", status=refused.status if refused else 200, **context)


def _tab(request: StaffRequest, item: Item, refused: Refusal | None) -> str:
    """Comms first, on a Case that was submitted its Actions (TL-1); a refused form comes back on its own tab."""
    if refused is not None and refused.panel in {"reply", "note", "draft", "mail"}:
        return "comms"
    if refused is not None and refused.panel in TAB_OF:
        return "rework" if (refused.panel, item.kind) == ("rework", Kind.ACTION) else TAB_OF[refused.panel]
    submitted_case = item.kind is Kind.CASE and item.state is not State.DRAFT
    wanted = request.GET.get("tab", "actions" if submitted_case else "comms")
    return wanted if wanted in _tabs(item.kind) else "comms"


def _tabs(kind: Kind) -> tuple[str, ...]:
    rest = ("comms", "timeline", "files")
    if kind is Kind.ACTION:
        return (*rest, "rework")
    return ("actions", *rest) if kind is Kind.CASE else rest
