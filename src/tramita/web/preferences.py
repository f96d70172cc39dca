"""A person's own settings: language, time zone, look, signature, notifications (UI: their language; Z-13, N-1)."""

from datetime import date, time
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings as desk
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tramita.domain.errors import FieldError, Invalid
from tramita.domain.notices import USUAL, Channel, Tie, code
from tramita.models import NoticeSettings
from tramita.queries.notices import wishes
from tramita.queries.visibility import may
from tramita.services import notice_settings, preferences
from tramita.services.preferences import Chosen
from tramita.ui import errors, pushing
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.rendering import page

YEAR = 365 * 86_400
KEYS = "keys"  # this browser's keyboard shortcuts, on unless switched off (WCAG 2.1.4)


@require_http_methods(["GET", "POST"])
@staff
def settings(request: StaffRequest) -> HttpResponse:
    """The form; a wrong value is refused beside its field."""
    if request.method == "GET":
        return _form(request, {})
    theme = inputs.text(request, "theme")
    chosen = Chosen(
        language=inputs.text(request, "language"),
        time_zone=inputs.text(request, "time_zone"),
        theme="" if theme == "system" else theme,
        density=inputs.text(request, "density") or "dense",
        shows_time=inputs.flag(request, "time"),
    )
    if refused := _refused(request, chosen):
        return refused
    translation.activate(chosen.language or desk.LANGUAGE_CODE)
    messages.success(request, _("Your settings are saved."))
    response = redirect("settings")
    if inputs.flag(request, "keys"):
        response.delete_cookie(KEYS, samesite="Lax")
    else:
        response.set_cookie(KEYS, "off", max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    return response


@require_POST
@staff
def signature(request: StaffRequest) -> HttpResponse:
    """M-19a: what stands below one's mails, and whether."""
    signs = inputs.flag(request, "signs")
    if refused := _refused(request, Chosen(signature=str(request.POST.get("signature", "")), signs=signs)):
        return refused
    messages.success(request, _("Your settings are saved."))
    return redirect("settings")


@require_POST
@staff
def notifications(request: StaffRequest) -> HttpResponse:
    """N-1: what to hear of, and by which way; when it is to be quiet."""
    try:
        quiet = {name: _time(request, name) for name in ("quiet_from", "quiet_until")}
        notice_settings.choose(
            chosen={name: request.POST.getlist(name) for name in notice_settings.CHOICES},
            mails=inputs.flag(request, "mails"),
            by=request.actor,
            at=timezone.now(),
            **quiet,
        )
    except Invalid as refused:
        return _form(request, errors.by_field(refused))
    messages.success(request, _("Your settings are saved."))
    return redirect("settings")


def _time(request: StaffRequest, name: str) -> time | None:
    typed = inputs.text(request, name)
    if not typed:
        return None
    try:
        return time.fromisoformat(typed).replace(tzinfo=None)
    except ValueError:
        raise Invalid([FieldError(name, "invalid", "Give a time, such as 18:30.")]) from None


@require_safe
@staff
def shortcuts(request: StaffRequest) -> HttpResponse:
    """All keys on one page."""
    return page(request, "web/shortcuts.html", "shortcuts")


def _refused(request: StaffRequest, chosen: Chosen) -> HttpResponse | None:
    """The same form with what was typed, where something of it cannot be kept; else it is."""
    try:
        preferences.choose(request.person, chosen)
    except Invalid as refused:
        for name, value in chosen.columns.items():
            setattr(request.person, name, value)
        return _form(request, errors.by_field(refused))
    return None


def _form(request: StaffRequest, faults: dict[str, str]) -> HttpResponse:
    person = request.person
    zone = "" if "time_zone" in faults else person.time_zone
    away = {name: date.fromisoformat(person.absent[name]) for name in ("from", "to")} if person.absent else None
    chosen = NoticeSettings.objects.filter(person=person.pk).first() or NoticeSettings(person_id=person.pk)
    here = timezone.now().astimezone(ZoneInfo(zone or desk.TIME_ZONE))
    return page(
        request,
        "web/settings.html",
        "settings",
        status=422 if faults else 200,
        values=person,
        errors=faults,
        zones=sorted(available_timezones()),
        now=f"{here:%H:%M}",
        default_zone=desk.TIME_ZONE,
        keys=request.COOKIES.get(KEYS) != "off",
        notices=chosen,
        quiet={name: _typed_time(request, chosen, name) for name in ("quiet_from", "quiet_until")},
        choices=_choices(request, chosen) if "chosen" not in faults else [],
        channels=[channel.value for channel in Channel],
        push=pushing.switch(person),
        absent=away,
        may_hook=may(request.actor, "configure"),
    )


def _typed_time(request: StaffRequest, chosen: NoticeSettings, name: str) -> str:
    kept: time | None = getattr(chosen, name)
    return inputs.text(request, name) if name in request.POST else f"{kept:%H:%M}" if kept else ""


def _choices(request: StaffRequest, chosen: NoticeSettings) -> list[tuple[str, list[tuple[str, str, set[str]]]]]:
    """Each tie with its events: the name of the choice, and the ways that are ticked."""
    typed = request.POST if "quiet_from" in request.POST else None
    read = wishes(chosen)
    found: dict[Tie, list[tuple[str, str, set[str]]]] = {}
    for tie, event in USUAL:
        name, usual = code(tie, event), USUAL[tie, event]
        kept = {one.value for one in usual} if name not in read.chosen else set(read.chosen[name])
        found.setdefault(tie, []).append((name, event.value, set(typed.getlist(name)) if typed else kept))
    return [(tie.value, rows) for tie, rows in found.items()]
