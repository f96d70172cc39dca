"""Contacts: all of them, one with what they have to do with, and the form that keeps them (CT-7)."""

from typing import Any
from urllib.parse import urlencode
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tramita.domain.errors import NotPermitted
from tramita.models import Person
from tramita.queries import contacts, contracted, definitions
from tramita.queries.approvals import asked_of
from tramita.queries.contact_hours import works_again
from tramita.queries.contacts import Contact, Part
from tramita.queries.desk_choices import Choices, choices
from tramita.queries.trash import may_restore
from tramita.services import desk_settings, directory, importing_contacts
from tramita.services.directory import Card
from tramita.services.field_words import said_fields
from tramita.ui import labels
from tramita.ui.worklist import USUAL, Group, Head, Line
from tramita.web import desk_form, inputs, shown_desk, shown_list
from tramita.web.access import StaffRequest, staff
from tramita.web.refusals import Refusal, Refusing, readers, refusal
from tramita.web.rendering import page

LONGEST = 200  # characters of a search
MOST_APPROVALS = 10


@require_safe
@staff
def all_contacts(request: StaffRequest) -> HttpResponse:
    """Found by words, narrowed to an organisation, fifty a page. Cost: two statements."""
    typed, company = request.GET.get("q", "").strip()[:LONGEST], request.GET.get("organisation", "")
    before = inputs.after(request)
    found = contacts.listed(request.actor, typed=typed, organisation=company, before=before)
    asked = {name: value for name, value in (("q", typed), ("organisation", company)) if value}
    return page(
        request,
        "web/contacts/list.html",
        "contacts",
        rows=found.rows,
        typed=typed,
        company=company,
        companies=contacts.organisations(request.actor),
        may_add=directory.may_add(request.actor),
        reads_hours=contracted.may_read(request.actor),
        may_import=importing_contacts.may_import(request.actor),
        first=f"{request.path}?{urlencode(asked)}" if before else "",
        next=f"{request.path}?{urlencode({**asked, 'after': found.next})}" if found.next else "",
    )


@require_safe
@staff
def contact(request: StaffRequest, number: int) -> HttpResponse:
    """Who they are, and what they have to do with. Cost: at most six statements."""
    actor, now, before = request.actor, timezone.now(), inputs.after(request)
    found = contacts.get_visible(actor, number)
    activity = contacts.activity(actor, number, before=before)
    rows = shown_list.lines([part.row for part in activity.parts], now)
    lines = [_tagged(line, part) for line, part in zip(rows, activity.parts, strict=True)]
    return page(
        request,
        "web/contacts/contact.html",
        "contacts",
        contact=found,
        properties=list(said_fields(found.properties)),
        may_change=contacts.may_change(actor, found),
        may_delete=found.asks and may_restore(actor),
        mails=contacts.mails(actor, found),
        approvals=asked_of(found, actor, limit=MOST_APPROVALS, at=now),
        default_zone=settings.TIME_ZONE,
        works_again=works_again(found.calendar, at=now),
        groups=[Group(lines=lines)] if lines else [],
        heads=[Head(name) for name in USUAL],
        first=request.path if before else "",
        next=f"{request.path}?after={activity.next}" if activity.next else "",
    )


def _tagged(line: Line, part: Part) -> Line:
    """What they are to the item, unless they are simply who asks."""
    apart = [one for one in part.tags if one != "original_requester"] or part.tags
    if line.problem or "requester" in apart:
        return line
    return line._replace(tag=", ".join(labels.word("contact", one) for one in apart))


@require_http_methods(["GET", "POST"])
@staff
def new(request: StaffRequest) -> HttpResponse:
    """Somebody who has not written yet."""
    if not directory.may_add(request.actor):
        raise NotPermitted("You may not keep contacts.")
    blank = Card("", "", organisation=request.GET.get("organisation", ""))
    if request.method == "GET":
        return _form(request, blank)
    try:
        made = directory.add_contact(_card(request), by=request.actor, at=timezone.now())
    except Refusing as error:
        return _form(request, blank, refused=refusal("contact", error, request.POST))
    messages.success(request, _("The contact is saved."))
    return redirect("contact", made.pk)


@require_http_methods(["GET", "POST"])
@staff
def edit(request: StaffRequest, number: int) -> HttpResponse:
    """The same form, of somebody who is known."""
    found = contacts.get_visible(request.actor, number)
    if not contacts.may_change(request.actor, found):
        raise NotPermitted("You may not change this contact.")
    if request.method == "GET":
        return _form(request, _kept(number), found)
    try:
        read = inputs.text(request, "read")
        directory.change_contact(number, _card(request, _kept(number)), read=read, by=request.actor)
    except Refusing as error:
        return _form(request, _kept(number), found, refused=refusal("contact", error, request.POST))
    messages.success(request, _("The contact is saved."))
    return redirect("contact", number)


def _kept(number: int) -> Card:
    return directory.card_of(Person.objects.select_related("organisation").get(pk=number))


def _card(request: StaffRequest, kept: Card | None = None) -> Card:
    """What was typed. Properties that nobody declares any more stay; who may not appoint managers sends no box."""
    asked = ("name", "email", "organisation", "language", "time_zone", "calendar")
    texts = {name: inputs.text(request, name) for name in asked}
    appoints = directory.may_appoint(request.actor)
    manager = inputs.flag(request, "manager") if appoints else bool(kept and kept.manager)
    sees = inputs.flag(request, "sees_organisation") if appoints else bool(kept and kept.sees_organisation)
    texts["due"] = inputs.text(request, "due") if appoints else kept.due if kept else ""
    asked_besides = desk_settings.properties_asked("contacts", get_language() or "en")
    said = desk_form.gather(asked_besides, desk_form.sent(request.POST)).get("properties", {})
    known = asked_besides.keys[0].inner.names if asked_besides.keys and asked_besides.keys[0].inner else frozenset()
    rest = {name: value for name, value in (kept.properties if kept else {}).items() if name not in known}
    active = inputs.flag(request, "active")
    return Card(**texts, active=active, manager=manager, sees_organisation=sees, properties=rest | said)


def _with(offered: Choices, chosen: str) -> Choices:
    """What is chosen is among it, in use or not."""
    return offered if not chosen or chosen in dict(offered) else [*offered, (chosen, chosen)]


def _form(
    request: StaffRequest, card: Card, found: Contact | None = None, *, refused: Refusal | None = None
) -> HttpResponse:
    companies = dict(contacts.organisations(request.actor, "work"))
    if found and found.organisation:
        companies.setdefault(found.organisation, found.company)
    context: dict[str, Any] = {"contact": found, "card": card, "read": card.digest, **readers(refused)}
    asked = desk_settings.properties_asked("contacts", get_language() or "en")
    filled = desk_form.sent(request.POST) if refused else desk_form.spread(asked, {"properties": card.properties})
    context |= {"fields": asked.keys, "pairs_of": shown_desk.offered(filled)} | desk_form.inputs_of(filled)
    return page(
        request,
        "web/contacts/form.html",
        "contacts",
        status=refused.status if refused else 200,
        fault_first=next(iter(refused.faults), "") if refused else "",
        companies=list(companies.items()),
        panel="contact",
        sort="contacts",
        above={},
        may_appoint=directory.may_appoint(request.actor),
        calendars=_with(choices("calendar"), card.calendar),
        promises=_with(definitions.promises(), card.due),
        needs_company=request.actor.grants is not None,
        zones=sorted(available_timezones()),
        default_zone=settings.TIME_ZONE,
        **context,
    )
