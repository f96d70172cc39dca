"""Test runs in the Builder: each press is a move, and leads back to the page (BU-5)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from tramita.services import trials
from tramita.services.definitions import WrongConfiguration
from tramita.web import building, inputs, shown_process
from tramita.web.access import StaffRequest, staff
from tramita.web.refusals import Refusing, refusal

STARTS = {
    "case_type": ("short_description", "description", "requester", "fields", "route"),
    "category": ("title", "description", "requester", "fields", "route"),
}


@require_POST
@staff
def trial(request: StaffRequest, kind: str, path: str) -> HttpResponse:
    """`do` is `begin`, `back`, `wipe`, or a move."""
    does = inputs.text(request, "do")
    try:
        _do(request, kind, path, does)
    except (*Refusing, WrongConfiguration) as error:
        return building.process_page(request, kind, path, refusal("trial", error, request.POST))
    return redirect(shown_process.address(kind, path, tab="test"))


def _do(request: StaffRequest, kind: str, path: str, does: str) -> None:
    seen, by = inputs.number(request, "seen") or 0, request.actor
    if does == "begin":
        start = {name: str(request.POST.get(name, "")).replace("\r\n", "\n").strip() for name in STARTS[kind]}
        draft = inputs.text(request, "of") == "draft"
        trials.begin(kind, path, draft=draft, start=start, by=by, at=timezone.now())
    elif does == "back":
        trials.take_back(kind, path, seen=seen, by=by)
    elif does == "wipe":
        trials.wipe(kind, path, by=by)
    else:
        trials.press(kind, path, seen=seen, move=_move(request, does), by=by)


def _move(request: StaffRequest, does: str) -> dict[str, Any]:
    """`complete:2` is of an item, by its place; the rest has a value."""
    name, colon, place = does.partition(":")
    if colon:
        return {"do": name, "item": int(place) if place.isdecimal() and len(place) < 6 else -1}
    value = inputs.number(request, "days") if name == "later" else str(request.POST.get(name, ""))
    return {"do": name, "value": value}
