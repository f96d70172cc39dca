"""Inbox, Owned Work, queues, recently accessed: one page, fifty rows, totals that filter. Cost: six statements."""

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tramita.domain.errors import NotFound, NotPermitted
from tramita.models import View
from tramita.queries import absences, charts, narrowed, reporting, teams, worklists
from tramita.queries.shell import Colleagues, Listing, Shell
from tramita.queries.views import may_change
from tramita.queries.visibility import everywhere, takes_along
from tramita.queries.worklists import ORDERS, Place
from tramita.services.pulling import pull as pull_next
from tramita.ui import labels, spans
from tramita.ui.worklist import USUAL, Group, Head
from tramita.web import absence, own_words, shown_bulk, shown_list
from tramita.web.access import StaffRequest, staff
from tramita.web.asked import asked, encoded, reader_of
from tramita.web.exporting import FILES, MOST, export
from tramita.web.filtering import panel
from tramita.web.rendering import page, shell_for

# a list that cannot be narrowed or put in another order
AS_IT_IS: Mapping[str, Any] = {
    **dict.fromkeys(("totals", "chips", "places", "bars", "focus", "whose"), ()),
    **dict.fromkeys(("asked", "form", "view")),
    **dict.fromkeys(("mine", "pull", "team", "exports"), False),
    **dict.fromkeys(("first", "next", "note"), ""),
}


@require_safe
@staff
def inbox(request: StaffRequest) -> HttpResponse:
    """L-1, L-9."""
    place = worklists.inbox(request.actor)
    nothing, hint = _("Nothing is waiting for you"), _("Take the next item from your queues.")
    return listed(request, place, "inbox", labels.word("list", "inbox"), nothing=nothing, hint=hint, pull=True)


@require_safe
@staff
def owned(request: StaffRequest) -> HttpResponse:
    """L-2, L-3."""
    place = worklists.owned(request.actor)
    hint = _("What waits, and what was resolved and may still be disputed, is listed here.")
    return listed(request, place, "owned", labels.word("list", "owned"), nothing=_("Nothing of yours waits"), hint=hint)


@require_safe
@staff
def queue(request: StaffRequest, key: str) -> HttpResponse:
    """L-4: what waits for this team, and whether what nobody began comes back (Q-6)."""
    place, title, idle = worklists.of_queue(key)
    note = spans.return_of_idle(idle)
    return listed(request, place, f"queue:{key}", title, nothing=_("This queue is empty"), hint="", note=note)


@require_safe
@staff
def team(request: StaffRequest, whose: str = "") -> HttpResponse:
    """H-1, H-5: what this person and those around them have, each colleague with how much, and what is late.

    `whose` narrows it to their manager, their peers, their reports or their queues. Cost: one statement more.
    """
    actor, line = request.actor, reporting.line_of(request.actor)
    places = reporting.places(actor, line)
    if whose not in places:
        raise NotFound("There is no such list.")
    said: dict[str, Any] = {
        "nothing": _("Your teams have nothing to do"),
        "hint": _("A team leader or an administrator can add you to a queue."),
        "whose": [(name, name == whose) for name in places] if line.near else [],
    }
    people = {"": line.near, "queues": frozenset[int](), **line.parts}
    near = Colleagues(people[whose], alone=whose in line.parts)
    here = f"team:{whose}" if whose else "team"
    said |= {"away": absences.told_of(line.absent, at=timezone.now()), "leads": absence.leads(actor, line)}
    return listed(request, places[whose], here, _("Team"), team=near, **said)


@require_safe
@staff
def queues(request: StaffRequest) -> HttpResponse:
    """The reader's queues, with how much waits in each."""
    leads = everywhere(request.actor, "manage_queue")
    return page(request, "web/queues.html", "queues", leads=leads, others=teams.others(request.actor) if leads else [])


@require_safe
@staff
def recent(request: StaffRequest) -> HttpResponse:
    """G-12."""
    rows = shown_list.lines(worklists.recent(request.actor), timezone.now())
    said: dict[str, Any] = {"nothing": _("You have opened nothing yet"), "hint": ""}
    groups = [Group(lines=rows)] if rows else []
    heads = [Head(name) for name in USUAL]
    heading = _("Recently accessed")
    bulk = shown_bulk.bar(request)
    return page(
        request, "web/list.html", "recent", **AS_IT_IS, heading=heading, groups=groups, heads=heads, bulk=bulk, **said
    )


@require_safe
@staff
def bars(request: StaffRequest) -> HttpResponse:
    """The sidebar alone, for a page that stays open. Cost: the two statements of the shell."""
    shell = shell_for(request, timezone.now())
    response = render(request, "ui/_sidebar.html", {"shell": shell, "here": "", "fragment": False})
    response["Cache-Control"] = "no-store, private"
    return response


@require_POST
@staff
def pull(request: StaffRequest) -> HttpResponse:
    """Q-2: exactly one item, opened at once."""
    item = pull_next(by=request.actor, at=timezone.now())
    if item is None:
        messages.info(request, _("Nothing waits in your queues."))
        return redirect("inbox")
    return redirect("item", item.reference)


def listed(
    request: StaffRequest,
    place: Place | None,
    here: str,
    heading: str,
    *,
    view: View | None = None,
    team: Colleagues | None = None,
    **said: Any,
) -> HttpResponse:
    """A list as its address asks for it: `place`, or for a view every list at once. Cost: three statements.

    One more while the form of the filters is open.
    """
    now, wanted = timezone.now(), asked(request, view)
    look, reader = wanted.look, reader_of(request, now)
    where = place or narrowed.everywhere(look.narrowing, reader)
    narrow = narrowed.narrow(look.narrowing, reader)
    order, night = ORDERS[look.sort], reader.tonight
    # first: its cursor must not be newer than the rows
    if (kind := request.GET.get("export", "")) in FILES:
        if not takes_along(request.actor):
            raise NotPermitted("You may not take lists along as files.")
        return export(kind, heading, where, request.actor, look, narrow, now, reader.tonight)
    chart = "assignee" if team else wanted.chart
    listing = Listing(where, now, night, narrow, look.narrowing, chart, team, wanted.own_fields)
    shell = shell_for(request, now, listing)
    found = worklists.page(
        where,
        request.actor,
        now=now,
        tonight=night,
        narrow=narrow,
        order=order,
        after=wanted.after,
        with_fields=look.with_fields,
        besides=look.besides,
    )
    on_top_now = shell.focus and here == "inbox" and not (wanted.changed or wanted.after)
    focus = worklists.focus(request.actor) if on_top_now else ()
    on_top = {row.id for row in focus}
    rows = [row for row in found.rows if row.id not in on_top]
    shown = shown_list.lines(rows, now, own=own_words.of(look.columns, shell.own))
    return page(
        request,
        "web/list.html",
        "team" if team else here,
        heading=heading,
        places=_places(shell, here, team.near if team else ()),
        groups=shown_list.grouped(wanted, rows, shown) if shown else [],
        heads=shown_list.heads(wanted, shell.own),
        shell=shell,
        totals=shown_list.totals(wanted, shell.totals),
        chips=shown_list.chips(wanted, shell),
        focus=shown_list.lines(focus, now),
        bars=shown_list.drawn(wanted, chart, shell.chart, shell.own),
        chart=chart,
        chart_name=own_words.title(chart, shell.own) or labels.word("group", chart),
        chart_fields=[
            *((field, labels.word("group", field)) for field in charts.FIELDS),
            *own_words.titles(shell.own, besides=chart),
        ],
        team=team is not None,
        bulk=shown_bulk.bar(request, here, look),
        asked=wanted,
        exports=takes_along(request.actor),
        most=number_format(MOST, force_grouping=True),
        form=panel(wanted, place, shell.own) if wanted.panel else None,
        view=view,
        mine=view is not None and may_change(request.actor, view),
        first=wanted.address() if wanted.after else "",
        next=wanted.address(after=encoded(look.sort, found.next)) if found.next else "",
        **{"pull": False, "whose": (), "note": "", **said},
    )


def _places(shell: Shell, here: str, near: Collection[int]) -> list[str]:
    """The lists whose changes this page listens to; a view, to all that are its reader's.

    What is told of other people's lists is told of items that the reader may see.
    """
    if here.startswith("queue:"):
        return [here]
    own = [f"{name}:{shell.reader}" for name in ("inbox", "owned")]
    if here.startswith(("view:", "team")):
        others = [f"{name}:{one}" for one in sorted(near) for name in ("inbox", "owned")]
        return own + others + [f"queue:{queue.key}" for queue in shell.queues]
    return [one for one in own if one.startswith(f"{here}:")]
