"""Unhandled mail: the list by mailbox and one message with why it is here (M-5, M-21, MAIL-7)."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tramita.domain.errors import Conflict, NotFound
from tramita.models import SeenMessage
from tramita.queries import mailboxes, tray
from tramita.queries.alerts import alerts
from tramita.queries.shell import operates
from tramita.queries.startable import startable
from tramita.queries.tray import Count, Found
from tramita.queries.visibility import may
from tramita.ui import errors
from tramita.web.access import StaffRequest, staff
from tramita.web.refusals import Refusal, readers
from tramita.web.rendering import page
from tramita.web.shown_unhandled import Shown, shown

NOWHERE = "-"  # the filter's word for mail that no mailbox could be told of


@require_safe
@staff
def unhandled(request: StaffRequest) -> HttpResponse:
    """Newest first; a click opens one."""
    return show(request, _number(request.GET.get("mail", "")))


def show(request: StaffRequest, opened: int | None, refused: Refusal | None = None) -> HttpResponse:
    """The tray with one message open: the one asked for, else the newest."""
    found = tray.waiting(request.actor, mailbox=mailbox(request), before=_number(request.GET.get("after", "")))
    wanted = opened if opened is not None else next((row.id for row in found.rows), None)
    seen, gone = _opened(request, wanted)
    status = refused.status if refused else 409 if gone else 200
    return page(
        request,
        "web/mail/tray.html",
        "unhandled",
        status=status,
        gone=gone,
        open=opened is not None,
        alerts=alerts(request.actor),
        **_listed(request, found),
        **_message(request, seen),
        **readers(refused),
    )


def mailbox(request: StaffRequest) -> str | None:
    """The mailbox that the list is narrowed to; empty for mail that came to none, None for all."""
    asked = request.GET.get("mailbox")
    return "" if asked == NOWHERE else asked or None


def asked(request: StaffRequest, **more: object) -> str:
    """What narrows the list, to go along with every address of the page."""
    kept = {name: request.GET[name] for name in ("mailbox", "after") if request.GET.get(name)}
    found = {**kept, **{name: value for name, value in more.items() if value is not None}}
    return f"?{urlencode(found)}" if found else ""


def back(request: StaffRequest) -> str:
    """The list as it was."""
    return reverse("unhandled") + asked(request)


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else None


def _opened(request: StaffRequest, wanted: int | None) -> tuple[SeenMessage | None, SeenMessage | None]:
    """The message, or what somebody else made of it meanwhile. Raises: NotFound."""
    if wanted is None:
        return None, None
    try:
        return tray.get_unhandled(request.actor, wanted), None
    except NotFound:
        gone = tray.get_handled(request.actor, wanted)
        if gone is None:
            raise
        return None, gone


def _listed(request: StaffRequest, found: Found) -> dict[str, Any]:
    counts = tray.by_mailbox(request.actor, now=timezone.now())
    return {
        "mails": found.rows,
        "chips": _chips(request, counts),
        "total": sum(one.total for one in counts),
        "recent": sum(one.recent for one in counts),
        "query": asked(request),
        "amp": asked(request) + "&" if asked(request) else "?",
        "next": asked(request, after=found.next) if found.next else "",
        "first": asked(request, after=None) if "after" in request.GET else "",
        "replayable": bool(counts),
        "here_mailbox": request.GET.get("mailbox", ""),
    }


def _chips(request: StaffRequest, counts: Sequence[Count]) -> list[tuple[str, str, int, bool]]:
    """Address, mailbox, how many, whether it is the one shown."""
    here = mailbox(request)
    return [
        (f"?{urlencode({'mailbox': one.mailbox or NOWHERE})}", one.mailbox, one.total, one.mailbox == here)
        for one in counts
    ]


def _message(request: StaffRequest, seen: SeenMessage | None) -> dict[str, Any]:
    """The open message with what may be done with it."""
    if seen is None:
        return {"chosen": None}
    actor = request.actor
    desk = mailboxes.directory()
    said, problem = _read(seen, desk)
    return {
        "chosen": seen,
        "said": said,
        "unreadable": problem,
        "groups": startable(actor),
        "boxes": sorted(desk.mailboxes) if operates(actor) else (),
        "may_route": operates(actor),
        "may_unspam": seen.reason == "spam",
        "may_block": actor.grants is None and may(actor, "block") and bool(seen.sender),
    }


def _read(seen: SeenMessage, desk: mailboxes.Directory) -> tuple[Shown | None, str]:
    try:
        return shown(seen, desk), ""
    except Conflict as gone:
        return None, errors.sentence(gone)
