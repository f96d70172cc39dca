"""Webhooks: other systems are told of what happens (API-2); how they check who speaks, see docs/api/webhooks.md."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from tramita.api.auth import caller
from tramita.api.paging import Paging, cursor_for, position_of
from tramita.api.schemas.webhooks import (
    ReplayIn,
    ReplayOut,
    SecretOut,
    ToldFilter,
    ToldOut,
    ToldPage,
    WebhookChange,
    WebhookIn,
    WebhookMade,
    WebhookOut,
    WebhookPage,
)
from tramita.domain.webhooks import BOTH
from tramita.models import Webhook, WebhookDelivery
from tramita.queries import webhooks as queries
from tramita.services import webhooks

router = Router(tags=["Webhooks"])


@router.post("/webhooks", response={201: WebhookMade}, operation_id="make_webhook")
def make_webhook(request: HttpRequest, wanted: WebhookIn) -> Status[WebhookMade]:
    """Be told at an address of yours of what you may see. The answer has the secret, this once."""
    by, at = caller(request), timezone.now()
    hook, secret = webhooks.subscribe(wanted.url, wanted.events, description=wanted.description, by=by, at=at)
    return Status(201, WebhookMade.model_validate(_facts(hook, 0) | {"secret": secret}))


@router.get("/webhooks", response=WebhookPage, operation_id="list_webhooks")
def list_webhooks(request: HttpRequest, wanted: Query[Paging]) -> WebhookPage:
    """Yours; administrators read all."""
    by = webhooks.allowed(caller(request))
    rows, last = queries.listed(by, after=position_of(wanted.cursor), limit=wanted.limit)
    return WebhookPage.model_validate({"results": _all(rows), "next": cursor_for(last)})


@router.get("/webhooks/{int:number}", response=WebhookOut, operation_id="read_webhook")
def read_webhook(request: HttpRequest, number: int) -> WebhookOut:
    """One of them, without its secret."""
    return WebhookOut.model_validate(_all([webhooks.own(number, by=caller(request))])[0])


@router.patch("/webhooks/{int:number}", response=WebhookOut, operation_id="change_webhook")
def change_webhook(request: HttpRequest, number: int, wanted: WebhookChange) -> WebhookOut:
    """Another address, other events; off and on again."""
    hook = webhooks.change(
        number,
        url=wanted.url,
        events=wanted.events,
        description=wanted.description,
        active=wanted.active,
        by=caller(request),
        at=timezone.now(),
    )
    return WebhookOut.model_validate(_all([hook])[0])


@router.delete("/webhooks/{int:number}", response={204: None}, operation_id="remove_webhook")
def remove_webhook(request: HttpRequest, number: int) -> Status[None]:
    """It hears nothing more, and its log goes."""
    webhooks.remove(number, by=caller(request), at=timezone.now())
    return Status(204, None)


@router.post("/webhooks/{int:number}/secret", response=SecretOut, operation_id="renew_webhook_secret")
def renew_secret(request: HttpRequest, number: int) -> SecretOut:
    """A new secret; for a day those before it sign too."""
    at = timezone.now()
    return SecretOut(secret=webhooks.rotate(number, by=caller(request), at=at), both_until=at + BOTH)


@router.post("/webhooks/{int:number}/test", response={202: ToldOut}, operation_id="try_webhook")
def try_webhook(request: HttpRequest, number: int) -> Status[ToldOut]:
    """Have an event `test` sent, once; its log says what was answered."""
    return Status(202, _told(webhooks.try_out(number, by=caller(request), at=timezone.now())))


@router.get("/webhooks/{int:number}/deliveries", response=ToldPage, operation_id="list_webhook_deliveries")
def list_deliveries(request: HttpRequest, number: int, wanted: Query[ToldFilter]) -> ToldPage:
    """What it was told in the last thirty days, and what waits; the newest first."""
    by = caller(request)
    hook = webhooks.own(number, by=by)
    state = WebhookDelivery.State[wanted.state.upper()] if wanted.state else None
    rows, last = queries.told(hook, by, before=position_of(wanted.cursor), limit=wanted.limit, state=state)
    return ToldPage.model_validate({"results": [_told(one) for one in rows], "next": cursor_for(last)})


@router.get("/webhooks/{int:number}/deliveries/{int:delivery}", response=ToldOut, operation_id="read_webhook_delivery")
def read_delivery(request: HttpRequest, number: int, delivery: int) -> ToldOut:
    """One thing that it was told, with the answer of each try."""
    return _told(webhooks.one_told(number, delivery, by=caller(request)))


@router.post("/webhooks/{int:number}/replay", response={202: ReplayOut}, operation_id="replay_webhook")
def replay_span(request: HttpRequest, number: int, wanted: ReplayIn) -> Status[ReplayOut]:
    """Tell again what happened in a span of the log, each under its `webhook-id`, in order for each item."""
    count = webhooks.replay_span(
        number,
        since=wanted.since,
        until=wanted.until,
        failed_only=wanted.state == "failed",
        by=caller(request),
        at=timezone.now(),
    )
    return Status(202, ReplayOut(count=count))


@router.post(
    "/webhooks/{int:number}/deliveries/{int:delivery}/replay",
    response={202: ToldOut},
    operation_id="replay_webhook_delivery",
)
def replay(request: HttpRequest, number: int, delivery: int) -> Status[ToldOut]:
    """Tell it again, under the same `webhook-id`. One that waits stays as it is."""
    return Status(202, _told(webhooks.replay(number, delivery, by=caller(request), at=timezone.now())))


def _all(hooks: Sequence[Webhook]) -> list[dict[str, object]]:
    waits = queries.waiting(hooks)
    return [_facts(one, waits[one.pk]) for one in hooks]


def _facts(hook: Webhook, waiting: int) -> dict[str, object]:
    return {
        "id": hook.pk,
        "url": hook.url,
        "events": hook.events,
        "description": hook.description,
        "active": hook.active,
        "created_at": hook.created_at,
        "taken_at": hook.taken_at,
        "failing_since": hook.failing_since,
        "waiting": waiting,
    }


def _told(one: WebhookDelivery) -> ToldOut:
    pending = one.state == WebhookDelivery.State.PENDING
    return ToldOut(
        id=one.pk,
        webhook_id=one.name,
        event=one.event,
        item=str(one.item.reference) if one.item else None,
        state=WebhookDelivery.State(one.state).name.lower(),
        tries=one.tries,
        status=one.status,
        error=one.error,
        created_at=one.created_at,
        next_at=one.due_at if pending else None,
        ended_at=one.ended_at,
        answers=one.answers or [],
        payload=one.payload,
    )
