"""Due dates that are counted from other items of the same Case follow these (SLA-2, decision 71).

An item that others count from is marked, so that the rest pay nothing for it. What it changes is followed when the use
case is through: in the same transaction, by what the database says then. Each item follows once, whatever leads back.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Kind, State
from tramita.models import Item
from tramita.queries.borrowing import borrowed, borrows_from_above, borrows_from_below
from tramita.queries.definitions import due_rule
from tramita.services import clockwork
from tramita.services.holding import hold
from tramita.services.ledger import Change
from tramita.services.transactions import at_the_end


def moved(change: Change) -> None:
    """Something that others may count from changes: a date of this item, or a field. To be told before it is written,
    for locks are taken from the top down (decision 42)."""
    item = change.item
    if item.followed:
        hold(item)
        at_the_end((moved, item.pk), partial(_settle, item.pk, at=change.at))


def mark(item: Item) -> None:
    """Note on an item that is not written yet whether the Case above counts from it."""
    case = item.parent
    if case is not None and case.kind is Kind.CASE and borrows_from_below(case, item):
        item.followed = True


def begun(item: Item, *, at: datetime) -> None:
    """An item below another has been written: either may count from the other from now on."""
    case = item.parent
    if case is None or case.kind is not Kind.CASE:
        return
    rule = due_rule(item.due_rule_id) if item.due_rule_id else None
    if not case.followed and borrows_from_above(rule, item.kind):
        change = Change(case, SYSTEM, at)
        change.record("clock_set", followed=True)
        change.write()
    if item.followed:
        at_the_end((moved, item.pk), partial(_settle, item.pk, at=at))


def _settle(source: int, *, at: datetime) -> None:
    """What counts from this item follows it, and what counts from that."""
    waiting, seen = [source], {source}
    while waiting:
        for one in _borrowers(waiting.pop()):
            if one.pk not in seen and _follow(one, at=at) and one.followed:
                waiting.append(one.pk)
            seen.add(one.pk)


def _borrowers(source: int) -> Iterator[Item]:
    """The Case above, and what runs below: what counts from this item, and what does not. Cost: two statements.

    None of an item that a savepoint took back after it had been told of.
    """
    item = Item.objects.select_related("process", "parent").filter(pk=source).first()
    if item is None:
        return
    case = item.parent
    if case is not None and case.kind is Kind.CASE and borrows_from_below(case, item):
        yield from Item.objects.select_for_update(of=("self",)).filter(pk=case.pk)
    below = Item.objects.filter(parent=source).exclude(state=State.CLOSED.number)
    yield from below.order_by("id").select_for_update(of=("self",))


def _follow(item: Item, *, at: datetime) -> bool:
    """Take over what is said elsewhere now; whether that moved the due date."""
    if item.state in (State.DRAFT, State.CLOSED) or item.due_rule_id is None:
        return False
    lent = borrowed(item, due_rule(item.due_rule_id))
    if lent == item.lent:
        return False
    before, change = item.due_at, Change(item, SYSTEM, at)
    change.record("clock_set", lent=lent)
    clockwork.recount(change)
    change.write()
    return item.due_at != before
