"""Saved views: the list of them, one of them, and the forms that make, change and delete one (H-7)."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tramita.domain.errors import NotPermitted
from tramita.models import View
from tramita.queries.shell import Listing
from tramita.queries.views import get_view, may_change, may_share_with_all, open_to, teams
from tramita.queries.worklists import Place
from tramita.services import views as saved
from tramita.services.views import Wanted
from tramita.ui import labels
from tramita.web import inputs, shown_list
from tramita.web.access import StaffRequest, staff
from tramita.web.asked import CHANGED, Asked, Look, look_in, look_of, look_said, reader_of
from tramita.web.lists import listed
from tramita.web.refusals import Refusal, Refusing, readers, refusal
from tramita.web.rendering import page, shell_for


@require_safe
@staff
def views(request: StaffRequest) -> HttpResponse:
    """All that this person may open."""
    found = [(one, may_change(request.actor, one)) for one in open_to(request.actor)]
    return page(request, "web/views.html", "views", found=found)


@require_safe
@staff
def view(request: StaffRequest, number: int) -> HttpResponse:
    """One view, as it was saved or as its address changes it."""
    found = get_view(request.actor, number)
    return listed(
        request, None, f"view:{found.pk}", found.title, view=found, nothing=_("Nothing is in this view"), hint=""
    )


@require_http_methods(["GET", "POST"])
@staff
def make(request: StaffRequest) -> HttpResponse:
    """Save a list as a view."""
    if request.method == "GET":
        return _form(request, look_in(request.GET))

    def keep(wanted: Wanted) -> int:
        return saved.make(wanted, by=request.actor, at=timezone.now()).pk

    return _kept(request, keep)


@require_http_methods(["GET", "POST"])
@staff
def change(request: StaffRequest, number: int) -> HttpResponse:
    """Its name, with whom it is shared, and what it shows: as the address says, or as it was saved."""
    found = get_view(request.actor, number)
    if not may_change(request.actor, found):
        raise NotPermitted("This view is somebody else's.")
    if request.method == "GET":
        return _form(request, look_said(request.GET, look_of(found)), found)

    def keep(wanted: Wanted) -> int:
        version = inputs.number(request, "version") or 0
        saved.change(found, wanted, version=version, by=request.actor, at=timezone.now())
        return number

    return _kept(request, keep, found)


@require_POST
@staff
def delete(request: StaffRequest, number: int) -> HttpResponse:
    """Take it away."""
    saved.delete(get_view(request.actor, number), by=request.actor, at=timezone.now())
    messages.success(request, _("The view is deleted."))
    return redirect("views")


def _kept(request: StaffRequest, keep: Callable[[Wanted], int], view: View | None = None) -> HttpResponse:
    look = look_in(request.POST)
    shared, _colon, team = inputs.text(request, "shared").partition(":")
    wanted = Wanted(inputs.text(request, "title"), look.narrowing, look.columns, look.sort, look.group, shared, team)
    try:
        number = keep(wanted)
    except Refusing as error:
        return _form(request, look, view, refusal("view", error, request.POST))
    messages.success(request, _("The view is saved."))
    return redirect("view", number)


def _form(request: StaffRequest, look: Look, view: View | None = None, refused: Refusal | None = None) -> HttpResponse:
    """The look is carried along; the names of what it narrows by are read with the bars."""
    now = timezone.now()
    where = Asked(request.path, look, Look())
    reader = reader_of(request, now)
    shell = shell_for(
        request, now, Listing(Place(()), now, reader.tonight, narrowing=look.narrowing, own=where.own_fields)
    )
    return page(
        request,
        "web/view_form.html",
        "views",
        status=refused.status if refused else 200,
        shell=shell,
        view=view,
        carried=[*look.pairs(), (CHANGED, "1")],
        chips=[
            *(("", labels.word("narrowing", "due"), words) for words in _statuses(look)),
            *shown_list.chips(where, shell),
        ],
        look=look,
        shared=_shared_with(request, view),
        is_shared=_value(view),
        **readers(refused),
    )


def _statuses(look: Look) -> list[str]:
    return [labels.word("due", value) for value in dict(look.narrowing).get("due", ())]


def _shared_with(request: StaffRequest, view: View | None) -> list[tuple[str, str]]:
    """With whom it can be shared; with whom it is, in any case."""
    found = [("", _("Nobody, it is mine alone"))]
    found += [(f"team:{one.key}", one.title) for one in teams(request.actor)]
    if may_share_with_all(request.actor):
        found.append((View.Shared.ALL.value, _("Everybody who works here")))
    is_shared = _value(view)
    if view is not None and is_shared not in dict(found):
        found.append((is_shared, view.team.title if view.team else _("Everybody who works here")))
    return found


def _value(view: View | None) -> str:
    if view is None:
        return ""
    return f"team:{view.team.key}" if view.team else view.shared
