"""Notes and replies: what is typed is kept first, then sent. A reply written before the newest message is held, and
the newer one shown (Z-2)."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tramita.domain.errors import NotFound
from tramita.models import Item, Message
from tramita.queries import definitions
from tramita.queries.items import get_visible
from tramita.services import composing, mailing
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.drafting import keep, written_note, written_reply
from tramita.web.item_page import item_page, reply_page
from tramita.web.moves import as_shown
from tramita.web.refusals import Refusing, refusal


@require_POST
@staff
def note(request: StaffRequest, reference: str) -> HttpResponse:
    """TL-1, R-6: stays in the house; adding to the conversation needs no unchanged item."""
    item, at = get_visible(request.actor, reference), timezone.now()
    text, resolution = written_note(request).text, inputs.flag(request, "resolution")
    try:
        keep(request, item, "note")
        composing.add_written_note(item, text, resolution=resolution, by=request.actor, at=at)
    except Refusing as error:
        return item_page(request, reference, refused=refusal("note", error, request.POST))
    return redirect("item", item.reference)


@require_http_methods(["GET", "POST"])
@staff
def reply(request: StaffRequest, reference: str) -> HttpResponse:
    """M-15, R-11: Send, Send and resolve, or Schedule. A GET is the composer in a window of its own."""
    if request.method == "GET":
        return reply_page(request, reference)
    item = get_visible(request.actor, reference)
    try:
        keep(request, item, "reply")
        item = get_visible(request.actor, reference)
        message = _sent(request, item)
    except Refusing as error:
        refused = refusal("reply", error, request.POST)
        return (reply_page if inputs.flag(request, "alone") else item_page)(request, reference, refused=refused)
    _say(request, item, message, scheduled=inputs.flag(request, "later"))
    return _back(request, item)


def _sent(request: StaffRequest, item: Item) -> Message:
    resolve = inputs.text(request, "resolve") or None
    if resolve:
        as_shown(item, request.POST.get("version", ""))
    if resolve and inputs.flag(request, "alone"):
        raise NotFound("There is no such button here.")  # the window of its own does not resolve
    written = written_reply(request)
    return composing.send_written(
        item,
        replace(written, based_on=inputs.number(request, "based_on")),
        meant=request.POST.getlist("meant"),
        send_at=inputs.moment_of(request, "send_at") if inputs.flag(request, "later") else None,
        resolve=resolve,
        by=request.actor,
        at=timezone.now(),
    )


def _say(request: StaffRequest, item: Item, message: Message, *, scheduled: bool) -> None:
    """That it goes, and for as long as it is held how to take it back (MAIL-115)."""
    hold = definitions.settings().undo_send
    if scheduled or not hold:
        messages.success(request, _("The mail is scheduled.") if scheduled else _("The mail is on its way."))
        return
    said = ngettext("The mail goes out in a second.", "The mail goes out in %(hold)s seconds.", hold) % {"hold": hold}
    messages.success(request, said, extra_tags=f"undo {reverse('take-back', args=[item.reference, message.pk])}")


@require_POST
@staff
def take_back(request: StaffRequest, reference: str, number: int) -> HttpResponse:
    """Undo, or Cancel of what is scheduled: the database says whether it was in time (MAIL-115, M-17)."""
    item = get_visible(request.actor, reference)
    try:
        done = composing.take_back(_message(item, number), by=request.actor, at=timezone.now())
    except Refusing as error:
        return item_page(request, reference, refused=refusal("mail", error, request.POST))
    messages.success(request, _undone(done))
    return _back(request, item)


def _undone(done: composing.TakenBack) -> str:
    if done.reopened:
        return _("The mail is taken back, and the item is To Do again.")
    if done.restored:
        return _("The mail is taken back. It is a draft again.")
    return _("The mail is taken back.")


@require_POST
@staff
def send_now(request: StaffRequest, reference: str, number: int) -> HttpResponse:
    """M-17: before its time, or after it was held (MAIL-116)."""
    item = get_visible(request.actor, reference)
    try:
        mailing.send_now(_message(item, number), by=request.actor, at=timezone.now())
    except Refusing as error:
        return item_page(request, reference, refused=refusal("mail", error, request.POST))
    messages.success(request, _("The mail is on its way."))
    return _back(request, item)


def _message(item: Item, number: int) -> Message:
    found = Message.objects.filter(pk=number, item=item, outgoing=True).first()
    if found is None:
        raise NotFound("There is no such mail.")
    found.item = item
    return found


def _back(request: StaffRequest, item: Item) -> HttpResponse:
    """To the conversation, or to the window that the mail was written in."""
    if inputs.flag(request, "alone"):
        return redirect("reply", item.reference)
    return redirect(f"{reverse('item', args=[item.reference])}?tab=comms")
