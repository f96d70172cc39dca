"""What is in the trash, for who may restore it (AP-23, TO-6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, Role, State
from tramita.domain.errors import NotFound, NotPermitted
from tramita.models import Item, Person, Trashed
from tramita.queries.names import person_name
from tramita.queries.visibility import may

PAGE = 50
ASKERS = (Role.REQUESTER, Role.MANAGER)


@dataclass(frozen=True, slots=True)
class Gone:
    """One line of the trash, an item or a contact; `along` is how many went with it, `whose` the contact that it went
    with."""

    id: int
    item: str | None  # its reference
    contact: int | None
    name: str
    along: int
    whose: str
    at: datetime
    by: str
    reason: str


def may_restore(actor: Actor) -> bool:
    """Whoever may delete: who manages users, and the whole desk."""
    return actor.grants is None and may(actor, "delete")


def listed(actor: Actor, *, before: int | None = None, limit: int = PAGE) -> tuple[list[Gone], int | None]:
    """The newest first, and the number to go on below; what is below a Case is not told apart.

    Raises: NotPermitted. Cost: one statement.
    """
    rows = _counted(actor).filter(Q(first=None) | Q(first__person__isnull=False))
    rows = rows.filter(pk__lt=before) if before else rows
    found = list(rows.order_by("-pk")[: limit + 1])
    return [_gone(one) for one in found[:limit]], found[limit - 1].pk if len(found) > limit else None


def shown(actor: Actor, number: int) -> Gone:
    """One of them. Raises: NotPermitted."""
    return _gone(_counted(actor).get(pk=number))


def get(actor: Actor, number: int, *, for_update: bool = False) -> Trashed:
    """One of them. Raises: NotPermitted, NotFound."""
    rows = _rows(actor).select_for_update(of=("self",)) if for_update else _rows(actor)
    row = rows.filter(pk=number).first()
    if row is None:
        raise NotFound("There is no such thing in the trash.")
    return row


def contact(number: int, *, for_update: bool = False) -> Person:
    """Somebody who asks, and is not in the trash, nor merged into another. Raises: NotFound."""
    rows = Person.objects.filter(not_trashed(), pk=number, role__in=ASKERS, email__isnull=False)
    person = (rows.select_for_update(of=("self",)) if for_update else rows).first()
    if person is None:
        raise NotFound("There is no such contact.")
    return person


def asked_by(person: Person, *, limit: int) -> Iterator[Item]:
    """The Tickets and Cases that they asked for; of a Case and one that it holds, the Case alone."""
    theirs = Item.objects.filter(requester=person, discarded_at=None).exclude(kind=Kind.ACTION.number)
    tops = theirs.exclude(state=State.DRAFT.number).order_by("pk")[:limit]
    held = {one.pk for one in tops}
    return (one for one in tops if one.parent_id not in held)


def not_trashed() -> Q:
    """Of people: those who are not in the trash."""
    return ~Q(Exists(Trashed.objects.filter(person=OuterRef("pk"))))


KEPT = "NOT EXISTS (SELECT 1 FROM trash WHERE trash.person_id = p.id)"  # the same of `people p`


def _rows(actor: Actor) -> "QuerySet[Trashed]":
    if not may_restore(actor):
        raise NotPermitted("Only those who manage users may delete and restore.")
    return Trashed.objects.select_related("item", "person", "by", "first__person")


def _counted(actor: Actor) -> "QuerySet[Trashed]":
    """With how many went along, what is below a Case among them."""
    along = Count("along", distinct=True) + Count("along__along", distinct=True)
    return _rows(actor).annotate(along_count=along)


def _gone(row: Trashed) -> Gone:
    item = row.item
    return Gone(
        id=row.pk,
        item=item.reference if item else None,
        contact=row.person_id,
        name=item.title if item else _called(row.person),
        along=row.along_count,  # type: ignore[attr-defined]  # annotated by the query
        whose=_called(row.first.person) if row.first else "",
        at=row.at,
        by=row.by.name if row.by else "",
        reason=row.reason,
    )


def _called(person: Person | None) -> str:
    return person_name(person.name, person.email or "") if person else ""
