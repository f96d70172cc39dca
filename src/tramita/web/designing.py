"""A process is drawn: its steps, Actions, fields and cards as forms that change its draft (UI “Builder”, BU-4).

The YAML of the draft is the same draft. Every press is a form; what a script drags sends the same form.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tramita.domain.errors import Invalid, NotFound
from tramita.queries import builder
from tramita.queries.shell import operates
from tramita.services import process_parts, process_settings
from tramita.services import process_trees as trees
from tramita.services.definitions import WrongConfiguration
from tramita.services.process_parts import Misfit, Opened
from tramita.web import approver_sheets, design_form, desk_form, desk_refusals, inputs, shown_design
from tramita.web.access import StaffRequest, staff
from tramita.web.building import discarded, permit, tabs_of
from tramita.web.desk_inputs import Values
from tramita.web.refusals import Refusal, Refusing, readers, refusal
from tramita.web.rendering import page
from tramita.web.shown_process import address

Tree = dict[str, Any]
FIRST = {"case_type": "flow", "category": "fields"}
PARTS = {"case_type": ("flow", "settings", "fields"), "category": ("fields",)}
FORMS = ("settings", "step", "action", "field", "card")


@require_http_methods(["GET", "POST"])
@staff
def design(request: StaffRequest, kind: str, path: str) -> HttpResponse:
    """One part of a process: the board of its steps, or a form."""
    permit(request)
    part, name = _asked(request, kind)
    if request.method == "GET":
        return _shown(request, kind, path)
    try:
        for button, do in BUTTONS.items():
            if button in request.POST:
                return do(request, kind, path)
        return _save(request, kind, path, part, name)
    except WrongConfiguration as wrong:
        told = [process_parts.misfit(one) for one in wrong.errors]
        return _shown(request, kind, path, refusal(part, wrong, request.POST), misfits=told)
    except Refusing as error:
        return _shown(request, kind, path, refusal(part, error, request.POST))


def _asked(request: StaffRequest, kind: str) -> tuple[str, str]:
    part = request.GET.get("part", FIRST[kind])
    if part not in (*PARTS[kind], *(FORMS if kind == "case_type" else ("field", "card"))):
        raise NotFound("There is no such page.")
    return part, request.GET.get("name", "")


def _back(kind: str, path: str, part: str = "", name: str = "", at: str = "") -> HttpResponse:
    return redirect(shown_design.link(kind, path, part or FIRST[kind], name, at=at))


def _change(request: StaffRequest, kind: str, path: str, do: Callable[[Tree], Tree]) -> None:
    read, draft = inputs.text(request, "read"), inputs.key(request, "draft") or 0
    process_parts.change(kind, path, do, read=read, draft=draft, by=request.actor, at=timezone.now())


def _save(request: StaffRequest, kind: str, path: str, part: str, name: str) -> HttpResponse:
    if part not in FORMS:
        raise NotFound("There is no such page.")
    values = desk_form.sent(request.POST)
    _change(request, kind, path, design_form.changing(part, name, values, approver_sheets.uploaded(request)))
    messages.success(request, _("The draft is kept. Nothing runs by it."))
    at = f"{part}-{name}" if name else ""
    return _back(kind, path, "settings" if part == "settings" else design_form.BOARD.get(part, ""), at=at)


def _move(request: StaffRequest, kind: str, path: str) -> HttpResponse:
    """`action budget left`, `step ask right`, `field amount up`; `put budget check 0` for what was dragged."""
    what, _space, rest = inputs.text(request, "move").partition(" ")
    words = rest.split(" ")
    if what not in MOVES or len(words) != MOVES[what][0]:
        raise Invalid.one("move", "invalid", "There is no such page.")
    _change(request, kind, path, lambda tree: MOVES[what][1](tree, *words))
    board = "fields" if what in ("field", "card") else "flow"
    return _back(kind, path, board, at=f"{'action' if what == 'put' else what}-{words[0]}")


def _put(tree: Tree, name: str, step: str, place: str) -> Tree:
    if not place.isdecimal():
        raise Invalid.one("move", "invalid", "Give a whole number.")
    return trees.move_action(tree, name, "" if step == "-" else step, int(place))


MOVES: Mapping[str, tuple[int, Callable[..., Tree]]] = {
    "action": (2, trees.nudge_action),
    "step": (2, trees.nudge_step),
    "field": (2, lambda tree, name, way: trees.nudge_part(tree, "fields", name, way)),
    "card": (2, lambda tree, name, way: trees.nudge_part(tree, "cards", name, way)),
    "put": (3, _put),
}


def _add(request: StaffRequest, kind: str, path: str) -> HttpResponse:
    """A step, an Action, a field or a card, which is then filled in."""
    part, name, title = (inputs.text(request, key) for key in ("add", "name", "title"))
    if part not in FORMS:
        raise NotFound("There is no such page.")
    step = inputs.text(request, "step")
    _change(request, kind, path, lambda tree: design_form.added(tree, part, name, title, step))
    return _back(kind, path, part, name)


def _remove(request: StaffRequest, kind: str, path: str) -> HttpResponse:
    part, name = _asked(request, kind)
    _change(request, kind, path, lambda tree: design_form.dropped(tree, part, name))
    messages.success(request, _("It is gone from the draft."))
    return _back(kind, path, design_form.BOARD.get(part, ""))


def _check(request: StaffRequest, kind: str, path: str) -> HttpResponse:
    """As it would be with what stands in the form; nothing is kept."""
    part, name = _asked(request, kind)
    found = process_parts.opened(kind, path)
    tree, values = found.tree, desk_form.sent(request.POST)
    if part in FORMS:
        tree = design_form.changing(part, name, values, approver_sheets.uploaded(request))(tree)
    told = process_parts.misfits(kind, path, tree, by=request.actor, at=timezone.now())
    return _shown(request, kind, path, values=values, misfits=told, checked=True)


def _preview(request: StaffRequest, kind: str, path: str) -> HttpResponse:
    """The same form with what was typed: of another kind, or with a row more."""
    values = desk_form.sent(request.POST)
    if sheet := approver_sheets.uploaded(request):
        values["sheet"] = [sheet]
    return _shown(request, kind, path, values=values)


def _publish(request: StaffRequest, kind: str, path: str) -> HttpResponse:
    read, draft, now = inputs.text(request, "read"), inputs.key(request, "draft") or 0, timezone.now()
    found = process_parts.opened(kind, path)
    told = process_parts.misfits(kind, path, found.tree, by=request.actor, at=now)
    if told:
        return _shown(request, kind, path, misfits=told, checked=True, status=422)
    new = process_parts.publish(kind, path, read=read, draft=draft, by=request.actor, at=now)
    said = _("Published. Items that run keep the version they began with.") if new else _("Nothing changed.")
    messages.success(request, said)
    return redirect(address(kind, path))


def _discard(request: StaffRequest, kind: str, path: str) -> HttpResponse:
    return discarded(request, kind, path, shown_design.link(kind, path, FIRST[kind]))


BUTTONS: Mapping[str, Callable[[StaffRequest, str, str], HttpResponse]] = {
    "check": _check,
    "preview": _preview,
    "move": _move,
    "add": _add,
    "remove": _remove,
    "publish": _publish,
    "discard": _discard,
}


def _shown(
    request: StaffRequest,
    kind: str,
    path: str,
    refused: Refusal | None = None,
    *,
    values: Values | None = None,
    misfits: list[Misfit] | None = None,
    checked: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Cost: the tree, the process, its draft, and what the form chooses among."""
    part, name = _asked(request, kind)
    found, opened, unclear = builder.process(kind, path), *_opened(kind, path)
    typed = (
        desk_form.sent(request.POST)
        if values is None and refused and part in FORMS and "add" not in request.POST
        else values
    )
    shown = {} if unclear else shown_design.SHOWN[part](kind, opened.tree, name, typed)
    told = misfits or []
    if "fields" in shown:
        own = {one.fault.field: shown_design.sentence(one) for one in told if (one.part, one.name) == (part, name)}
        refused = desk_refusals.placed(
            refused or shown_design.as_refusal(part, own, request.POST), shown["shape"], shown["values"]
        )
    return page(
        request,
        "web/builder/design.html",
        "builder",
        status=refused.status if refused and refused.status > 200 else status,
        tree=builder.tree(),
        kind=kind,
        path=path,
        found=found,
        part=part,
        name=name,
        panel=part,
        sort=part,
        above={},
        opened=opened,
        unclear=unclear,
        setters=[] if operates(request.actor) else builder.setters(),
        told=[(shown_design.where(kind, path, one, opened.tree), shown_design.sentence(one)) for one in told],
        checked=checked,
        typing=inputs.flag(request, "typing"),  # told politely: nobody pressed anything
        tabs=[(address(kind, path, tab=tab), tab, tab == "edit") for tab in tabs_of(found, kind)],
        parts=[(shown_design.link(kind, path, one), one) for one in PARTS[kind]],
        board=design_form.BOARD.get(part, part),
        link=shown_design.link,
        at=request.GET.get("at", ""),
        address=address,
        **shown,
        **readers(refused),
    )


def _opened(kind: str, path: str) -> tuple[Opened, bool]:
    """The draft; an empty one and yes, where only its YAML can be shown."""
    try:
        found = process_parts.opened(kind, path)
        for section in ("fields", "cards"):
            trees.parts(found.tree, section)
        trees.flow_of(found.tree)
    except Refusing:
        text, read = process_settings.written(kind, path)
        return Opened({}, text, read, builder.draft(builder.process(kind, path).id)), True
    return found, False
