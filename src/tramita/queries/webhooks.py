"""Who listens on which address, how each fares, and what each was told (API-2)."""

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from tramita.domain.actors import Actor
from tramita.models import Item, Webhook, WebhookDelivery
from tramita.queries.visibility import Standing, may, visible_to

PENDING = WebhookDelivery.State.PENDING


def standing(item: Item) -> Standing:
    """What decides whether somebody hears of it."""
    gone, path = item.discarded_at is not None, item.process.key if item.process else None
    return Standing(
        item.state.number, item.creator_id, item.assignee_id, gone, path, owner_id=item.owner_id, queue_id=item.queue_id
    )


def listed(actor: Actor, *, after: int, limit: int) -> tuple[list[Webhook], int | None]:
    """Theirs, for administrators all, as they came to be. Cost: one statement."""
    theirs = Q() if may(actor, "manage_users") else Q(person_id=actor.id)
    rows = list(Webhook.objects.filter(theirs, pk__gt=after).select_related("person").order_by("pk")[: limit + 1])
    return rows[:limit], rows[limit - 1].pk if len(rows) > limit else None


def waiting(hooks: Iterable[Webhook]) -> dict[int, int]:
    """How much each is to be told still; none is left out. Cost: one statement, over what waits."""
    numbers = [one.pk for one in hooks]
    rows = WebhookDelivery.objects.filter(state=PENDING, webhook_id__in=numbers).values_list("webhook_id")
    return dict.fromkeys(numbers, 0) | dict(rows.annotate(Count("pk")).order_by())


def log(hook: Webhook, actor: Actor) -> "QuerySet[WebhookDelivery]":
    """What it was told and is to be told, as far as this actor sees the items now: a title stands in it."""
    seen = Q(item=None) | visible_to(actor, through="item")
    return hook.deliveries.filter(seen).select_related("item__parent")


def told(
    hook: Webhook, actor: Actor, *, before: int, limit: int, state: WebhookDelivery.State | None = None
) -> tuple[list[WebhookDelivery], int | None]:
    """That, the newest first; `before` 0: from the newest on. Cost: one statement."""
    rows = log(hook, actor).order_by("-pk")
    if state is not None:
        rows = rows.filter(state=state)
    found = list((rows.filter(pk__lt=before) if before else rows)[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None
