"""Mailboxes: how they connect, how they fare, their routes and rules; a test, and a mail to try (M-24, MAIL-142)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tramita.domain.errors import NotPermitted
from tramita.models import Mailbox
from tramita.queries import mailboxes as directories
from tramita.queries.alerts import alerts
from tramita.queries.mailboxes import get_box
from tramita.queries.shell import operates
from tramita.queries.startable import startable
from tramita.services import authorising, probes, replaying
from tramita.services import mailbox_settings as settings
from tramita.services.checking_mailboxes import check, proof
from tramita.web import inputs, mailbox_form
from tramita.web.access import StaffRequest, staff
from tramita.web.refusals import Refusal, Refusing, readers, refusal
from tramita.web.rendering import page
from tramita.web.shown_unhandled import people, reasons


@require_http_methods(["GET", "POST"])
@staff
def mailboxes(request: StaffRequest) -> HttpResponse:
    """All of them with how they fare, and a form for one more."""
    _permit(request)
    if request.method == "GET":
        return _all(request)
    try:
        address = settings.add_mailbox(inputs.text(request, "address"), by=request.actor, at=timezone.now())
    except Refusing as error:
        return _all(request, refusal("new", error, request.POST))
    messages.success(
        request, _("%(address)s is there. Now say how it connects and where its mail goes.") % {"address": address}
    )
    return redirect("mailbox", address)


def _all(request: StaffRequest, refused: Refusal | None = None) -> HttpResponse:
    rows = Mailbox.objects.filter(active=True).select_related("state").order_by("address")
    status = refused.status if refused else 200
    context = {"rows": rows, "alerts": alerts(request.actor), **readers(refused)}
    return page(request, "web/mail/mailboxes.html", "mailboxes", status=status, **context)


@require_http_methods(["GET", "POST"])
@staff
def mailbox(request: StaffRequest, address: str) -> HttpResponse:
    """One mailbox as a form; the same validation and publication as `apply`."""
    _permit(request)
    if request.method == "GET":
        return _one(request, address)
    try:
        edited = mailbox_form.read(request.POST, settings.current(address))
        settings.change(address, edited, by=request.actor, at=timezone.now())
    except Refusing as error:
        return _one(request, address, refusal("box", error, request.POST))
    messages.success(request, _("The mailbox is saved."))
    return redirect("mailbox", address)


@require_POST
@staff
def remove(request: StaffRequest, address: str) -> HttpResponse:
    """No longer used: deactivated, as when a file stops naming it."""
    settings.drop_mailbox(address, by=request.actor, at=timezone.now())
    messages.success(request, _("%(address)s is not used any more. Its mail is kept.") % {"address": address})
    return redirect("mailboxes")


@require_POST
@staff
def test(request: StaffRequest, address: str) -> HttpResponse:
    """MAIL-142: every step of the connection, and the fault by name."""
    _permit(request)
    return _one(request, address, findings=check(get_box(address), at=timezone.now()))


@require_POST
@staff
def prove(request: StaffRequest, address: str) -> HttpResponse:
    """MAIL-142: a worker sends a mail from the mailbox to itself; the page tells how it fares."""
    try:
        probes.order(address, by=request.actor, at=timezone.now())
    except Refusing as error:
        return _one(request, address, refusal("proof", error, request.POST))
    messages.success(request, _("The mail is being sent. Look at this page again in a minute."))
    return redirect("mailbox", address)


@require_POST
@staff
def try_out(request: StaffRequest, address: str) -> HttpResponse:
    """Paste a mail, see which route takes it; nothing is kept (UI: Routes)."""
    _permit(request)
    file = request.FILES.get("file")
    raw = (
        file.read(replaying.LONGEST_TRIED)
        if file
        else str(request.POST.get("raw", "")).encode()[: replaying.LONGEST_TRIED]
    )
    mail, rehearsal = replaying.try_out(raw, mailbox=address, by=request.actor, at=timezone.now())
    said = reasons(mail, address, directories.directory())
    tried = {"mail": mail, "to": people((*mail.to, *mail.cc)), "rehearsal": rehearsal, "reasons": said}
    return _one(request, address, tried=tried, pasted="" if file else request.POST.get("raw", ""))


def _one(request: StaffRequest, address: str, refused: Refusal | None = None, **context: Any) -> HttpResponse:
    tree, box = settings.current(address), get_box(address)
    filled = mailbox_form.filled(tree)
    rows = refused.typed.get("routes", "0") if refused else len(tree.get("routes", ()))
    plain = {"findings": None, "tried": None, "pasted": ""}
    return page(
        request,
        "web/mail/mailbox.html",
        "mailboxes",
        status=refused.status if refused else 200,
        first=next(iter(refused.faults), "") if refused else "",
        box=box,
        state=getattr(box, "state", None),
        fields=mailbox_form.FIELDS,
        outgoing=mailbox_form.OUTGOING,
        modes=mailbox_form.MODES,
        filled=filled,
        read=settings.digest(tree),
        rows=range(min(int(rows) if str(rows).isdecimal() else 0, mailbox_form.MOST_ROUTES) + 1),
        groups=startable(request.actor),
        alerts=[one for one in alerts(request.actor) if one.about.get("mailbox") == address],
        may_test="protocol" in box.settings,
        may_authorise=authorising.may_be_asked(box),
        probe=box.probe if hasattr(box, "probe") else None,
        proved=proof(box.probe) if hasattr(box, "probe") else (),
        **plain | context,
        **readers(refused),
    )


def _permit(request: StaffRequest) -> None:
    if not operates(request.actor):
        raise NotPermitted("Only those who configure the desk may do this.")
