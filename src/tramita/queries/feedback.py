"""What was said of the work: of one resolution, and counted by queue and by who resolved it (T-45, RP-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Avg, Count, Q, QuerySet

from tramita.domain.actors import Actor
from tramita.domain.codes import State
from tramita.domain.errors import NotPermitted
from tramita.domain.permissions import Permission
from tramita.models import Feedback, Item
from tramita.queries import visibility


@dataclass(frozen=True, slots=True)
class Result:
    """What was said of one queue's or one resource's work. `average` is None where nobody rated."""

    name: str
    answers: int
    disputed: int
    rated: int
    average: float | None


def said_of(item: Item) -> Feedback | None:
    """What was said of the resolution that may still be disputed: that it is done. Cost: one statement, else none."""
    if item.state is not State.RESOLVED or item.resolved_at is None:
        return None
    return Feedback.objects.filter(item=item, resolved_at=item.resolved_at, done=True).first()


def by_queue(actor: Actor, *, since: datetime) -> Sequence[Result]:
    """By name. Raises: NotPermitted. Cost: one statement."""
    return _results(actor, "queue__title", since)


def by_resource(actor: Actor, *, since: datetime) -> Sequence[Result]:
    """People and robots, by name. Raises: NotPermitted. Cost: one statement."""
    return _results(actor, "resolver__name", since)


def of_item(item: Item) -> Sequence[Feedback]:
    """The last word on each resolution, the newest first. Cost: one statement."""
    return list(Feedback.objects.filter(item=item).select_related("item", "person", "resolver").order_by("-at", "-pk"))


def lately(actor: Actor, *, since: datetime, limit: int, before: int | None = None) -> Sequence[Feedback]:
    """The newest, with their items; `before` is the last one of the page above. Raises: NotPermitted.

    Cost: one statement, one more for a page that goes on.
    """
    rows = _seen(actor, since)
    if before is not None:
        last = Feedback.objects.filter(pk=before).values_list("at", flat=True).first() or since
        rows = rows.filter(Q(at__lt=last) | Q(at=last, pk__lt=before))
    return list(rows.select_related("item", "person", "resolver", "queue").order_by("-at", "-pk")[:limit])


def _results(actor: Actor, name: str, since: datetime) -> Sequence[Result]:
    rows = _seen(actor, since).values_list(name).order_by(name)
    counted = rows.annotate(
        answers=Count("pk"), disputed=Count("pk", filter=Q(done=False)), rated=Count("rating"), average=Avg("rating")
    )
    return [Result(one or "", *rest) for one, *rest in counted]


def _seen(actor: Actor, since: datetime) -> QuerySet[Feedback]:
    """Of the items that they may see (SEC-2)."""
    if not actor.is_staff or not visibility.may(actor, Permission.REPORTS):
        raise NotPermitted("You may not do this here.")
    return Feedback.objects.filter(visibility.visible_to(actor, through="item"), at__gte=since)
