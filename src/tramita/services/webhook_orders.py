"""What other systems are to be told, written from the ledger by a worker, after the commit (API-2, DESIGN decision 4).

The mark in `followers` moves in the transaction that orders: of two workers one takes a batch, and who is killed in
between begins it again. What is told is read there too: a later try tells the same.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from tramita.domain.due_dates import status
from tramita.domain.webhooks import COMMUNICATIONS, SAID, event_of
from tramita.models import Item, Webhook, WebhookDelivery
from tramita.models.leases import NEVER_LEASED
from tramita.queries.due_rules import installation_zone
from tramita.queries.events import Mark, between, newest
from tramita.queries.people import actors
from tramita.queries.rows import document, fetch, moment
from tramita.queries.visibility import may, sees
from tramita.queries.webhooks import standing
from tramita.services import sql
from tramita.services.clockwork import state_of
from tramita.services.followers import mark_of, moved, skip_to_now
from tramita.services.transactions import writing

NAME = "webhooks"
BATCH = 200  # entries
PATH = ("customer", "contract", "service")  # what a process lies under, by the words of its path


def follow(*, at: datetime) -> int:
    """Order what the next entries of the ledger tell; how many were read. Cost: one statement while nobody listens."""
    if not Webhook.objects.filter(active=True).exists() or newest() <= mark_of(NAME):
        return 0
    with writing():
        start, safe = mark_of(NAME), newest()
        rows = _entries(start, safe) if safe > start else []
        end = (int(rows[-1][0]), int(rows[-1][1])) if len(rows) == BATCH else max(safe, start)
        if end == start or not moved(NAME, start, end):
            return 0
        _order(rows, at=at)
    return len(rows)


def begin_now() -> None:
    """The first one that listens hears of what happens from now on. To be called within its transaction."""
    skip_to_now(NAME)


def row(
    webhook: Webhook, event: str, payload: Mapping[str, Any], item_id: int | None, *, at: datetime
) -> dict[str, Any]:
    """A delivery, to be written."""
    return {
        "webhook_id": webhook.pk,
        "item_id": item_id,
        "event": event,
        "name": f"msg_{uuid4().hex}",
        "payload": payload,
        "state": int(WebhookDelivery.State.PENDING),
        "status": None,
        "due_at": at,
        "created_at": at,
        "ended_at": None,
        "lease_until": NEVER_LEASED,
        "fence": 0,
        "tries": 0,
        "error": "",
    }


def _order(rows: Sequence[tuple[Any, ...]], *, at: datetime) -> None:
    told = [(one, event) for one in rows if (event := event_of(one[4], document(one[5])))]
    hooks = list(Webhook.objects.filter(active=True).order_by("pk"))
    if not told or not hooks:
        return
    who = {one.id: one for one in actors({hook.person_id for hook in hooks}) if may(one, "configure")}
    found = Item.objects.filter(pk__in={one[2] for one, _ in told}).select_related("process", "organisation", "parent")
    items, made = {one.pk: one for one in found}, []
    for (_, entry, item_id, written, type_, _data), event in told:
        if (item := items.get(item_id)) is None:  # erased meanwhile
            continue
        when = moment(written)
        payload = _payload(item, event, type_, int(entry), at=when)
        made += [
            row(hook, event, payload, item.pk, at=at)
            for hook in hooks
            if event in hook.events
            and hook.created_at <= when
            and hook.person_id in who
            and sees(who[hook.person_id], standing(item))
        ]
    for start in range(0, len(made), BATCH):
        sql.insert("webhook_deliveries", made[start : start + BATCH])


def _payload(item: Item, event: str, type_: str, entry: int, *, at: datetime) -> dict[str, Any]:
    """What is told: where the item stands, and no word of anybody's."""
    path = item.process.key.split("/") if item.process else []
    submitted = item.submitted_at is not None
    due = status(state_of(item), now=at, zone=installation_zone())
    data: dict[str, Any] = {
        "id": item.pk,
        "kind": item.kind.value,
        "reference": str(item.reference),
        "entry": entry,
        "change": type_,
        "version": item.version,
        "state": item.state.value,
        "title": item.title if submitted else "",
        "due_at": item.due_at.isoformat() if item.due_at and submitted else None,
        "due_status": due.value if submitted else "not_set",
        **{name: path[place] if place < len(path) else None for place, name in enumerate(PATH)},
        "process": item.process.key if item.process else None,
        "organisation": item.organisation.key if item.organisation else None,
    }
    if event == SAID:
        data["communication"] = COMMUNICATIONS[type_]
    return {"type": event, "timestamp": at.isoformat(), "data": data}


def _entries(start: Mark, end: Mark) -> list[tuple[Any, ...]]:
    transaction, place, places = between(start, end)
    return fetch(
        f"SELECT {transaction}, e.id, e.item_id, e.at, e.type, e.data FROM entries e "  # noqa: S608 - texts of ours
        f"WHERE {place} LIMIT {BATCH}",
        places,
    )
