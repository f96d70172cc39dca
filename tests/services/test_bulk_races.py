"""Several workers at once, workers that die, and people who press at the same moment: no item is changed twice."""

import os
import signal
from datetime import timedelta

import pytest
from django.db import connections

from tests.desk import MONDAY, Desk, build
from tests.services.test_races import at_once, sound
from tramita.models import Entry, Item, Job, JobItem
from tramita.services import bulk, bulk_work, claiming
from tramita.services.bulk_changes import DO

pytestmark = pytest.mark.django_db(transaction=True)
LATER = MONDAY + timedelta(hours=1)
ITEMS = 12
Outcome = JobItem.Outcome


@pytest.fixture
def office(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The small desk, committed; a worker takes three items at a time."""
    monkeypatch.setattr(bulk_work, "BATCH", 3)
    return build()


def begun(desk: Desk) -> tuple[Job, list[Item]]:
    items = [desk.ticket() for _ in range(ITEMS)]
    return bulk.begin("assign", [one.pk for one in items], to=desk.ana.id, by=desk.leo, at=MONDAY), items


def work(at=LATER) -> int:
    total = 0
    while done := bulk_work.work(at=at):
        total += done["bulk_done"]
        if not done.total():
            break
    return total


def assert_each_once(items: list[Item], job: Job) -> None:
    told = Entry.objects.filter(type="assigned", data__job=job.pk).values_list("item", flat=True)
    assert sorted(told) == sorted(item.pk for item in items)
    assert {sound(item).assignee.name for item in items} == {"Ana Lima"}
    assert set(job.items.values_list("outcome", flat=True)) == {Outcome.DONE}
    assert Job.objects.get(pk=job.pk).ended_at is not None


def test_workers_share_a_job_and_change_each_item_once(office: Desk) -> None:
    """Z-7, MEASURED section 7."""
    job, items = begun(office)

    done = at_once(work, work, work)
    work()

    assert sum(done) == ITEMS
    assert_each_once(items, job)


@pytest.mark.parametrize("place", ["before the commit", "after the commit", "before the end is told"])
def test_a_worker_that_is_killed_between_two_items_doubles_and_loses_none(office: Desk, place: str) -> None:
    """Z-7, DESIGN section 5: kill -9; its lease ends, and another goes on."""
    job, items = begun(office)

    status = _killed(place)
    work()
    left = job.items.filter(outcome=Outcome.WAITING).count()
    work(LATER + claiming.LEASE + timedelta(seconds=1))

    assert status == -signal.SIGKILL
    assert left == {"before the commit": 2, "after the commit": 1}.get(place, 0)  # the rest of what the dead one held
    assert_each_once(items, job)


def test_an_undo_while_workers_are_at_it_leaves_every_item_as_it_was(office: Desk) -> None:
    """Z-7: what was not begun is stopped, what was done is taken back."""
    job, items = begun(office)

    at_once(work, lambda: bulk.undo(job, by=office.leo, at=LATER), work)
    if Job.objects.filter(undoes=job).exists():
        work(LATER + timedelta(minutes=1))
    else:  # the undo was first: nothing had been done yet, and it said so
        bulk.stop(job, by=office.leo)
    work(LATER + claiming.LEASE + timedelta(minutes=2))

    touched = job.items.filter(outcome=Outcome.DONE).values_list("item", flat=True)
    undone = Job.objects.filter(undoes=job).first()
    assert set(undone.items.values_list("item", flat=True) if undone else ()) == set(touched if undone else ())
    assert all(sound(item).assignee_id is None for item in items if undone)
    assert not JobItem.objects.filter(outcome=Outcome.WAITING).exists()


def test_two_who_press_undo_at_once_get_one_job(office: Desk) -> None:
    """Z-7."""
    job, items = begun(office)
    work()

    first, second = at_once(*[lambda: bulk.undo(job, by=office.leo, at=LATER)] * 2)
    work(LATER + timedelta(minutes=1))

    assert first == second
    assert all(sound(item).assignee_id is None for item in items)


def _killed(place: str) -> int:
    """A fork that dies at its second item; how it ended."""
    connections.close_all()
    pid = os.fork()
    if not pid:
        try:
            _die(place)
            bulk_work.work(at=LATER)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _die(place: str) -> None:
    calls: list[int] = []

    def kill(after: int) -> None:
        calls.append(1)
        if len(calls) == after:
            os.kill(os.getpid(), signal.SIGKILL)

    if place == "before the commit":
        real, table = DO["assign"], bulk_work.bulk_changes
        table.DO = {**DO, "assign": lambda item, wanted: (real(item, wanted), kill(2))}
    elif place == "after the commit":
        make = bulk_work.make
        bulk_work.make = lambda *given, **more: (make(*given, **more), kill(2))[0]
    else:
        bulk_work.end = lambda **_: kill(1)
