"""Other systems are told: at least once, in order for each item, tried for three days (API-2).

The next thing about an item waits until the one before it was taken or is given up. Several systems are asked at a
time, and those where nothing was taken lately apart from the others, for one that is slow or away must not hold what
is well; nothing is held while they answer.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic

from django.conf import settings

from tramita.domain.actors import Actor
from tramita.domain.webhooks import EVENTS, LONGEST_ERROR, MOST_ANSWERS, TEST, Answer, Why, answered, signed, wait_after
from tramita.gateways.calling import CallFault, call
from tramita.models import Webhook, WebhookDelivery
from tramita.queries.people import actors
from tramita.queries.visibility import may, sees
from tramita.queries.webhooks import standing
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
_FAIL = "IN (SELECT id FROM webhooks WHERE failing_since IS NOT NULL) "
WELL = replace(HOOKS, waiting=f"{HOOKS.waiting}AND webhook_id NOT {_FAIL}")
FAILING = replace(HOOKS, waiting=f"{HOOKS.waiting}AND webhook_id {_FAIL}")
BATCH, AT_ONCE = 24, 8  # within one lease, however slow they are
PATIENCE = 10.0  # seconds for one answer
OFF = Answer(Why.OFF, error="it is switched off")
NOT_ALLOWED = Answer(Why.NOT_ALLOWED, error="nobody may hear this any more")


@dataclass(frozen=True, slots=True)
class _Outgoing:
    delivery: Claimed
    row: WebhookDelivery

    @property
    def hook(self) -> Webhook:
        return self.row.webhook


def call_due(*, at: datetime, failing: bool = False) -> int:
    """Tell one batch, to those who are well or to those who are not; how many."""
    due = claim(FAILING if failing else WELL, (*EVENTS, TEST), at=at, limit=BATCH)
    _tell(due, at=at)
    return len(due)


def tell_now(row: WebhookDelivery, *, at: datetime) -> None:
    """This one, at once, unless a worker has it already. It asks the other system: not within a transaction."""
    _tell(claim(replace(HOOKS, waiting=f"AND state = 0 AND id = {row.pk:d} "), (row.event,), at=at, limit=1), at=at)


def secrets_of(hook: Webhook, *, at: datetime) -> list[str]:
    """What signs: its secret, and those before it, each for a day."""
    kept = [hook.secret, *(sealed for sealed, until in hook.old_secrets if at < datetime.fromisoformat(until))]
    return [secret for one in kept if (secret := unseal(one))]


def _tell(due: Sequence[Claimed], *, at: datetime) -> None:
    if not due:
        return
    rows = WebhookDelivery.objects.select_related("webhook", "item__process").in_bulk([one.id for one in due])
    who = {one.id: one for one in actors({row.webhook.person_id for row in rows.values()})}
    outgoing = []
    for delivery in due:
        row = rows.get(delivery.id)
        if row is None:  # its webhook was taken away meanwhile
            continue
        one = _Outgoing(delivery, row)
        if row.webhook.active and _hears(who.get(row.webhook.person_id), row):
            outgoing.append(one)
            continue
        _settle(one, NOT_ALLOWED if row.webhook.active else OFF, at=at)
    answers = _answers(outgoing, at=at)
    _note_health(zip((one.hook.pk for one in outgoing), answers, strict=True), at=at)
    for one, answer in zip(outgoing, answers, strict=True):
        _settle(one, answer, at=at)


def _hears(person: Actor | None, row: WebhookDelivery) -> bool:
    """Whether whose it is may know of the item still: rights are lost while something waits, and before it is told
    again."""
    if person is None or not may(person, "configure"):
        return False
    return row.item is None or sees(person, standing(row.item))


def _answers(outgoing: Sequence[_Outgoing], *, at: datetime) -> list[Answer]:
    """Of each, in order. No statement is asked here: the threads have no database."""
    if not outgoing:
        return []
    networks = settings.TRAMITA_WEBHOOK_ALLOW

    def tell(one: _Outgoing) -> Answer:
        body = json.dumps(one.delivery.payload, ensure_ascii=False, separators=(",", ":"))
        keys = secrets_of(one.hook, at=at)
        if not keys:
            return Answer(Why.UNSEALED, error="its secret cannot be read; make a new one")
        headers: Mapping[str, str] = {"Content-Type": "application/json", **signed(one.row.name, body, keys, at=at)}
        begun = monotonic()
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
            return Answer(Why(fault.kind), error=str(fault), milliseconds=_since(begun))
        return answered(answer.status, answer.text, milliseconds=_since(begun))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(tell, outgoing))


def _since(begun: float) -> int:
    return round((monotonic() - begun) * 1000)


def _note_health(answers: Iterable[tuple[int, Answer]], *, at: datetime) -> None:
    """How each fares: what was taken says more than what was not. Cost: a statement for each."""
    told: dict[int, bool] = {}
    for hook, answer in answers:
        told[hook] = told.get(hook, False) or answer.taken
    with writing():
        for hook, taken in sorted(told.items()):
            rows = Webhook.objects.filter(pk=hook)
            if taken:
                rows.update(taken_at=at, failing_since=None)
            else:
                rows.filter(failing_since=None).update(failing_since=at)


def _settle(one: _Outgoing, answer: Answer, *, at: datetime) -> None:
    """What becomes of it: it is done, it waits for another try, or it is given up."""
    answers = [*(one.row.answers or []), answer.to_json(at)][-MOST_ANSWERS:]
    told = {
        "status": answer.status,
        "error": answer.error[:LONGEST_ERROR],
        "answers": answers,
        "lease_until": at,
    }
    over = answer.why in (Why.GONE, Why.OFF, Why.NOT_ALLOWED) or one.delivery.kind == TEST
    wait = None if answer.taken or over else wait_after(one.delivery.tries)
    with writing():
        if answer.why is Why.GONE:
            Webhook.objects.filter(pk=one.hook.pk).update(active=False)
        if wait is not None:
            update(HOOKS, one.delivery, **told, due_at=at + wait)
        else:
            state = WebhookDelivery.State.DONE if answer.taken else WebhookDelivery.State.FAILED
            update(HOOKS, one.delivery, **told, state=int(state), ended_at=at)
