"""The Builder's pages of what is no process: a list of each sort of thing, one of them as a form (BU-1, BU-2, BU-7).

Forms are made from the shapes that files are read by; what is saved is validated with all the rest, as by `apply`.
"""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tramita.domain.errors import Invalid
from tramita.queries import builder
from tramita.queries.desk_choices import history
from tramita.queries.shell import designs
from tramita.services import desk_settings
from tramita.services.definitions.shapes import Shape
from tramita.services.mailbox_settings import digest
from tramita.web import desk_form, desk_refusals, inputs, shown_calendar, shown_desk, shown_process
from tramita.web.access import StaffRequest, staff
from tramita.web.desk_inputs import Values, first
from tramita.web.refusals import Refusal, Refusing, readers, refusal
from tramita.web.rendering import page


@require_http_methods(["GET", "POST"])
@staff
def things(request: StaffRequest, sort: str) -> HttpResponse:
    """All of a sort; with `?add` the form for one more, which is posted here."""
    desk_settings.permit_thing(sort, request.actor)
    kind = desk_settings.sort_of(sort)
    if kind.alone:
        return thing(request, sort, "")
    if request.method == "POST":
        return _add(request, sort)
    if "add" in request.GET:
        return _form(request, sort, None, _copied(sort, request.GET.get("from", "")))
    rows = shown_desk.rows(sort, kind.shape, desk_settings.entries(sort))
    return _page(
        request,
        "web/builder/things.html",
        sort,
        rows=rows,
        columns=shown_desk.COLUMNS[sort],
        called=kind.shape.keys[0].name if kind.shape.keys[0].name == "name" else "title",
    )


def _copied(sort: str, key: str) -> Values:
    """What a new thing begins with: what another one says, or nothing (BU-2)."""
    return desk_form.spread(_shape(sort), desk_settings.current(sort, key)) if key else {}


def _add(request: StaffRequest, sort: str) -> HttpResponse:
    shape, values = _shape(sort), desk_form.sent(request.POST)
    if inputs.flag(request, "preview"):
        return _form(request, sort, None, values, preview=True)
    try:
        tree = desk_form.gather(shape, values)
        own, above, now = inputs.text(request, "key"), inputs.text(request, "above"), timezone.now()
        key = desk_settings.add(sort, own, tree, above=above, by=request.actor, at=now)
    except Refusing as error:
        return _form(request, sort, None, values, refusal("thing", error, request.POST))
    messages.success(request, _("It is there."))
    return redirect(shown_desk.address(sort, key))


@require_http_methods(["GET", "POST"])
@staff
def thing(request: StaffRequest, sort: str, key: str) -> HttpResponse:
    """One thing as a form."""
    desk_settings.permit_thing(sort, request.actor)
    if request.method == "GET":
        return _form(request, sort, key, {})
    shape, values = _shape(sort), desk_form.sent(request.POST)
    if inputs.flag(request, "preview"):
        return _form(request, sort, key, values, preview=True)
    read, now = inputs.text(request, "read"), timezone.now()
    try:
        tree, unlock = desk_form.gather(shape, values), inputs.flag(request, "unlock")
        new = desk_settings.change(sort, key, tree, read=read, unlock=unlock, by=request.actor, at=now)
    except Refusing as error:
        return _form(request, sort, key, values, refusal("thing", error, request.POST))
    messages.success(request, _("Saved.") if new else _("Nothing changed."))
    return redirect(shown_desk.address(sort, key))


@require_POST
@staff
def day(request: StaffRequest, key: str) -> HttpResponse:
    """One more day off of a calendar, or one less."""
    sort, read, now = "calendars", inputs.text(request, "read"), timezone.now()
    try:
        tree = shown_calendar.toggled(desk_settings.current(sort, key), _day(request))
        # a day that is pressed is meant for all who go by the calendar
        desk_settings.change(sort, key, tree, read=read, unlock=True, by=request.actor, at=now)
    except Refusing as error:
        return _form(request, sort, key, {}, refusal("thing", error, request.POST))
    messages.success(request, _("Saved."))
    shown = inputs.number(request, "year") or now.year
    return redirect(f"{shown_desk.address(sort, key)}?year={shown}#year")


def _day(request: StaffRequest) -> date:
    try:
        return date.fromisoformat(inputs.text(request, "day"))
    except ValueError:
        raise Invalid.one("day", "invalid", "Give a date.") from None


@require_POST
@staff
def remove(request: StaffRequest, sort: str, key: str) -> HttpResponse:
    """Used no more; what it says stays in its history."""
    try:
        desk_settings.drop(sort, key, read=inputs.text(request, "read"), by=request.actor, at=timezone.now())
    except Refusing as error:
        return _form(request, sort, key, {}, refusal("thing", error, request.POST))
    messages.success(request, _("It is used no more."))
    return redirect("desk-things", sort)


def _form(
    request: StaffRequest,
    sort: str,
    key: str | None,
    values: Values,
    refused: Refusal | None = None,
    *,
    preview: bool = False,
) -> HttpResponse:
    """The form of one thing, or of a new one. Cost: its section, its choices, the tree and its history."""
    kind = desk_settings.sort_of(sort)
    tree = {} if key is None else desk_settings.current(sort, key)
    shape = _shape(sort)
    filled = values or desk_form.spread(shape, tree)
    refused = desk_refusals.placed(refused, shape, filled)
    years = sort == "calendars" and key is not None
    return _page(
        request,
        "web/builder/thing.html",
        sort,
        refused,
        key=key,
        typed_key=first(values, "key"),
        typed_above=first(values, "above"),
        uppers=shown_desk.uppers(kind.upper) if key is None else [],
        above=shown_desk.above_of(shape, key) if sort == "categories" else {},
        title=shown_desk.title(sort, key, tree),
        fields=shape.keys,
        pairs_of=shown_desk.offered(filled),
        names=shown_desk.names_left(sort) if key is None and kind.named else [],
        read=first(values, "read") or digest(tree),
        may_copy=key is not None and not kind.alone and not kind.address and not kind.named,
        uses=desk_settings.uses(sort, key) if key else [],
        may_remove=key is not None and not kind.lasting and not kind.alone,
        changes=[] if key is None else shown_desk.changes(history(kind.section, key)),
        texts=shown_desk.previews(sort, key, filled, request.actor) if key or preview else (),
        elsewhere=refused.faults.get("", "") if refused else "",
        **desk_form.inputs_of(filled),
        year=shown_calendar.year(tree, request.GET.get("year", ""), timezone.localdate()) if years else None,
        example=_example(request, filled) if sort == "due-rules" and (key or preview) else None,
        notes=shown_desk.measured(key) if sort == "robots" and key else {},
    )


def _shape(sort: str) -> Shape:
    return desk_settings.shape_of(sort, get_language() or "en")


def _example(request: StaffRequest, filled: Values) -> shown_calendar.Example:
    """What the rule as it is typed makes of the start that is typed, else of nine this morning."""
    otherwise = shown_calendar.this_morning()
    try:
        start = inputs.moment(request, "start") or otherwise
    except Invalid:
        start = otherwise
    return shown_calendar.example(desk_form.gather(desk_settings.sort_of("due-rules").shape, filled), start)


def _page(
    request: StaffRequest, template: str, sort: str, refused: Refusal | None = None, **context: Any
) -> HttpResponse:
    return page(
        request,
        template,
        "builder",
        status=refused.status if refused else 200,
        tree=builder.tree() if designs(request.actor) else [],
        kind="",
        path="",
        sort=sort,
        lasting=desk_settings.sort_of(sort).lasting,
        address=shown_process.address,
        thing_address=shown_desk.address,
        **context,
        **readers(refused),
    )
