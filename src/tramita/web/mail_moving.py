"""A mail that lies on the wrong item: taken to another, or made an item of its own (MAIL-78, M-25)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tramita.domain.errors import Invalid, NotFound
from tramita.models import Item, Message
from tramita.queries import definitions
from tramita.queries.items import get_visible
from tramita.queries.mails import mail_on
from tramita.services import moving_mail
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.moves import item_address
from tramita.web.refusals import Refusal, Refusing, readers, refusal
from tramita.web.rendering import page


@require_safe
@staff
def show(request: StaffRequest, reference: str, mail: int) -> HttpResponse:
    """The two ways out, each a form."""
    return _page(request, reference, mail)


@require_POST
@staff
def move(request: StaffRequest, reference: str, mail: int) -> HttpResponse:
    """MAIL-78: by the reference of the item that it belongs to."""

    def use_case(message: Message) -> Item:
        target = _target(request, inputs.text(request, "to"))
        moving_mail.move(message, to=target, by=request.actor, at=timezone.now())
        return target

    return _done(request, reference, mail, "move", use_case, _("The mail is on %s now"))


@require_POST
@staff
def create(request: StaffRequest, reference: str, mail: int) -> HttpResponse:
    """M-25: by the category or Case type of the new item."""

    def use_case(message: Message) -> Item:
        kind, _colon, path = inputs.text(request, "process").partition(":")
        given = {kind: path} if kind in ("category", "case_type") else {}
        return moving_mail.start_item(message, **given, by=request.actor, at=timezone.now())

    return _done(request, reference, mail, "create", use_case, _("%s is started from the mail"))


def _target(request: StaffRequest, reference: str) -> Item:
    try:
        return get_visible(request.actor, reference)
    except NotFound as missing:
        raise Invalid.one("to", "unknown", str(missing)) from missing


def _done(
    request: StaffRequest,
    reference: str,
    mail: int,
    panel: str,
    use_case: Callable[[Message], Item],
    sentence: str,
) -> HttpResponse:
    message = mail_on(get_visible(request.actor, reference), mail)
    try:
        item = use_case(message)
    except Refusing as error:
        return _page(request, reference, mail, refusal(panel, error, request.POST))
    before, _mark, after = sentence.partition("%s")
    link = format_html('<a href="{}">{}</a>', item_address(item.reference), item.reference)
    messages.success(request, format_html("{}{}{}", before, link, after))
    return redirect("item", reference)


def _page(request: StaffRequest, reference: str, mail: int, refused: Refusal | None = None) -> HttpResponse:
    item = get_visible(request.actor, reference)
    message = mail_on(item, mail)
    processes = [(f"category:{one.path}", one.title or one.path) for one in definitions.categories_for(request.actor)]
    processes += [(f"case_type:{one.path}", one.title or one.path) for one in definitions.case_types_for(request.actor)]
    status = refused.status if refused else 200
    shown: dict[str, Any] = {
        "item": item,
        "mail": message,
        "processes": processes,
        "words": message.reply_text or message.text,
    }
    return page(request, "web/mail_moving.html", "item", status=status, **shown, **readers(refused))
