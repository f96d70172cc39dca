"""Somebody known twice becomes one: everything of the double is the kept contact's, its address too (CT-1, CT-7).

It is not undone: whose was whose is not kept, but each item tells that its contacts changed.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import Q

from tramita.domain.actors import Actor
from tramita.domain.codes import ApprovalState
from tramita.domain.errors import Conflict, Invalid, NotPermitted
from tramita.models import (
    ApprovalToken,
    Consent,
    CopiedContact,
    Identity,
    Item,
    OtherAddress,
    Person,
    PushSubscription,
    Substitution,
    Token,
)
from tramita.queries import trash
from tramita.queries.people import person_by_address
from tramita.services.ledger import Change
from tramita.services.transactions import one_transaction

TAGS = ("primary_contact_id", "requester_id", "subject_id", "original_requester_id")
MOST = 1000  # items that change hands at once
FILLED = ("language", "time_zone", "calendar", "due", "organisation_id")  # of the kept contact, where it has none


@one_transaction
def merge(number: int, *, into: str, by: Actor, at: datetime) -> Person:
    """The contact `number` goes up in the one with the address `into`, who is given back.

    What they are on items, what they get copies of, what is asked of them, and mail from their address. Decisions
    stay told as theirs, and their way in ends. Raises: NotPermitted, NotFound; Invalid `into`; Conflict `configured`,
    `too_many`.
    """
    if not trash.may_restore(by):
        raise NotPermitted("Only those who manage users may merge contacts.")
    double = trash.contact(number, for_update=True)
    kept = _kept(into, double)
    if double.configured:
        raise Conflict("The configuration names this contact. Take them out of there first.", code="configured")
    theirs = Q(primary_contact=double) | Q(requester=double) | Q(subject=double) | Q(original_requester=double)
    items = list(Item.objects.select_for_update().filter(theirs).order_by("pk")[: MOST + 1])
    if len(items) > MOST:
        raise Conflict("They have to do with more than can be moved at once.", code="too_many")
    _hand_over(items, double, kept, by=by, at=at)
    _copies(double, kept)
    _requests(double, kept)
    _address(double, kept, by=by, at=at)
    return kept


def _kept(into: str, double: Person) -> Person:
    """Raises: Invalid, for who is no contact, or the double itself."""
    found = person_by_address(into)
    if found is None or not found.is_active or found.role not in trash.ASKERS or hasattr(found, "trashed"):
        raise Invalid.one("into", "unknown_contact", "There is no contact “%(address)s”.", address=into.strip())
    if found.pk == double.pk:
        raise Invalid.one("into", "same", "This is the same contact.")
    return Person.objects.select_for_update(of=("self",)).get(pk=found.pk)


def _hand_over(items: Iterable[Item], double: Person, kept: Person, *, by: Actor, at: datetime) -> None:
    for item in items:
        moved: dict[str, Any] = {tag: kept.pk for tag in TAGS if getattr(item, tag) == double.pk}
        change = Change(item, by, at)
        change.record("contacts_changed", data={"merged": {"from": double.pk, "into": kept.pk}}, **moved)
        change.write()


def _copies(double: Person, kept: Person) -> None:
    both = CopiedContact.objects.filter(person=kept).values("item")
    CopiedContact.objects.filter(person=double, item__in=both).delete()
    CopiedContact.objects.filter(person=double).update(person=kept)


def _requests(double: Person, kept: Person) -> None:
    """What waits for their decision waits for the kept contact's; who was asked twice on a level is asked once."""
    for one in Consent.objects.filter(person=double, state=ApprovalState.AWAITING):
        if Consent.objects.filter(approval=one.approval_id, level=one.level, person=kept).exists():
            one.delete()
        else:
            Consent.objects.filter(pk=one.pk).update(person=kept)
    ApprovalToken.objects.filter(person=double, used_at=None).update(person=kept)
    Substitution.objects.filter(person=double).delete()
    Substitution.objects.filter(person=kept, substitute=double).delete()
    Substitution.objects.filter(substitute=double).update(substitute=kept)


def _address(double: Person, kept: Person, *, by: Actor, at: datetime) -> None:
    """The address leads to the kept contact from now on; nobody signs in as the double."""
    OtherAddress.objects.filter(person=double).update(person=kept)
    address = double.email or ""
    for name in FILLED:
        if not getattr(kept, name):
            setattr(kept, name, getattr(double, name))
    double.email, double.key, double.is_active = None, f"merged-{double.pk}", False
    double.password = make_password(None)
    double.save(update_fields=["email", "key", "is_active", "password"])
    kept.save(update_fields=[name.removesuffix("_id") for name in FILLED])
    OtherAddress.objects.create(address=address, person=kept, at=at, by_id=by.id)
    Identity.objects.filter(person=double).update(person=kept)
    Token.objects.filter(person=double).delete()
    PushSubscription.objects.filter(person=double).delete()
