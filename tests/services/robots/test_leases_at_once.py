"""Many robots at once, results that meet the end of their lease, and processes that die at any statement."""

import os
import threading
import time
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection

from tests import factories
from tests.desk import MONDAY, Desk, build
from tests.services.robots.test_leasing import LATE, sound
from tests.services.test_races import at_once
from tramita.domain.actors import Actor
from tramita.domain.bounds import LimitReached, RobotsStopped
from tramita.domain.codes import State
from tramita.domain.errors import TramitaError
from tramita.models import Entry, Item, Lease, Person, Timer
from tramita.models.leases import NEVER_LEASED
from tramita.queries import people
from tramita.services import firing, leasing, notes, stopping, working

pytestmark = pytest.mark.django_db(transaction=True)
SOAK = bool(os.environ.get("TRAMITA_SOAK"))
ITEMS, ROBOTS = (10_000, 50) if SOAK else (40, 8)
SECONDS = 5  # in which the switch halts all
NOW, LASTS = MONDAY + timedelta(minutes=1), timedelta(minutes=5)


@pytest.fixture
def office(transactional_db: None) -> Desk:
    """The small desk, committed."""
    return build()


def robots(desk: Desk, count: int) -> list[Actor]:
    return [people.actor_for(factories.robot(f"Reader {one}", queues=[desk.invoices])) for one in range(count)]


def works_off(robot: Actor) -> list[int]:
    """All that it gets, in the order in which it got it."""
    got = []
    while found := leasing.next_lease(by=robot, at=NOW):
        item, lease = found
        leasing.complete(lease.pk, note="Done.", by=robot, at=NOW)
        got.append(item.pk)
    return got


def test_two_calls_at_once_have_no_run_more_than_an_hour_allows(office: Desk) -> None:
    """B-1: whoever comes second gets nothing, by `next` as by `start`."""
    for number in range(6):
        office.ticket(at=MONDAY - timedelta(minutes=number))
    terms = {"kinds": ["ticket"], "lease": 300, "limits": {"runs_per_hour": 1}}
    Person.objects.filter(pk=office.robot.id).update(robot=terms)

    shares = at_once(*(lambda: leasing.next_lease(by=office.robot, at=NOW) for _ in range(4)))

    assert sum(one is not None for one in shares) == Lease.objects.count() == 1
    with pytest.raises(LimitReached):
        working.start(Item.objects.filter(state=State.TO_DO)[0], by=office.robot, at=NOW)


def test_calls_at_once_write_no_more_than_a_run_may(office: Desk) -> None:
    """B-1: new items too, which have no row in common but the run's."""
    office.ticket()
    terms = {"kinds": ["ticket"], "lease": 300, "limits": {"writes_per_run": 2}}
    Person.objects.filter(pk=office.robot.id).update(robot=terms)
    found = leasing.next_lease(by=people.actor_by_id(office.robot.id or 0), at=NOW)
    robot = people.actor_by_id(office.robot.id or 0)

    tries = at_once(*(lambda: office.ticket(by=robot, at=NOW) for _ in range(6)))

    assert found is not None
    assert sum(isinstance(one, LimitReached) for one in tries) == 4
    assert Item.objects.filter(creator=robot.id).count() == Lease.objects.get().writes == 2


@pytest.mark.soak
def test_the_stop_switch_halts_robots_that_are_at_work(office: Desk) -> None:
    """B-1: whoever calls once it is thrown does nothing any more; what they had is free, and nothing is half done."""
    for number in range(ITEMS):
        office.ticket(at=MONDAY - timedelta(minutes=number))
    at_work, thrown, went_on = threading.Event(), threading.Event(), []

    def works(robot_id: int) -> float:
        while True:
            late = thrown.is_set()
            try:
                by = people.actor_by_id(robot_id)  # as each call finds it
                found = leasing.next_lease(by=by, at=NOW)
                if found is not None:
                    notes.add_note(found[0], body="Looking.", by=by, at=NOW)
                    at_work.set()
                    leasing.complete(found[1].pk, note="Done.", by=by, at=NOW)
            except RobotsStopped:
                return time.monotonic()
            except TramitaError:
                continue  # it was freed under its hands
            if late:
                went_on.append(robot_id)

    def throws() -> float:
        at_work.wait()
        stopping.stop(reason="It errs.", by=office.leo, at=NOW)
        thrown.set()
        return time.monotonic()

    *ended, stopped = at_once(*(lambda one=one: works(one.id or 0) for one in robots(office, ROBOTS)), throws)

    assert went_on == []
    assert not Lease.objects.filter(ended_at=None).exists()
    assert all(sound(item).state in (State.TO_DO, State.RESOLVED) for item in Item.objects.all())
    if SOAK:  # of a machine that does nothing else
        assert max(ended) - stopped < SECONDS


@pytest.mark.soak
def test_robots_share_a_queue_and_each_item_is_done_once_in_the_promised_order(
    office: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Q-2, Z-17, MEASURED section 7: each caller gets what is due sooner first."""
    items = [office.ticket(at=MONDAY - timedelta(minutes=number)) for number in range(ITEMS)]
    due = dict(Item.objects.values_list("pk", "sort_due"))

    began = time.monotonic()
    shares = at_once(*(lambda one=one: works_off(one) for one in robots(office, ROBOTS)))
    seconds = time.monotonic() - began

    done = Counter(pk for share in shares for pk in share)
    assert done == Counter({item.pk: 1 for item in items})
    assert all(due[one] <= due[after] for share in shares for one, after in pairwise(share))
    assert Lease.objects.filter(ending="completed").count() == ITEMS
    assert Entry.objects.filter(type="resolved").count() == ITEMS
    if SOAK:
        with capsys.disabled():
            print(f"\n{ROBOTS} robots on {connection.vendor}: {ITEMS / seconds:.0f} results a second")  # noqa: T201 - to be read


@pytest.mark.soak
def test_a_result_and_the_end_of_its_lease_never_both_happen(office: Desk) -> None:
    """Z-17: whichever is first; the item is Resolved, or To Do and free."""
    for _ in range(30 if SOAK else 6):
        ticket = office.ticket()
        _, lease = leasing.next_lease(by=office.robot, at=MONDAY)
        timer = next(one for one in firing.claim(at=LATE) if one.kind == "lease")

        result, ended = at_once(
            lambda lease=lease: leasing.complete(
                lease.pk, note="Done.", by=office.robot, at=LATE - timedelta(seconds=1)
            ),
            lambda timer=timer: firing.fire(timer, at=LATE),
        )

        held = sound(ticket)
        if isinstance(result, TramitaError):
            assert (held.state, ended) == (State.TO_DO, True)
            working.start(held, by=office.ana, at=LATE)
        else:
            assert (held.state, ended) == (State.RESOLVED, False)


def test_a_leader_who_takes_it_away_and_a_result_never_both_happen(office: Desk) -> None:
    """Z-17, T-26."""
    ticket = office.ticket()
    _, lease = leasing.next_lease(by=office.robot, at=MONDAY)
    seen = Item.objects.get(pk=ticket.pk)

    result, taken = at_once(
        lambda: leasing.complete(lease.pk, note="Done.", by=office.robot, at=NOW),
        lambda: working.release(seen, by=office.leo, at=NOW),
    )

    assert sum(isinstance(one, TramitaError) for one in (result, taken)) == 1
    assert sound(ticket).state is (State.TO_DO if isinstance(result, TramitaError) else State.RESOLVED)


class Died(Exception):
    """The process is gone before it sends this statement."""


@contextmanager
def dies_at(number: int):
    """The statement with this number is never sent. Tells how many there were."""
    sent = Counter()

    def count(execute, sql, params, many, context):
        sent["all"] += 1
        if sent["all"] == number:
            raise Died
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield sent


def steps(desk: Desk):
    """The whole loop: what is called, and how the item and its lease stand when it is done."""

    def newest() -> Lease:
        return Lease.objects.order_by("-pk")[0]

    robot = desk.robot
    yield "next", lambda: leasing.next_lease(by=robot, at=MONDAY), (State.IN_PROGRESS, None)
    yield "heartbeat", lambda: leasing.heartbeat(newest().pk, by=robot, at=NOW), (State.IN_PROGRESS, None)
    yield "run out", lambda: [firing.fire(one, at=NOW + LASTS) for one in due(NOW + LASTS)], (State.TO_DO, "lapsed")
    yield "next again", lambda: leasing.next_lease(by=robot, at=NOW + LASTS), (State.IN_PROGRESS, None)
    end = NOW + LASTS + timedelta(seconds=1)
    yield (
        "complete",
        lambda: leasing.complete(newest().pk, fields={"x": 1}, note="Done.", by=robot, at=end),
        (State.RESOLVED, "completed"),
    )


def due(at):
    """Timers of leases that are due, though somebody died with them in hand."""
    Timer.objects.update(lease_until=NEVER_LEASED)
    return [one for one in firing.claim(at=at) if one.kind == "lease"]


def test_whoever_dies_anywhere_in_the_loop_leaves_all_or_nothing(office: Desk) -> None:
    """Z-17, DESIGN section 5: each statement of each step is once the last; then the step is done again."""
    ticket, killed = office.ticket(), 0
    for name, step, (state, ending) in steps(office):
        before = standing(ticket)
        for number in range(1, 200):
            with dies_at(number) as sent:
                try:
                    step()
                except Died:
                    killed += 1
            sound(ticket)
            if sent["all"] < number or standing(ticket) != before:
                break  # done: at the last it died after all was written, before it could say so
        held = sound(ticket)
        newest = Lease.objects.order_by("-pk")[0]
        assert (held.state, newest.ending) == (state, ending), name

    assert killed > 30
    assert Entry.objects.filter(item=ticket, type="started").count() == 2


def standing(item: Item) -> tuple[object, ...]:
    held = Item.objects.get(pk=item.pk)
    return held.version, held.state, held.fence, list(held.leases.values_list("fence", "ended_at", "expires_at"))
