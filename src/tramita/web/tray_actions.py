"""What people do in the tray: an item, a route, once more, away with it, never again (M-21, M-22, MAIL-143, CG-59).

Each is a plain form. What is refused comes back as the same page, the fault beside its field and what was typed kept;
who was slower than somebody else is told so.
"""

import time
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tramita.domain.errors import NotFound
from tramita.models import SeenMessage
from tramita.queries import tray as trays
from tramita.services import blocking, mailbox_settings, replaying
from tramita.services import tray as putting_away
from tramita.services.mailbox_settings import NewRoute
from tramita.ui import labels
from tramita.web import inputs, tray
from tramita.web.access import StaffRequest, staff
from tramita.web.refusals import Refusing, refusal
from tramita.web.rendering import page

PATIENCE = 8.0  # seconds of replaying after which a page answers with what is done
Act = Callable[[StaffRequest, SeenMessage], HttpResponse]


def _on_one(panel: str) -> Callable[[Act], Callable[..., HttpResponse]]:
    """A view of one waiting message; a refusal opens `panel` again."""

    def decorate(act: Act) -> Callable[..., HttpResponse]:
        @require_POST
        @staff
        def view(request: StaffRequest, number: int) -> HttpResponse:
            try:
                seen = trays.get_unhandled(request.actor, number)
            except NotFound:
                return tray.show(request, number)  # somebody was faster, or it is none of this person's
            try:
                return act(request, seen)
            except Refusing as error:
                return tray.show(request, number, refusal(panel, error, request.POST))

        return view

    return decorate


@_on_one("item")
def create_item(request: StaffRequest, seen: SeenMessage) -> HttpResponse:
    """M-21, M-25: a Ticket or Case after all; it opens."""
    kind, _colon, path = inputs.text(request, "category").partition(":")
    process = {"case_type": path} if kind == "case_type" else {"category": path}
    item = putting_away.create_item(seen, **process, by=request.actor, at=timezone.now())
    messages.success(request, _("%(reference)s was created from the mail.") % {"reference": item.reference})
    return redirect("item", item.reference)


@_on_one("route")
def create_route(request: StaffRequest, seen: SeenMessage) -> HttpResponse:
    """M-21: so that it does not happen again; then this and similar mails may be replayed."""
    route = NewRoute(inputs.text(request, "to"), inputs.text(request, "process"), inputs.flag(request, "acknowledge"))
    mailbox = inputs.text(request, "mailbox")
    mailbox_settings.add_route(mailbox, route, by=request.actor, at=timezone.now())
    messages.success(request, _("Mail to %(address)s has a route now.") % {"address": route.to})
    where = {"mailbox": seen.mailbox or tray.NOWHERE, "reason": seen.reason}
    return redirect(reverse("replay") + tray.asked(request, **where))


@_on_one("mail")
def replay(request: StaffRequest, seen: SeenMessage) -> HttpResponse:
    """MAIL-143: process it again."""
    outcome = replaying.replay(seen, by=request.actor, at=timezone.now())
    if outcome.outcome in trays.WAITING:
        messages.warning(request, _("It is still here: %(reason)s.") % {"reason": labels.word("mail", outcome.reason)})
        return redirect(reverse("unhandled") + tray.asked(request, mail=seen.pk))
    said = [labels.word("outcome", outcome.outcome), *outcome.items]
    messages.success(request, _("Processed again: %(outcome)s.") % {"outcome": " ".join(said)})
    return redirect(tray.back(request))


@_on_one("mail")
def not_spam(request: StaffRequest, seen: SeenMessage) -> HttpResponse:
    """MAIL-58: a filter was wrong; the mail does what it would have done."""
    outcome = putting_away.not_spam(seen, by=request.actor, at=timezone.now())
    said = [labels.word("outcome", outcome.outcome), *outcome.items]
    messages.success(request, _("Processed again: %(outcome)s.") % {"outcome": " ".join(said)})
    return redirect(tray.back(request))


@_on_one("mail")
def delete(request: StaffRequest, seen: SeenMessage) -> HttpResponse:
    """M-21, M-22."""
    putting_away.delete(seen, by=request.actor, at=timezone.now())
    messages.success(request, _("The mail was deleted."))
    return redirect(tray.back(request))


@_on_one("block")
def block(request: StaffRequest, seen: SeenMessage) -> HttpResponse:
    """M-20, CG-59: nothing more from there; the mail itself goes, too, if so ticked."""
    address = inputs.text(request, "address")
    blocking.block(address, by=request.actor, at=timezone.now())
    if inputs.flag(request, "delete"):
        putting_away.delete(seen, by=request.actor, at=timezone.now())
    messages.success(request, _("Mail from %(address)s is ignored from now on.") % {"address": address})
    return redirect(tray.back(request))


@require_POST
@staff
def delete_ticked(request: StaffRequest) -> HttpResponse:
    """M-21: many at once; how many were still there is said."""
    ids = _ticked(request)
    gone = putting_away.delete_many(ids, by=request.actor, at=timezone.now())
    if not ids:
        messages.warning(request, _("Tick some mails first."))
    else:
        said = ngettext("%(number)d mail was deleted.", "%(number)d mails were deleted.", gone) % {"number": gone}
        messages.success(request, said)
    if len(ids) > gone:
        messages.warning(request, _("Somebody else dealt with the others meanwhile."))
    return redirect(tray.back(request))


@require_http_methods(["GET", "POST"])
@staff
def replay_many(request: StaffRequest) -> HttpResponse:
    """MAIL-143: those ticked, a mailbox's, or all; first what would happen, then so. At most fifty a call."""
    mailbox, reason = tray.mailbox(request), request.GET.get("reason", "")
    ids = _ticked(request)
    if request.method == "GET":
        waiting = trays.to_replay(request.actor, mailbox=mailbox, reason=reason, limit=trays.CAP)
        return _replays(request, waiting=len(waiting))
    after = inputs.number(request, "after") or 0
    found = ids or trays.to_replay(request.actor, mailbox=mailbox, reason=reason, after=after, limit=replaying.MOST + 1)
    return _replays(request, **_done(request, found[: replaying.MOST], more=len(found) > replaying.MOST, ticked=ids))


def _done(request: StaffRequest, ids: list[int], *, more: bool, ticked: list[int]) -> dict[str, Any]:
    """The result list; when patience ends it says where to go on."""
    rehearsal = request.POST.get("what") != "replay"
    started, told = time.monotonic(), []
    for one in replaying.replay_several(ids, by=request.actor, at=timezone.now(), dry_run=rehearsal):
        told.append(one)
        if time.monotonic() - started > PATIENCE:
            break
    unfinished = more or len(told) < len(ids)
    after = told[-1].seen.pk if told and unfinished and not ticked else None
    return {
        "told": told,
        "rehearsal": rehearsal,
        "after": after,
        "ticked": ticked if rehearsal else [],
        "some": bool(ticked),
    }


def _replays(request: StaffRequest, **context: Any) -> HttpResponse:
    reason = request.GET.get("reason", "")
    plain: dict[str, Any] = {
        "told": None,
        "rehearsal": True,
        "after": None,
        "ticked": [],
        "some": False,
        "waiting": None,
        "query": tray.asked(request, reason=reason or None),
        "mailbox": tray.mailbox(request),
        "reason": reason,
    }
    return page(request, "web/mail/replay.html", "unhandled", **plain | context)


def _ticked(request: StaffRequest) -> list[int]:
    return [int(one) for one in request.POST.getlist("mail")[: trays.PAGE] if one.isdecimal() and len(one) < 19]
