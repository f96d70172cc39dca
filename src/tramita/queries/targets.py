"""What Tickets may be merged into, and which may be merged into an item (X-2)."""

from datetime import datetime

from django.db.models import Q

from tramita.domain import references
from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, Listed, State
from tramita.models import Definition, Item, Organisation
from tramita.queries.items import visible_to

BEST = 50
RUNS = [State.TO_DO.number, State.IN_PROGRESS.number, State.WAITING.number]
NAMED = ("customer", "contract", "service")
MOST_PLACES = 20


def targets(item: Item, text: str, actor: Actor, *, at: datetime) -> list[Item]:
    """What this Ticket may be merged into, the newest change first, at most 50 (X-2, X-5)."""
    taking = Q(state__in=RUNS) | Q(state=State.RESOLVED.number, window_ends_at__gt=at)
    return _found(item, text, actor, taking)


def sources(item: Item, text: str, actor: Actor) -> list[Item]:
    """The Tickets that may be merged into this item."""
    return _found(item, text, actor, Q(kind=Kind.TICKET.number, state__in=RUNS))


def _found(item: Item, text: str, actor: Actor, which: Q) -> list[Item]:
    said = _said(text) if text.strip() else _same_person(item)
    rows = visible_to(actor).filter(which, said).exclude(pk=item.pk).exclude(listed=Listed.NONE.number)
    return list(rows.select_related("process", "organisation").order_by("-updated_at", "-pk")[:BEST])


def _said(text: str) -> Q:
    """By reference, title, or the name of customer, contract or service."""
    if named := references.parse(text):
        return Q(kind=named.kind, number=named.number, ordinal=named.ordinal)
    words = text.strip()
    places = Definition.objects.filter(Q(title__icontains=words) | Q(key__icontains=words), kind__in=NAMED)
    below = Q()
    for key in places.values_list("key", flat=True)[:MOST_PLACES]:
        below |= Q(key__startswith=f"{key}/")
    found = Q(title__icontains=words)
    if below:
        found |= Q(process__in=Definition.objects.filter(below, kind__in=("category", "case_type")).values("pk"))
    return found | Q(organisation__in=Organisation.objects.filter(name__icontains=words).values("pk"))


def _same_person(item: Item) -> Q:
    """Before anything is typed: what the same people asked for."""
    people = [one for one in (item.requester_id, item.primary_contact_id) if one is not None]
    return Q(requester__in=people) | Q(primary_contact__in=people)
