"""Other systems are told: at least once, in order for each item, tried for three days (API-2).

The next thing about an item waits until the one before it was taken or is given up. Several systems are asked at a
time, for one that is slow must not hold the others; nothing is held while they answer.
"""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from tramita.domain.webhooks import EVENTS, TEST, signed, wait_after
from tramita.gateways.calling import CallFault, call
from tramita.models import Webhook, WebhookDelivery
from tramita.queries.people import actors
from tramita.queries.visibility import may
from tramita.services.claiming import Claimed, Table, claim, update
from tramita.services.sealing import unseal
from tramita.services.transactions import writing

# in order: only the oldest of an item, for each of those who listen
HOOKS = Table(
    "webhook_deliveries",
    "due_at",
    "event",
    "AND state = 0 AND NOT EXISTS (SELECT 1 FROM webhook_deliveries o WHERE o.state = 0 "
    "AND o.webhook_id = webhook_deliveries.webhook_id AND o.item_id = webhook_deliveries.item_id "
    "AND o.id < webhook_deliveries.id) ",
)
BATCH, AT_ONCE = 24, 8  # within one lease, however slow they are
PATIENCE = 10.0  # seconds for one answer
GONE = 410  # it wants to hear nothing more
LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True)
class _Outgoing:
    delivery: Claimed
    hook: Webhook
    name: str


@dataclass(frozen=True, slots=True)
class _Answer:
    """What became of a try: the status that was answered, or why there is none."""

    status: int | None
    error: str = ""


def call_due(*, at: datetime) -> int:
    """Tell one batch; how many."""
    due = claim(HOOKS, (*EVENTS, TEST), at=at, limit=BATCH)
    if not due:
        return 0
    rows = WebhookDelivery.objects.select_related("webhook").in_bulk([one.id for one in due])
    allowed = {one.id for one in actors({row.webhook.person_id for row in rows.values()}) if may(one, "configure")}
    outgoing = []
    for delivery in due:
        row = rows.get(delivery.id)
        if row is None:  # its webhook was taken away meanwhile
            continue
        if row.webhook.active and row.webhook.person_id in allowed:
            outgoing.append(_Outgoing(delivery, row.webhook, row.name))
        else:
            _end(delivery, WebhookDelivery.State.FAILED, _Answer(None, "nobody may hear this any more"), at=at)
    for one, answer in zip(outgoing, _answers(outgoing, at=at), strict=True):
        _settle(one, answer, at=at)
    return len(due)


def _answers(outgoing: Sequence[_Outgoing], *, at: datetime) -> list[_Answer]:
    """Of each, in order. No statement is asked here: the threads have no database."""
    if not outgoing:
        return []
    networks = settings.TRAMITA_WEBHOOK_ALLOW

    def tell(one: _Outgoing) -> _Answer:
        body = json.dumps(one.delivery.payload, ensure_ascii=False, separators=(",", ":"))
        keys = secrets_of(one.hook, at=at)
        if not keys:
            return _Answer(None, "its secret cannot be read; make a new one")
        headers: Mapping[str, str] = {"Content-Type": "application/json", **signed(one.name, body, keys, at=at)}
        try:
            answer = call(
                "POST",
                one.hook.url,
                headers=headers,
                body=body.encode(),
                patience=PATIENCE,
                inside=networks,
                named_by="TRAMITA_WEBHOOK_ALLOW",
            )
        except CallFault as fault:
            return _Answer(None, str(fault))
        return _Answer(answer.status)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(tell, outgoing))


def secrets_of(hook: Webhook, *, at: datetime) -> list[str]:
    """What signs: its secret, and for a day the one before."""
    kept = [hook.secret] + ([hook.old_secret] if hook.old_until is not None and at < hook.old_until else [])
    return [secret for one in kept if (secret := unseal(one))]


def _settle(one: _Outgoing, answer: _Answer, *, at: datetime) -> None:
    hooks = Webhook.objects.filter(pk=one.hook.pk)
    if answer.status is not None and 200 <= answer.status < 300:
        _end(one.delivery, WebhookDelivery.State.DONE, answer, at=at)
        if one.hook.failing_since is not None:
            hooks.update(failing_since=None)
        return
    if one.hook.failing_since is None:
        hooks.filter(failing_since=None).update(failing_since=at)
    if answer.status == GONE:
        with writing():
            hooks.update(active=False)
            _end(one.delivery, WebhookDelivery.State.FAILED, _Answer(GONE, "it wants to hear nothing more"), at=at)
        return
    error = answer.error or f"it answers {answer.status}"
    wait = wait_after(one.delivery.tries) if one.delivery.kind != TEST else None
    if wait is None:
        _end(one.delivery, WebhookDelivery.State.FAILED, _Answer(answer.status, error), at=at)
        return
    with writing():
        update(HOOKS, one.delivery, due_at=at + wait, lease_until=at, status=answer.status, error=error[:LONGEST_ERROR])


def _end(delivery: Claimed, state: WebhookDelivery.State, answer: _Answer, *, at: datetime) -> None:
    with writing():
        update(
            HOOKS,
            delivery,
            state=int(state),
            status=answer.status,
            error=answer.error[:LONGEST_ERROR],
            lease_until=at,
            ended_at=at,
        )
