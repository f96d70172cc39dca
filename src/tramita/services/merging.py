"""Tickets that are merged into another item: Closed, shown in it, and their mail goes there (X-1 to X-5, Z-4)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Kind, Method, State
from tramita.domain.errors import Conflict, Invalid
from tramita.models import CopiedContact, Item, Link, Person, Regrouping
from tramita.queries.regroupings import MERGED, above, group_of, may_take
from tramita.services import contacts, flowing, regrouping, returning
from tramita.services.ledger import Change
from tramita.services.moving import decide, ended, follow, require
from tramita.services.transactions import one_transaction

CONTACTS = ("primary_contact_id", "requester_id", "subject_id", "original_requester_id")
MOST = 50  # at once


@one_transaction
def merge(tickets: Sequence[Item], *, into: Item, by: Actor, at: datetime) -> None:
    """Merge Tickets into another item that runs, or may still be reopened: all of them, or none.

    Rules: T-37, X-1 to X-5, R-16, CG-26, G-11. Raises: Invalid, naming `into` or `tickets`; NotPermitted;
    StaleVersion; TransitionNotAllowed or GuardFailed; Conflict `waits_for_it`.
    """
    _check(tickets, into)
    if not by.is_system:
        require(by, "work", into)
    groups = {one.pk: group_of(one) for one in tickets}
    besides = [into.related_to_id, into.parent_id, *(one.parent_id for one in tickets)]
    regrouping.hold(*tickets, into, besides=[*besides, *(pk for group in groups.values() for pk in group)])
    for ticket in tickets:
        _merge(ticket, into, groups[ticket.pk], by=by, at=at)


def _check(tickets: Sequence[Item], into: Item) -> None:
    if not tickets:
        raise Invalid.one("tickets", "required", "Choose a Ticket first.")
    if len(tickets) > MOST:
        raise Invalid.one("tickets", "too_many", "At most %(most)s at once.", most=MOST)
    if len({one.pk for one in tickets}) < len(tickets):
        raise Invalid.one("tickets", "same_item", "A Ticket is named twice.")
    for ticket in tickets:
        if ticket.pk == into.pk:
            raise Invalid.one("into", "same_item", "A Ticket is not merged into itself.")
        if into.pk in above(ticket):
            raise Conflict("It waits for this Ticket. Undo the split instead.", code="waits_for_it")


def _merge(ticket: Item, into: Item, group: Sequence[int], *, by: Actor, at: datetime) -> None:
    was, target_was = regrouping.standing(ticket), regrouping.standing(into)
    row = decide(ticket, "merge", by=by, at=at, target_running=may_take(into, at))
    first = into.related_to_id or into.pk
    change = Change(ticket, by, at)
    columns = ended(ticket, Method.MERGED, by=by, at=at)
    told = {"method": Method.MERGED.value, "into": into.reference}
    follow(change, row, "merged", data=told, **columns, closed_at=at, related_to_id=first)
    change.write()
    others = [one for one in _others(group, ticket) if one.pk != first]
    regroup(others, first, by=by, at=at)
    Link.objects.create(source=ticket, target=into, type=MERGED, at=at, by_id=by.id)
    copied = _arrive(ticket, into, [ticket, *others], by=by, at=at)
    Regrouping.objects.create(
        what=Regrouping.What.MERGE,
        item=ticket,
        other=into,
        by_id=by.id,
        at=at,
        before={
            "item": regrouping.changed(was),
            "other": regrouping.changed(target_was),
            "reopened": target_was.columns["state"] == State.RESOLVED.value,
            "copied": copied,
        },
    )


def _others(group: Sequence[int], ticket: Item) -> list[Item]:
    rows = Item.objects.filter(pk__in=[pk for pk in group if pk != ticket.pk])
    return list(rows.select_related("process").order_by("pk"))


def regroup(items: Sequence[Item], first: int | None, *, by: Actor, at: datetime) -> None:
    """What was shared with an item goes with it into another related group (G-11)."""
    for item in items:
        if item.related_to_id != first:
            change = Change(item, by, at)
            change.record("regrouped", by_system=True, related_to_id=first)
            change.write()


def _arrive(ticket: Item, into: Item, brought: Sequence[Item], *, by: Actor, at: datetime) -> list[int]:
    """What the target gets: the Ticket's contacts, the dots, and if it was resolved, work again (X-4, X-5, R-16)."""
    people = _contacts_of(ticket, into)
    change = Change(into, by, at)
    if into.state is State.RESOLVED:
        row = decide(into, "reopen", by=SYSTEM, at=at)
        back = returning.reopened(into, at=at)
        follow(change, row, "reopened", data=back.data, **back.columns)
    words: dict[str, Any] = {"contacts": [one.email or one.name for one in people]} if people else {}
    told = {"item": ticket.reference, "items": [one.reference for one in brought]}
    change.record("merged_here", data=told, words=words, new_information=True)
    contacts.copy_to(into, people)
    change.write()
    if into.kind is Kind.CASE and change.item.state is State.TO_DO:
        flowing.go_on(into, at=at)
    return [one.pk for one in people]


def _contacts_of(ticket: Item, into: Item) -> list[Person]:
    """Who is a contact of the Ticket and not yet of the target."""
    wanted = {getattr(ticket, name) for name in CONTACTS} | set(_copied(ticket))
    known = {getattr(into, name) for name in CONTACTS} | set(_copied(into))
    people = Person.objects.filter(pk__in=wanted - known - {None}, is_active=True).order_by("pk")
    return contacts.may_have_to_do(into, people)


def _copied(item: Item) -> list[int]:
    return list(CopiedContact.objects.filter(item=item).values_list("person_id", flat=True))
