"""The list behind the bell, what pops up, and following (N-1, N-2). Works without JavaScript."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tramita.domain.errors import NotFound
from tramita.models import Item
from tramita.queries.following import colleagues, who_see
from tramita.queries.items import get_visible
from tramita.queries.mailboxes import keys
from tramita.queries.notices import (
    Notice,
    leaving_person,
    notices,
    one_notice,
    popups,
    unread,
    wishes_of,
    zone_of,
)
from tramita.queries.shell import NEWS_CAP
from tramita.services import following, notice_settings
from tramita.ui.notices import icon, sentence
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.moves import unchecked
from tramita.web.rendering import page
from tramita.web.shown_bulk import titled

LONGEST_TITLE = 120
MOST_OFFERED = 500


@require_safe
@staff
def hub(request: StaffRequest) -> HttpResponse:
    """What there is, the newest first, fifty a page."""
    only_unread = request.GET.get("show") == "unread"
    found, following_page = notices(request.actor, before=_number(request.GET.get("before", "")), unread=only_unread)
    show = "&show=unread" if only_unread else ""
    here = reverse("notifications")
    return page(
        request,
        "web/notifications.html",
        "notifications",
        notices=[(one, icon(one), sentence(one), _of_job(one)) for one in found],
        only_unread=only_unread,
        newest=found[0].id if found else 0,
        first=f"{here}?{show.lstrip('&')}" if "before" in request.GET else "",
        next=f"{here}?before={following_page}{show}" if following_page else "",
    )


@require_safe
@staff
def open_one(request: StaffRequest, number: int) -> HttpResponse:
    """Its item, or its bulk change; it is read then."""
    found = one_notice(request.actor, number)
    if found is None:
        raise NotFound("There is no such notification.")
    notice_settings.read(number, by=request.actor, at=timezone.now())
    return redirect("job", found.job) if found.job else redirect("item", found.reference)


@require_POST
@staff
def read_all(request: StaffRequest) -> HttpResponse:
    """All that the page showed, and what is older."""
    up_to = inputs.key(request, "up_to")
    if up_to:
        notice_settings.read_all(up_to=up_to, by=request.actor, at=timezone.now())
    return redirect("notifications")


@require_safe
@staff
def fresh(request: StaffRequest) -> HttpResponse:
    """For an open page: how many are unread, and what pops up, but in quiet hours. Cost: four statements."""
    actor, at = request.actor, timezone.now()
    quiet = wishes_of(actor.id or 0).quiet_till(at, zone_of(actor.time_zone))
    after = _number(request.GET.get("after", ""))
    found = [] if quiet or after is None else popups(actor, after=after)
    said = {"unread": unread(actor, NEWS_CAP + 1), "most": NEWS_CAP, "popups": [_popup(one) for one in found]}
    return JsonResponse(said, headers={"Cache-Control": "no-store, private"})


def _of_job(one: Notice) -> str:
    """What was done to many items; empty for what is about one."""
    return titled(one.data["change"], one.data["name"], undo=one.data["undo"]) if one.job else ""


def _popup(one: Notice) -> dict[str, object]:
    return {
        "id": one.id,
        "title": sentence(one),
        "body": f"{one.reference} {one.title[:LONGEST_TITLE]}",
        "url": reverse("notification", args=[one.id]),
    }


@require_POST
@staff
def follow(request: StaffRequest, reference: str) -> HttpResponse:
    """N-1."""

    def use_case(item: Item) -> None:
        following.follow(item, by=request.actor, at=timezone.now())

    return unchecked(request, reference, "follow", use_case)


@require_POST
@staff
def unfollow(request: StaffRequest, reference: str) -> HttpResponse:
    """N-1."""

    def use_case(item: Item) -> None:
        following.unfollow(item, by=request.actor, at=timezone.now())

    return unchecked(request, reference, "follow", use_case)


@require_safe
@staff
def people(request: StaffRequest, reference: str) -> HttpResponse:
    """Whom a note on this item may mention: those who may see it."""
    item = get_visible(request.actor, reference)
    found = [one for one in who_see(item, colleagues()) if one.id != request.actor.id][:MOST_OFFERED]
    return JsonResponse({"people": [one.name for one in found]}, headers={"Cache-Control": "no-store, private"})


@csrf_exempt  # a mail program has neither a session nor a page of ours; the token is the proof (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """End the mails with news. A GET only asks: scanners of mail follow every link (MAIL-124)."""
    if leaving_person(token, keys()) is None:
        return render(request, "404.html", status=404)
    if request.method == "POST":
        notice_settings.leave(token, at=timezone.now())
    done = request.method == "POST"
    response = render(request, "web/leave.html", {"done": done})
    response["Cache-Control"] = "no-store, private"
    return response


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
