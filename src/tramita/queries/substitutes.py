"""Who stands in for a manager who is away, and decides in their name (Z-16)."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tramita.domain.codes import ApprovalState, Role
from tramita.models import Approval, Consent, Item, Person, Substitution

ASKERS = (Role.REQUESTER, Role.MANAGER)


def now_away(at: datetime) -> "QuerySet[Substitution]":
    """The substitutions that hold: of managers, by a colleague of the same organisation."""
    rows = Substitution.objects.filter(starts_at__lte=at, ends_at__gt=at, person__is_active=True)
    return rows.filter(
        person__role=Role.MANAGER,
        substitute__is_active=True,
        substitute__role__in=ASKERS,
        substitute__organisation=F("person__organisation"),
    )


def standing_in(approval: Approval, asked: Sequence[Person], *, at: datetime) -> list[Substitution]:
    """In whose place of those who are asked now somebody else may decide, by name.

    Not who has a voice of their own, or has used one on the same level: nobody has two. Nor whose own request it is:
    who asked for the Ticket, or whom it is about. Cost: two statements, none where nobody is asked.
    """
    names = {one.pk for one in asked}
    if not names:
        return []
    out = names | _own(approval.item) | {approval.requested_by_id} | _heard(approval)
    rows = now_away(at).filter(person__in=names).exclude(substitute__in=[one for one in out if one is not None])
    return list(rows.select_related("person", "substitute").order_by("person__name", "pk"))


def visible(person_id: int, *, at: datetime) -> Q:
    """Of approvals: those where this person stands in for somebody who may decide, but for their own requests."""
    held = now_away(at).filter(substitute=person_id)
    here = Q(person__organisation=OuterRef("organisation")) | Q(person__organisation=OuterRef("organisation__parent"))
    managed = Q(Exists(held.filter(here)), requested_by__isnull=False)
    asked = Q(Exists(Consent.objects.filter(approval=OuterRef("pk"), person__in=held.values("person"))))
    own = Q(requested_by=person_id) | Q(item__requester=person_id) | Q(item__subject=person_id)
    return (managed | asked) & ~(own | Q(item__primary_contact=person_id))


def of(person: Person) -> Substitution | None:
    """Whom a manager has named. Cost: one statement."""
    return Substitution.objects.filter(person=person).select_related("substitute").first()


def colleagues(person: Person) -> list[Person]:
    """Who may be named: contacts of the same organisation, by name. Cost: one statement."""
    if person.organisation_id is None:
        return []
    rows = Person.objects.filter(organisation=person.organisation_id, role__in=ASKERS, is_active=True)
    return list(rows.exclude(pk=person.pk).exclude(email=None).order_by("name", "email"))


def _own(item: Item) -> set[int | None]:
    return {item.requester_id, item.primary_contact_id, item.subject_id}


def _heard(approval: Approval) -> set[int | None]:
    """Whoever has a voice on the level that is asked now, or gave one for somebody else."""
    awaits = Consent.objects.filter(approval=approval, state=ApprovalState.AWAITING).order_by("level")
    level = Consent.objects.filter(approval=approval, level__in=awaits.values("level")[:1])
    return {one for row in level.values_list("person", "decided_by") for one in row}
