"""Who listens on which address, and what each was told (API-2)."""

from django.db.models import Q, QuerySet

from tramita.domain.actors import Actor
from tramita.models import Webhook, WebhookDelivery
from tramita.queries.visibility import may


def listed(actor: Actor, *, after: int, limit: int) -> tuple[list[Webhook], int | None]:
    """Theirs, for administrators all, as they came to be. Cost: one statement."""
    theirs = Q() if may(actor, "manage_users") else Q(person_id=actor.id)
    rows = list(Webhook.objects.filter(theirs, pk__gt=after).order_by("pk")[: limit + 1])
    return rows[:limit], rows[limit - 1].pk if len(rows) > limit else None


def told(hook: Webhook, *, before: int, limit: int) -> tuple[list[WebhookDelivery], int | None]:
    """What it was told and is to be told, the newest first; `before` 0: from the newest on. Cost: one statement."""
    rows: QuerySet[WebhookDelivery] = hook.deliveries.select_related("item__parent").order_by("-pk")
    found = list((rows.filter(pk__lt=before) if before else rows)[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None
