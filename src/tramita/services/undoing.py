"""Merges, splits and conversions are taken back: entries are added, none is lost (Z-3, decision 59)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.codes import Method, Reason, Role, State
from tramita.domain.errors import Conflict, NotPermitted
from tramita.domain.lifecycle import Row
from tramita.domain.permissions import Permission
from tramita.models import CopiedContact, Entry, Item, Link, Message, Regrouping
from tramita.queries.regroupings import (
    CONVERTED,
    MERGED,
    RETURNED,
    SPLIT,
    group_of,
    hanging_on,
    last_of,
    living,
    split_into,
    standing_on,
)
from tramita.queries.timeline import MOVED_HERE
from tramita.queries.visibility import may
from tramita.services import flowing, regrouping
from tramita.services.finishing import end_with_case, running_actions
from tramita.services.ledger import Change
from tramita.services.merging import regroup
from tramita.services.moving import ENDS_WITH, step
from tramita.services.moving_mail import carry
from tramita.services.sub_cases import end_sub_cases
from tramita.services.transactions import one_transaction

WORK = frozenset({"state", "assignee_id"})


@one_transaction
def undo(item: Item, *, by: Actor, at: datetime) -> Item:
    """Take back the last merge, split or conversion that this item had a part in; the Ticket that it was done to.

    Rules: Z-3. Raises: NotPermitted; StaleVersion; Conflict `nothing_to_undo`, `ended_since` or `later_first`.
    """
    row = last_of(item)
    if row is None:
        raise Conflict("There is nothing to undo here.", code="nothing_to_undo")
    _require(by, row)
    ticket = item if row.item_id == item.pk else row.item
    UNDO[Regrouping.What(row.what)](row, ticket, by=by, at=at)
    Regrouping.objects.filter(pk=row.pk).update(undone_at=at)
    return ticket


def may_undo(by: Actor, row: Regrouping) -> bool:
    """A leader, or whoever did it (Z-3)."""
    return may(by, Permission.MERGE_UNDO, row.item) or (row.by_id == by.id and may(by, Permission.WORK, row.item))


def _require(by: Actor, row: Regrouping) -> None:
    if not may_undo(by, row):
        raise NotPermitted("Only a leader, or who did it, may undo this.")


def _unmerge(row: Regrouping, ticket: Item, *, by: Actor, at: datetime) -> None:
    """The Ticket lives again, with the mail that named it; the target is as it was unless it went on since."""
    into = row.other
    if into is None or ticket.state is not State.CLOSED or ticket.method is not Method.MERGED:
        raise ended_since(ticket)
    last = living(into)
    if last.state is State.CLOSED:
        raise ended_since(last)
    group = group_of(ticket)
    regrouping.hold(*{one.pk: one for one in (ticket, into, last)}.values(), besides=group)
    Link.objects.filter(source=ticket, target=into, type=MERGED).delete()
    change = Change(ticket, by, at)
    regrouping.bring_back(change, row, row.before["item"], [into], related_to_id=None)
    change.write()
    own = hanging_on(ticket, group)
    with_it = list(Item.objects.filter(pk__in=own).exclude(pk=ticket.pk).order_by("pk"))
    regroup(with_it, ticket.pk, by=by, at=at)
    _leave(row, ticket, into, by=by, at=at)
    _take_mail(ticket, [ticket, *with_it], into if last.pk == into.pk else last, row, by=by, at=at)


def _leave(row: Regrouping, ticket: Item, into: Item, *, by: Actor, at: datetime) -> None:
    told, (_, last) = dict(row.before["other"]), row.before["other"]["seqs"]
    if row.before["reopened"] and _went_on(into, last):
        told["columns"], told["timers"] = {}, {}  # what was taken up again is worked on by now
    CopiedContact.objects.filter(item=into, person__in=row.before["copied"]).delete()
    change = Change(into, by, at)
    regrouping.bring_back(change, row, told, [ticket])
    change.write()


def _went_on(item: Item, seq: int) -> bool:
    """Whether anything but a note was done to an item that the merge reopened."""
    since = regrouping.happened_since(item, seq)
    return any(type_ in regrouping.NEWS or not WORK.isdisjoint(data.get("set", ())) for type_, data, _ in since)


def _take_mail(ticket: Item, back: list[Item], place: Item, row: Regrouping, *, by: Actor, at: datetime) -> None:
    """Mail that came for the Ticket in between goes with it: it stays with the side that it names."""
    named = {one.reference: one for one in back}
    told = Entry.objects.filter(item=place, type__in=("mail_received", MOVED_HERE), at__gte=row.at).order_by("seq")
    for entry in told:
        if entry.data.get("named") not in named:
            continue
        message = Message.objects.filter(pk=entry.data["message"], item=place).first()
        if message is not None:
            message.item = place
            carry(message, to=ticket, by=by, at=at)


def ended_since(item: Item) -> Conflict:
    """The refusal where a side is Closed for reasons of its own."""
    return Conflict("%(item)s is Closed: this is not undone any more.", code="ended_since", item=item.reference)


def _unsplit(row: Regrouping, ticket: Item, *, by: Actor, at: datetime) -> None:
    """The Ticket is worked on again; what it was split into is Closed, keeps what was said there, and leads back."""
    children = [one for one in split_into(ticket) if one.pk in row.before["children"]]
    regrouping.hold(ticket, *children)
    _check_running(ticket, children, row, ends=children)
    Link.objects.filter(source__in=children, target=ticket, type=SPLIT).delete()
    _revive(ticket, children, row, by=by, at=at)
    for child in children:
        _take_back(child, ticket, row, by=by, at=at)


def _unconvert(row: Regrouping, ticket: Item, *, by: Actor, at: datetime) -> None:
    """As above, of its Case, with all that runs in it. What was said there stays in the group, and so in sight."""
    case = row.other
    if case is None:
        raise ended_since(ticket)
    flowing.hold(case)
    group = group_of(case)
    regrouping.hold(ticket, case, besides=group)
    inside = hanging_on(case, [pk for pk in group if pk != ticket.pk])
    _check_running(ticket, Item.objects.filter(pk__in=inside), row, ends=[case])
    Link.objects.filter(source=ticket, target=case, type=CONVERTED).delete()
    _revive(ticket, [case], row, by=by, at=at)
    _take_back(case, ticket, row, by=by, at=at)
    for action in running_actions(case):
        end_with_case(action, because="conversion_undone", reason=Reason.UNDONE, by=by, at=at)
    end_sub_cases(case, at=at)


def _check_running(ticket: Item, made: Iterable[Item], row: Regrouping, *, ends: Sequence[Item]) -> None:
    """Refuse where a side has ended, or where another merge, split or conversion stands on this one (Z-3)."""
    if ticket.wait_type not in ENDS_WITH:
        raise ended_since(ticket)
    if later := standing_on(made, row):
        other = later.other.reference if later.other else later.item.reference
        raise Conflict(
            "%(item)s and %(other)s were joined since. Undo that first.",
            code="later_first",
            item=later.item.reference,
            other=other,
        )
    for one in ends:
        if one.state is State.CLOSED:
            raise ended_since(one)


def _revive(ticket: Item, made: Sequence[Item], row: Regrouping, *, by: Actor, at: datetime) -> None:
    change = Change(ticket, by, at)
    regrouping.bring_back(change, row, row.before["item"], made)
    change.write()


def _take_back(made: Item, ticket: Item, row: Regrouping, *, by: Actor, at: datetime) -> None:
    """Close what was made; mail for it goes to the Ticket that it came from (Z-4)."""
    closing = Row("Z-3", "undo", frozenset({made.state}), State.CLOSED, frozenset({Role.SYSTEM}), reason=Reason.UNDONE)
    change = Change(made, by, at)
    step(change, closing, State.CLOSED, "taken_back", data={"what": row.what, "into": ticket.reference}, closed_at=at)
    change.write()
    Link.objects.get_or_create(source=made, target=ticket, type=RETURNED, defaults={"at": at, "by_id": by.id})


Undo = Callable[..., None]
UNDO: Mapping[Regrouping.What, Undo] = {
    Regrouping.What.MERGE: _unmerge,
    Regrouping.What.SPLIT: _unsplit,
    Regrouping.What.CONVERT: _unconvert,
}
