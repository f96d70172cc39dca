"""Who listens on which address, how each fares, and what each was told (API-2)."""

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from tramita.domain.actors import Actor
from tramita.models import Webhook, WebhookDelivery
from tramita.queries.visibility import may

PENDING = WebhookDelivery.State.PENDING


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


def told(
    hook: Webhook, *, before: int, limit: int, state: WebhookDelivery.State | None = None
) -> tuple[list[WebhookDelivery], int | None]:
    """What it was told and is to be told, the newest first; `before` 0: from the newest on. Cost: one statement."""
    rows: QuerySet[WebhookDelivery] = hook.deliveries.select_related("item__parent").order_by("-pk")
    if state is not None:
        rows = rows.filter(state=state)
    found = list((rows.filter(pk__lt=before) if before else rows)[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None
