"""Items and contacts are deleted, and brought back as they were: each request for an approval too (AP-23, TO-6).

An item that is in the trash is found by nobody (`queries.visibility`), and a mail to it starts anew, as one to a
discarded Draft does. Its moments, and what of it had not left the house, wait with it. Erasing is another thing
(`erasing`): it takes words away, and cannot be undone.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q

from tramita.domain.actors import Actor
from tramita.domain.auditing import Area
from tramita.domain.codes import Kind, Listed, State, WaitType
from tramita.domain.errors import Conflict, FieldError, Invalid, NotPermitted
from tramita.models import Delivery, Item, Person, PushSubscription, Timer, Trashed
from tramita.models.leases import NEVER_LEASED
from tramita.queries import trash
from tramita.services import auditing, flowing, refitting
from tramita.services.ledger import Change
from tramita.services.transactions import one_transaction

LONGEST_REASON = 300
MOST = 1000  # items that go along with a contact, with all below them
WAITS_FOR = (WaitType.SPLIT, WaitType.CASE_LAUNCHED, WaitType.SUB_CASE)


@one_transaction
def delete_item(item: Item, *, reason: str, by: Actor, at: datetime) -> Trashed:
    """Into the trash, a Case with its Actions and the Cases that it holds. `item` is as the reader saw it.

    Raises: NotPermitted; Invalid `reason`; StaleVersion; Conflict `draft`, `action_of_case`, `awaited`.
    """
    _permit(by)
    reason = _said(reason)
    flowing.hold(item)
    auditing.note(Area.DELETIONS, "deleted", _called(item), why=reason, by=by, at=at)
    return _delete_tree(item, None, reason, by=by, at=at)


@one_transaction
def delete_contact(number: int, *, reason: str, by: Actor, at: datetime) -> Trashed:
    """Into the trash, with what they asked for. Nobody signs in as them, or asks them for anything.

    Raises: NotPermitted, NotFound; Invalid `reason`; Conflict `configured`, `too_many`, `awaited`.
    """
    _permit(by)
    reason = _said(reason)
    person = trash.contact(number, for_update=True)
    if person.configured:
        raise Conflict("The configuration names this contact. Take them out of there first.", code="configured")
    tops = list(trash.asked_by(person, limit=MOST + 1))
    if len(tops) > MOST:
        raise Conflict("They asked for more than can be deleted at once.", code="too_many")
    first = Trashed.objects.create(
        person=person, at=at, by_id=by.id, reason=reason, kept={"is_active": person.is_active}
    )
    Person.objects.filter(pk=person.pk).update(is_active=False)
    auditing.note(Area.DELETIONS, "deleted", person.name or person.email or "", why=reason, by=by, at=at)
    PushSubscription.objects.filter(person=person).delete()
    for top in tops:
        flowing.hold(top)
        top.refresh_from_db()
        if top.discarded_at is None:
            _delete_tree(top, first, reason, by=by, at=at)
    return first


@one_transaction
def restore(number: int, *, by: Actor, at: datetime) -> Trashed:
    """Out of the trash as it was, with what had gone along and is still there. Raises: NotPermitted, NotFound."""
    _permit(by)
    row = trash.get(by, number, for_update=True)
    _restore_one(row, by=by, at=at)
    about = _called(row.item) if row.item else str(row.person)
    auditing.note(Area.DELETIONS, "restored", about, by=by, at=at)
    for one in Trashed.objects.filter(Q(first=row) | Q(first__first=row)).order_by("pk"):
        _restore_one(one, by=by, at=at)
    Trashed.objects.filter(pk=row.pk).delete()  # and what went along
    return row


def _called(item: Item) -> str:
    return f"{item.reference} {item.title}".strip()


def _permit(by: Actor) -> None:
    if not trash.may_restore(by):
        raise NotPermitted("Only those who manage users may delete and restore.")


def _said(reason: str) -> str:
    reason = " ".join(reason.replace("\x00", "").split())
    if not reason:
        raise Invalid([FieldError("reason", "required", "Say why: who restores it will want to know.")])
    if len(reason) > LONGEST_REASON:
        raise Invalid([FieldError("reason", "too_long", "At most %(most)s characters.", {"most": LONGEST_REASON})])
    return reason


def _delete_tree(item: Item, first: Trashed | None, reason: str, *, by: Actor, at: datetime) -> Trashed:
    below = list(_below(item))
    _refuse(item, {item.pk, *(one.pk for one in below)})
    row = _delete_one(item, first, reason, by=by, at=at)
    for one in below:
        _delete_one(one, row, reason, by=by, at=at)
    return row


def _below(item: Item) -> Iterator[Item]:
    """Actions, and Cases that the Case holds open, with theirs."""
    for child in Item.objects.select_for_update().filter(parent=item, discarded_at=None).order_by("pk"):
        yield child
        yield from _below(child)


def _refuse(item: Item, going: set[int]) -> None:
    if item.state is State.DRAFT:
        raise Conflict("A Draft is discarded, not deleted.", code="draft")
    if item.kind is Kind.ACTION:
        raise Conflict("An Action goes with its Case.", code="action_of_case")
    linked = Q(links_out__target__in=going) | Q(links_in__source__in=going) | Q(children__in=going)
    waiting = Item.objects.filter(linked, state=State.WAITING.number, wait_type__in=WAITS_FOR, discarded_at=None)
    other = waiting.exclude(pk__in=going).first()
    if other is not None:
        raise Conflict("%(item)s waits for this. End that wait first.", code="awaited", item=other.reference)


def _delete_one(item: Item, first: Trashed | None, reason: str, *, by: Actor, at: datetime) -> Trashed:
    unsent = Delivery.objects.filter(item=item, state=Delivery.State.PENDING)
    timers = list(Timer.objects.filter(item=item).order_by("purpose"))
    kept = {
        "listed": item.listed.value,
        "timers": [[one.purpose, one.due_at.isoformat(), one.payload] for one in timers],
        "deliveries": sorted(unsent.values_list("pk", flat=True)),
    }
    change = Change(item, by, at)
    change.cancel_timers(*(one.purpose for one in timers))
    change.record("deleted", words={"why": reason}, discarded_at=at, listed=Listed.NONE)
    change.write()
    unsent.update(state=Delivery.State.HELD)
    return Trashed.objects.create(item=item, first=first, at=at, by_id=by.id, reason=reason, kept=kept)


def _restore_one(row: Trashed, *, by: Actor, at: datetime) -> None:
    kept: dict[str, Any] = row.kept
    if row.person_id is not None:
        Person.objects.filter(pk=row.person_id).update(is_active=kept["is_active"])
        return
    item = Item.objects.select_for_update().get(pk=row.item_id or 0)
    change = Change(item, by, at)
    for purpose, due_at, payload in kept["timers"]:
        change.set_timer(purpose, datetime.fromisoformat(due_at), **payload)
    change.record("restored", discarded_at=None, listed=Listed(kept["listed"]))
    refitting.follow_up(change)  # whoever had it may have left meanwhile
    change.write()
    held = Delivery.objects.filter(pk__in=kept["deliveries"], state=Delivery.State.HELD)
    held.update(state=Delivery.State.PENDING, lease_until=NEVER_LEASED)
