"""The pages on which a Ticket is split, or a Case is made of it (X-10 to X-24)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tramita.domain.codes import Kind
from tramita.domain.errors import Invalid, NotFound
from tramita.models import Item
from tramita.queries import definitions
from tramita.queries.facts import allowed
from tramita.queries.items import get_visible
from tramita.services import converting, splitting
from tramita.services.automatic_mails import switched_on
from tramita.services.splitting import Child
from tramita.ui import card_inputs
from tramita.ui import cards as shown_cards
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.creating import of_case_type, schedules_of
from tramita.web.moves import as_shown, item_address
from tramita.web.refusals import Refusal, Refusing, looked, readers, refusal
from tramita.web.rendering import page, part

FEWEST, MOST = 2, 100


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def split(request: StaffRequest, reference: str) -> HttpResponse:
    """X-10, X-16: a part beside the other; one more is asked for by a button."""
    item = _ticket(request, reference)
    if request.method != "POST":
        return _split_page(request, item, FEWEST)
    shown = min(max(inputs.number(request, "parts") or FEWEST, FEWEST), MOST)
    if request.POST.get("then") == "more":
        return _split_page(request, item, min(shown + 1, MOST), looked("split", request.POST))
    try:
        as_shown(item, request.POST.get("version", ""))
        children, mail = _children(request, shown), inputs.flag(request, "mail")
        made = splitting.split(item, children=children, mail=mail, by=request.actor, at=timezone.now())
    except Refusing as error:
        return _split_page(request, _ticket(request, reference), shown, refusal("split", error, request.POST))
    links = format_html_join(", ", '<a href="{}">{}</a>', [(item_address(x.reference), x.reference) for x in made])
    messages.success(request, format_html("{} {}", _("Split into"), links))
    return redirect("item", reference)


def _ticket(request: StaffRequest, reference: str) -> Item:
    item = get_visible(request.actor, reference)
    if item.kind is not Kind.TICKET:
        raise NotFound("There is no such item.")
    return item


def _children(request: StaffRequest, shown: int) -> list[Child]:
    """Parts at the end of which nothing was written are none."""
    parts = [_child(request, number) for number in range(shown)]
    while parts and not (parts[-1].title or parts[-1].description):
        parts.pop()
    return parts


def _child(request: StaffRequest, number: int) -> Child:
    try:
        due_at = inputs.moment(request, f"due-{number}")
    except Invalid as invalid:
        raise Invalid.one(f"children.{number}.due", invalid.errors[0].code, invalid.errors[0].message) from invalid
    return Child(
        title=inputs.text(request, f"title-{number}"),
        description=str(request.POST.get(f"description-{number}", "")).strip(),
        category=inputs.text(request, f"category-{number}"),
        due_at=due_at,
        keep=inputs.flag(request, f"keep-{number}"),
    )


def _split_page(request: StaffRequest, item: Item, shown: int, refused: Refusal | None = None) -> HttpResponse:
    categories = [(one.path, one.title or one.path) for one in definitions.categories_for(request.actor)]
    return _page(
        request,
        "web/split.html",
        item,
        refused,
        possible="split" in allowed(item, request.actor, timezone.now()),
        parts=range(shown),
        newest=shown - 1 if refused is not None and refused.looked else 0,
        more=shown < MOST,
        categories=categories,
        category=item.process.key if item.process else "",
        mails="split" in switched_on(item),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def convert(request: StaffRequest, reference: str) -> HttpResponse:
    """X-20: the type first, then what it asks for."""
    item = _ticket(request, reference)
    if request.method != "POST":
        return _convert_page(request, item)
    if card_inputs.looks(request):
        return _convert_page(request, item, looked("convert", request.POST))
    path = inputs.text(request, "case_type")
    try:
        as_shown(item, request.POST.get("version", ""))
        fields = card_inputs.fields(request, of_case_type(path))
        converting.convert(
            item,
            case_type=path or None,
            short_description=inputs.text(request, "short_description"),
            fields={name: value for name, value in fields.items() if value is not None},
            schedule=inputs.text(request, "schedule") or None,
            due_at=inputs.moment(request, "due"),
            keep=inputs.flag(request, "keep"),
            mail=inputs.flag(request, "mail"),
            by=request.actor,
            at=timezone.now(),
        )
    except Refusing as error:
        return _convert_page(request, _ticket(request, reference), refusal("convert", error, request.POST))
    messages.success(request, _("Made of %(item)s, which waits for it") % {"item": reference})
    return redirect("item", f"{item.number}-C")


def _convert_page(request: StaffRequest, item: Item, refused: Refusal | None = None) -> HttpResponse:
    chosen = (refused.typed if refused else request.GET).get("case_type", "")
    known = of_case_type(chosen)
    values = {name: value for name, value in item.fields.items() if name in known.fields}
    cards = shown_cards.form("convert", known, known.with_defaults(values), refused=refused)
    if refused and refused.looked and card_inputs.only_cards(request, "convert"):
        return part(request, "ui/_cards.html", cards=cards, address=request.path)
    return _page(
        request,
        "web/convert.html",
        item,
        refused,
        possible="convert" in allowed(item, request.actor, timezone.now()),
        chosen=chosen,
        types=[(one.path, one.title or one.path) for one in definitions.case_types_for(request.actor)],
        cards=cards,
        schedules=schedules_of(chosen),
        mails="case_launched" in switched_on(item),
    )


def _page(request: StaffRequest, template: str, item: Item, refused: Refusal | None, **context: Any) -> HttpResponse:
    status = refused.status if refused else 200
    return page(request, template, "item", status=status, item=item, **context, **readers(refused))
