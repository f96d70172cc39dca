"""Two at once: one merge wins, the other is told, and nothing goes round in a ring (Z-2, X-1)."""

import pytest

from tests.desk import MONDAY, Desk
from tests.services.test_races import at_once, office, sound
from tramita.domain.codes import State, WaitType
from tramita.domain.errors import StaleVersion, TransitionNotAllowed
from tramita.models import Item, Link
from tramita.services import merging, resolving, splitting, undoing
from tramita.services.splitting import Child

__all__ = ["office"]
pytestmark = pytest.mark.django_db(transaction=True)


def read(item: Item) -> Item:
    return Item.objects.select_related("process").get(pk=item.pk)


def test_of_two_who_merge_the_same_tickets_into_each_other_one_wins(office: Desk) -> None:
    """X-1, Z-4: the other is told; each has one heir at most, and the last one lives."""
    one, other, third = office.ticket(), office.ticket(), office.ticket()
    a, b, c = read(one), read(other), read(third)
    d, e = read(one), read(other)

    told = at_once(
        lambda: merging.merge([a], into=b, by=office.ana, at=MONDAY),
        lambda: merging.merge([e], into=d, by=office.leo, at=MONDAY),
        lambda: merging.merge([c], into=read(other), by=office.leo, at=MONDAY),
    )

    refused = [one for one in told if one is not None]
    assert all(isinstance(one, StaleVersion | TransitionNotAllowed) for one in refused)
    assert 1 <= len(refused) <= 2
    assert State.TO_DO in {sound(item).state for item in (one, other, third)}
    assert Link.objects.count() == 3 - len(refused)


def test_of_two_who_undo_it_one_does(office: Desk) -> None:
    """Z-3."""
    ticket, target = office.ticket(), office.ticket()
    merging.merge([read(ticket)], into=read(target), by=office.ana, at=MONDAY)
    one, other = read(ticket), read(target)

    told = at_once(
        lambda: undoing.undo(one, by=office.leo, at=MONDAY), lambda: undoing.undo(other, by=office.ana, at=MONDAY)
    )

    assert sum(isinstance(answer, Exception) for answer in told) == 1
    assert sound(ticket).state is sound(target).state is State.TO_DO
    assert ticket.entries.filter(type="undone").count() == 1


def test_of_two_parts_that_close_at_once_the_later_ends_the_whole(office: Desk) -> None:
    """X-12: not none of them, and once."""
    ticket = office.ticket()
    parts = [Child("One", "The first"), Child("Two", "The second")]
    one, other = splitting.split(read(ticket), children=parts, by=office.ana, at=MONDAY)
    a, b = read(one), read(other)

    told = at_once(
        lambda: resolving.resolve(a, method="rejected_spam", by=office.ana, at=MONDAY),
        lambda: resolving.resolve(b, method="rejected_spam", by=office.leo, at=MONDAY),
    )

    assert told == [None, None]
    assert sound(ticket).state is State.CLOSED
    assert ticket.entries.filter(type="closed").count() == 1


def test_a_part_that_closes_while_the_split_is_undone_does_one_or_the_other(office: Desk) -> None:
    """Z-3, X-12: nobody waits for the other for ever, and nothing is half done."""
    ticket = office.ticket()
    parts = [Child("One", "The first"), Child("Two", "The second")]
    one, other = splitting.split(read(ticket), children=parts, by=office.ana, at=MONDAY)
    a, b = read(one), read(other)

    told = at_once(
        lambda: resolving.resolve(a, method="rejected_spam", by=office.ana, at=MONDAY),
        lambda: undoing.undo(b, by=office.leo, at=MONDAY),
    )

    assert sum(isinstance(answer, Exception) for answer in told) == 1
    waits = sound(ticket).wait_type is WaitType.SPLIT
    assert waits is isinstance(told[1], Exception)
    assert sound(one).state is State.CLOSED
    assert (sound(other).state is State.CLOSED) is not waits
