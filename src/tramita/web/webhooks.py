"""Webhooks: who listens and how each fares; made, changed, tried out, told again; the log of what was answered (API-2).

A secret is kept in the session, sealed, between the form that makes it and the page that shows it, this once: to load
the page again makes no other.
"""

import json
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tramita.domain.errors import Conflict, TramitaError
from tramita.domain.webhooks import EVENTS, Why
from tramita.models import Webhook, WebhookDelivery
from tramita.queries import webhooks as told
from tramita.queries.visibility import may
from tramita.services import webhook_calls, webhooks
from tramita.services.sealing import seal, unseal
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.refusals import Refusal, Refusing, readers, refusal
from tramita.web.rendering import page

PAGE = 50
SECRET = "webhook_secret"  # noqa: S105 - the name of a place in the session
STATES = {one.name.lower(): one for one in WebhookDelivery.State}
TONES = {"pending": "", "done": "good", "failed": "bad"}


@require_safe
@staff
def overview(request: StaffRequest) -> HttpResponse:
    """All that this person may see, with how each fares. Cost: two statements."""
    webhooks.allowed(request.actor)
    rows, following = told.listed(request.actor, after=inputs.after(request) or 0, limit=PAGE)
    return page(
        request,
        "web/webhooks/list.html",
        "webhooks",
        rows=rows,
        waiting=told.waiting(rows),
        everybodys=may(request.actor, "manage_users"),
        first=request.path if "after" in request.GET else "",
        next=f"{request.path}?after={following}" if following else "",
    )


@require_http_methods(["GET", "POST"])
@staff
def make(request: StaffRequest) -> HttpResponse:
    """The form of a new one."""
    webhooks.allowed(request.actor)
    if request.method == "GET":
        return _form(request)
    try:
        hook, secret = webhooks.subscribe(
            inputs.text(request, "url"),
            request.POST.getlist("events"),
            description=inputs.text(request, "description"),
            by=request.actor,
            at=timezone.now(),
        )
    except Refusing as error:
        return _form(request, refused=refusal("webhook", error, request.POST))
    return _told_once(request, hook.pk, secret)


@require_http_methods(["GET", "POST"])
@staff
def change(request: StaffRequest, number: int) -> HttpResponse:
    """Another address, other events."""
    hook = webhooks.own(number, by=request.actor)
    if request.method == "GET":
        return _form(request, hook)
    try:
        webhooks.change(
            number,
            url=inputs.text(request, "url"),
            events=request.POST.getlist("events"),
            description=inputs.text(request, "description"),
            by=request.actor,
            at=timezone.now(),
        )
    except Refusing as error:
        return _form(request, hook, refusal("webhook", error, request.POST))
    messages.success(request, _("The webhook is saved."))
    return redirect("webhook", number)


@require_safe
@staff
def one(request: StaffRequest, number: int) -> HttpResponse:
    """How it fares, what can be done with it, and its log."""
    return _one(request, webhooks.own(number, by=request.actor))


@require_POST
@staff
def switch(request: StaffRequest, number: int) -> HttpResponse:
    """Off, or on again from now on."""
    on = inputs.flag(request, "on")
    webhooks.change(number, active=on, by=request.actor, at=timezone.now())
    messages.success(
        request, _("It hears of what happens from now on.") if on else _("It is switched off and hears nothing more.")
    )
    return redirect("webhook", number)


@require_POST
@staff
def renew(request: StaffRequest, number: int) -> HttpResponse:
    """A new secret, shown this once."""
    return _told_once(request, number, webhooks.rotate(number, by=request.actor, at=timezone.now()))


@require_POST
@staff
def test(request: StaffRequest, number: int) -> HttpResponse:
    """Something that nobody did, told at once; what it answers is said."""
    at = timezone.now()
    try:
        made = webhooks.try_out(number, by=request.actor, at=at)
    except Conflict as error:
        return _refused(request, number, error)
    webhook_calls.tell_now(made, at=at)
    answers = webhooks.one_told(number, made.pk, by=request.actor).answers or []
    if not answers:
        messages.info(request, _("The test is being sent. Its answer will stand in the log."))
    elif answers[-1]["outcome"] == Why.TAKEN:
        said = {"status": answers[-1]["status"], "milliseconds": answers[-1]["milliseconds"]}
        messages.success(request, _("It took the test and answered %(status)s in %(milliseconds)s ms.") % said)
    else:
        messages.error(request, _("The test was not taken. Its answer stands in the log."))
    return redirect("webhook", number)


@require_safe
@staff
def delivery(request: StaffRequest, number: int, delivery: int) -> HttpResponse:
    """What was told, word for word, and the answer of each try."""
    row = webhooks.one_told(number, delivery, by=request.actor)
    return page(
        request,
        "web/webhooks/delivery.html",
        "webhooks",
        hook=webhooks.own(number, by=request.actor),
        one=row,
        state=_state(row),
        tones=TONES,
        answers=[(datetime.fromisoformat(kept["at"]), kept) for kept in reversed(row.answers or [])],
        payload=json.dumps(row.payload, ensure_ascii=False, indent=2),
    )


@require_POST
@staff
def replay(request: StaffRequest, number: int, delivery: int) -> HttpResponse:
    """Tell it again."""
    try:
        webhooks.replay(number, delivery, by=request.actor, at=timezone.now())
    except Conflict as error:
        return _refused(request, number, error)
    messages.success(request, _("It is told again in a moment."))
    return redirect("webhook-delivery", number, delivery)


@require_POST
@staff
def replay_span(request: StaffRequest, number: int) -> HttpResponse:
    """Tell again what happened in a span of the log."""
    try:
        count = webhooks.replay_span(
            number,
            since=inputs.moment_of(request, "since"),
            until=inputs.moment(request, "until"),
            failed_only=not inputs.flag(request, "all"),
            by=request.actor,
            at=timezone.now(),
        )
    except Refusing as error:
        return _refused(request, number, error)
    said = ngettext("%(count)d thing is told again.", "%(count)d things are told again.", count)
    messages.success(request, said % {"count": count})
    return redirect("webhook", number)


@require_POST
@staff
def remove(request: StaffRequest, number: int) -> HttpResponse:
    """It and its log."""
    webhooks.remove(number, by=request.actor, at=timezone.now())
    messages.success(request, _("The webhook is deleted."))
    return redirect("webhooks")


def _form(request: StaffRequest, hook: Webhook | None = None, refused: Refusal | None = None) -> HttpResponse:
    kept = hook.events if hook is not None else EVENTS
    return page(
        request,
        "web/webhooks/form.html",
        "webhooks",
        status=refused.status if refused else 200,
        hook=hook,
        events=EVENTS,
        chosen=refused.typed.getlist("events") if refused else kept,
        **readers(refused),
    )


def _refused(request: StaffRequest, number: int, error: TramitaError) -> HttpResponse:
    return _one(request, webhooks.own(number, by=request.actor), refusal("replay", error, request.POST))


def _one(request: StaffRequest, hook: Webhook, refused: Refusal | None = None) -> HttpResponse:
    wanted = request.GET.get("state", "")
    wanted = wanted if wanted in STATES else ""
    rows, following = told.told(
        hook, request.actor, before=inputs.after(request) or 0, limit=PAGE, state=STATES.get(wanted)
    )
    here = f"{request.path}?{urlencode({'state': wanted})}" if wanted else request.path
    return page(
        request,
        "web/webhooks/one.html",
        "webhooks",
        status=refused.status if refused else 200,
        hook=hook,
        waiting=told.waiting([hook])[hook.pk],
        both_until=_both_until(hook),
        secret=_secret(request, hook.pk),
        rows=[(row, _state(row), _outcome(row)) for row in rows],
        states=list(STATES),
        state=wanted,
        tones=TONES,
        first=here if "after" in request.GET else "",
        next=f"{request.path}?{urlencode({'state': wanted, 'after': following})}" if following else "",
        **readers(refused),
    )


def _told_once(request: StaffRequest, number: int, secret: str) -> HttpResponse:
    request.session[SECRET] = [number, seal(secret)]
    return redirect("webhook", number)


def _secret(request: StaffRequest, number: int) -> str:
    """What was just made for this one, if it was; it is gone then."""
    kept = request.session.get(SECRET)
    if not kept or kept[0] != number:
        return ""
    del request.session[SECRET]
    return unseal(kept[1])


def _both_until(hook: Webhook) -> datetime | None:
    """Until when an older secret signs beside the newest."""
    ends = [datetime.fromisoformat(until) for _sealed, until in hook.old_secrets]
    return max((end for end in ends if end > timezone.now()), default=None)


def _state(row: WebhookDelivery) -> str:
    return WebhookDelivery.State(row.state).name.lower()


def _outcome(row: WebhookDelivery) -> str:
    """One word for the newest try."""
    return str(row.answers[-1]["outcome"]) if row.answers else ""
