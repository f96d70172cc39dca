"""Mail views: Inbox, Sent, Outbox, Scheduled, Blocked, Deleted (M-20, M-17, M-22, MAIL-113). A click opens the item."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tramita.domain.errors import NotFound
from tramita.models import BlockedAddress, Delivery, Message
from tramita.queries import mail_views
from tramita.queries.alerts import alerts
from tramita.queries.mail_views import Narrow, Page
from tramita.queries.visibility import may
from tramita.services import blocking, mailing, posting
from tramita.ui import errors
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.refusals import Refusal, Refusing, readers, refusal
from tramita.web.rendering import page, shell_for

LONGEST = 200  # characters of a search


@require_safe
@staff
def inbox(request: StaffRequest) -> HttpResponse:
    """What came in, with its item and outcome."""
    return _view(request, "inbox", mail_views.came_in(request.actor, _narrow(request)))


@require_safe
@staff
def sent(request: StaffRequest) -> HttpResponse:
    """What went out."""
    return _view(request, "sent", mail_views.sent(request.actor, _narrow(request)))


@require_safe
@staff
def outbox(request: StaffRequest) -> HttpResponse:
    """What waits to go out, and what will not by itself, with its reason (MAIL-113)."""
    found = mail_views.outbox(request.actor, _narrow(request), now=timezone.now())
    return _view(request, "outbox", found, may_decide=may(request.actor, "mail"))


@require_safe
@staff
def scheduled(request: StaffRequest) -> HttpResponse:
    """Who sends what when; until it is taken: send now, cancel (M-17)."""
    return _view(request, "scheduled", mail_views.scheduled(request.actor, _narrow(request), now=timezone.now()))


@require_safe
@staff
def deleted(request: StaffRequest) -> HttpResponse:
    """The deletion audit, read-only (M-22)."""
    found = mail_views.deleted(request.actor, _narrow(request))
    return _view(request, "deleted", found, may_read=request.actor.grants is None and may(request.actor, "audit"))


@require_http_methods(["GET", "POST"])
@staff
def blocked(request: StaffRequest) -> HttpResponse:
    """Blocked addresses and domains, with who and when (M-20)."""
    if request.method == "GET":
        return _blocked(request)
    address = inputs.text(request, "address")
    try:
        blocking.block(address, by=request.actor, at=timezone.now())
    except Refusing as error:
        return _blocked(request, refusal("block", error, request.POST))
    messages.success(request, _("Mail from %(address)s is ignored from now on.") % {"address": address})
    return redirect("mail-blocked")


@require_POST
@staff
def unblock(request: StaffRequest, number: int) -> HttpResponse:
    """M-20: its mail comes in again."""
    row = BlockedAddress.objects.filter(pk=number).first()
    if row is not None:
        blocking.unblock(row, by=request.actor)
        messages.success(request, _("Mail from %(address)s comes in again.") % {"address": row.address})
    return redirect("mail-blocked")


def _blocked(request: StaffRequest, refused: Refusal | None = None) -> HttpResponse:
    found = mail_views.blocked(request.actor, _narrow(request))
    may_block = request.actor.grants is None and may(request.actor, "block")
    status = refused.status if refused else 200
    return _view(request, "blocked", found, status=status, may_block=may_block, **readers(refused))


def _on_delivery(said: str, use_case: Callable[..., None]) -> Callable[..., HttpResponse]:
    """A view that does something with a mail that has not gone; who was slower than the worker is told."""

    @require_POST
    @staff
    def view(request: StaffRequest, number: int) -> HttpResponse:
        delivery = mail_views.get_delivery(request.actor, number)
        if delivery is None or delivery.message is None:
            raise NotFound("There is no such mail.")
        try:
            use_case(delivery.message, by=request.actor, at=timezone.now())
        except Refusing as error:
            messages.warning(request, errors.sentence(error))
        else:
            messages.success(request, _(said))
        held = request.POST.get("from") == "outbox"
        return redirect("mail-outbox" if held else "mail-scheduled")

    return view


def _send_now(message: Message, **how: Any) -> None:
    """A scheduled one before its time; one that was held is sent after all (Z-12, MAIL-116)."""
    held = message.deliveries.filter(kind="mail", state=Delivery.State.HELD).exists()
    (posting.resend if held else mailing.send_now)(message, **how)


def _cancel(message: Message, **how: Any) -> None:
    mailing.cancel(message, **how)


send_now = _on_delivery(gettext_noop("The mail is sent now."), _send_now)
cancel = _on_delivery(gettext_noop("The mail was cancelled."), _cancel)
resend = _on_delivery(gettext_noop("The mail is sent again."), posting.resend)
arrived = _on_delivery(gettext_noop("The mail counts as sent."), posting.settle_as_sent)
give_up = _on_delivery(gettext_noop("The mail is not sent any more."), posting.give_up)


def _narrow(request: StaffRequest) -> Narrow:
    before = request.GET.get("after", "")
    return Narrow(
        mailbox=request.GET.get("mailbox", ""),
        words=request.GET.get("q", "").strip()[:LONGEST],
        before=int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None,
    )


def _view(request: StaffRequest, name: str, found: Page, *, status: int = 200, **context: Any) -> HttpResponse:
    """Cost: six statements, session and person included; one more where alerts are to be told."""
    narrow = _narrow(request)
    shell = shell_for(request, timezone.now())
    asked = {key: value for key, value in (("mailbox", narrow.mailbox), ("q", narrow.words)) if value}
    return page(
        request,
        f"web/mail/{name}.html",
        "mail",
        status=status,
        shell=shell,
        view=f"mail-{name}",
        rows=found.rows,
        narrow=narrow,
        boxes=[] if name == "blocked" else mail_views.mailboxes(request.actor),
        alerts=alerts(request.actor) if shell.alerts else [],
        searched=mail_views.SEARCHED,
        next=f"{request.path}?{urlencode({**asked, 'after': found.next})}" if found.next else "",
        first=f"{request.path}?{urlencode(asked)}" if narrow.before is not None else "",
        **context,
    )
