"""Many people press "Pull from Queue" at once: each item goes to one of them, and nobody is passed over.

`make soak` has 50 of them pull 10,000 items (TRAMITA_SOAK=1); here a few take some dozens.
"""

import itertools
import math
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from tests import factories
from tests.services.test_races import at_once, sound
from tramita.domain.actors import Actor
from tramita.domain.codes import Clock, State
from tramita.models import Entry, Item, Queue
from tramita.services import pulling

pytestmark = pytest.mark.django_db(transaction=True)
SOAK = bool(os.environ.get("TRAMITA_SOAK"))
CALLERS, ITEMS = (50, 10_000) if SOAK else (6, 150)
START = factories.NOW
HOURS = 12  # that the working day of each caller has; what is due in it becomes overdue under their hands
WORKS_IN = ((0, 1), (1, 2), (0, 1, 2, 3), (3,), (2, 3), (0, 3))  # the last queue is strict
STRICT = 3


@dataclass(frozen=True, slots=True)
class Pull:
    """One press of the button, and between which two moments of the real clock it was answered."""

    caller: int
    at: datetime
    began: float
    ended: float
    got: int | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the order looks at, as the item stood before anybody pulled."""

    id: int
    queue: int
    due: datetime
    rejected: bool

    def place(self, at: datetime) -> tuple[int, datetime, int]:
        """Its place in the order of Q-2 at this moment."""
        rank = 1 if self.due < at else 2 if self.rejected else 3
        return rank, self.due, self.id


def desk() -> tuple[list[Queue], list[Waiting]]:
    """Three queues and a strict one, full of what is overdue, becomes so, was rejected by a robot, or is not due."""
    with transaction.atomic():
        queues = [factories.queue() for _ in range(3)] + [factories.queue(strict=True)]
        for number in range(ITEMS):
            due = {} if number % 5 == 4 else {"due_at": START + due_in(number), "clock": Clock.RUNNING}
            factories.ticket(queue=queues[number % 7 % 4], robot_rejected=number % 6 == 0, **due)
    rows = Item.objects.values_list("pk", "queue", "sort_due", "robot_rejected")
    place = {one.pk: number for number, one in enumerate(queues)}
    return queues, [Waiting(pk, place[queue], due, rejected) for pk, queue, due, rejected in rows]


def due_in(number: int) -> timedelta:
    """Some before the day, more of it within, two at a time at the same moment."""
    return timedelta(minutes=number // 2 * 7919 % (60 * HOURS * 2) - 60 * HOURS // 2)


def people(queues: Sequence[Queue]) -> list[Actor]:
    return [
        factories.agent(f"Caller {number}", queues=[queues[one] for one in WORKS_IN[number % len(WORKS_IN)]])
        for number in range(CALLERS)
    ]


def pulls_all(number: int, by: Actor) -> list[Pull]:
    """Press until there is nothing; a few minutes go by between two of them, as the caller's clock has it."""
    done: list[Pull] = []
    while not done or done[-1].got is not None:
        quarter = min(len(done) * 2 * CALLERS // ITEMS, 3)
        at = START + timedelta(hours=quarter * HOURS // 4)
        began = time.monotonic()
        item = pulling.pull(by=by, at=at)
        done.append(Pull(number, at, began, time.monotonic(), item.pk if item else None))
    return done


class Order:
    """What such a member may get at such a moment, in the order promised, and how late each was taken."""

    def __init__(self, waiting: Sequence[Waiting], member_of: Sequence[int], at: datetime, taken: Mapping[int, Pull]):
        here = [one for one in waiting if one.queue in member_of and (one.queue != STRICT or one.rejected)]
        self.ids = [one.id for one in sorted(here, key=lambda one: one.place(at))]
        self.places = {pk: place for place, pk in enumerate(self.ids)}
        begun = [taken[pk].began if pk in taken else math.inf for pk in self.ids]
        self.latest = list(itertools.accumulate(begun, max, initial=-math.inf))

    def latest_before(self, got: int | None) -> float:
        """When somebody began to take the last of what is better than this; who got nothing, of everything."""
        return self.latest[len(self.ids) if got is None else self.places[got]]

    def better(self, got: int) -> list[int]:
        return self.ids[: self.places[got]]


def orders(waiting: Sequence[Waiting], pulls: Sequence[Pull]) -> Iterator[tuple[Pull, Order]]:
    """Each pull, beside the order as it was for this caller at that moment."""
    taken, known = {one.got: one for one in pulls if one.got is not None}, {}
    for one in pulls:
        key = WORKS_IN[one.caller % len(WORKS_IN)], one.at
        if key not in known:
            known[key] = Order(waiting, *key, taken)
        yield one, known[key]


def passed_over(waiting: Sequence[Waiting], pulls: Sequence[Pull]) -> list[Pull]:
    """Pulls that were answered before anybody began to take what would have been better."""
    return [pull for pull, order in orders(waiting, pulls) if order.latest_before(pull.got) > pull.ended]


def taken_later(waiting: Sequence[Waiting], pulls: Sequence[Pull]) -> int:
    """The most items that were better than one that somebody got, and that the ledger has as taken after it."""
    nth = {item: number for number, item in enumerate(started().values_list("item", flat=True))}
    return max(
        sum(nth[one] > nth[pull.got] for one in order.better(pull.got))
        for pull, order in orders(waiting, pulls)
        if pull.got is not None
    )


def started() -> QuerySet[Entry]:
    return Entry.objects.filter(type="started").order_by("pk")


@pytest.mark.soak
def test_many_who_pull_get_each_item_once_and_nobody_is_passed_over(
    transactional_db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Q-2, Q-3, MEASURED section 7: the best that is free, as it is at that moment for that caller.

    Whoever is slower than others gets less than the best: at most what each of them had in hand. SQLite has one writer.
    """
    queues, waiting = desk()
    callers = people(queues)

    began = time.monotonic()
    shares = at_once(*(lambda one=one: pulls_all(*one) for one in enumerate(callers)))
    seconds = time.monotonic() - began

    pulls = [pull for share in shares for pull in share]
    meant_for_people = [one.id for one in waiting if one.queue != STRICT or one.rejected]
    assert Counter(pull.got for pull in pulls if pull.got is not None) == Counter(meant_for_people)
    assert started().count() == len(meant_for_people)
    assert passed_over(waiting, pulls) == []
    assert taken_later(waiting, pulls) <= (0 if connection.vendor == "sqlite" else CALLERS - 1)
    assert all(sound(Item(pk=pk)).state is State.IN_PROGRESS for pk in meant_for_people[:: len(meant_for_people) // 50])
    if SOAK:
        with capsys.disabled():
            print(  # noqa: T201 - what is to be read of a long run
                f"\n{CALLERS} callers on {connection.vendor}: {len(meant_for_people) / seconds:.0f} pulls a second"
            )
