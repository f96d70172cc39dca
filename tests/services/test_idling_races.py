"""A queue takes something back while whoever has it begins, and workers that die meanwhile: it happens once."""

import pytest
from django.db import connections

from tests.desk import MONDAY, Desk, build
from tests.services.test_idling import HOUR, fire_all, given, read
from tests.services.test_races import at_once, sound
from tramita.domain.codes import State
from tramita.models import Entry, Item, Queue
from tramita.services import firing, idling, working

pytestmark = pytest.mark.django_db(transaction=True)
OVER = MONDAY + 8 * HOUR
ROUNDS = 4


@pytest.fixture
def eight(transactional_db: None) -> Desk:
    """The small desk, committed; its queue waits eight hours."""
    desk = build()
    Queue.objects.filter(pk=desk.invoices.pk).update(return_idle="8 hours")
    return desk


def taken_back(item: Item) -> int:
    return Entry.objects.filter(item=item, type="returned").count()


def test_who_begins_as_its_time_ends_has_it_or_it_is_back_and_never_both(eight: Desk) -> None:
    """Q-6, DESIGN decision 9."""
    for _ in range(ROUNDS):
        item = given(eight)

        at_once(
            lambda item=item: working.start(Item.objects.get(pk=item.pk), by=eight.ana, at=OVER), lambda: fire_all(OVER)
        )
        fire_all(OVER + HOUR)

        held = sound(item)
        assert (held.state, held.assignee_id) in (
            (State.IN_PROGRESS, eight.ana.id),  # she was first, or took it out of the queue
            (State.TO_DO, None),
        )
        assert (taken_back(item), held.assignee_id) in ((0, eight.ana.id), (1, None), (1, eight.ana.id))


def test_two_workers_take_it_back_once(eight: Desk) -> None:
    """Q-6, DESIGN decision 6."""
    items = [given(eight) for _ in range(ROUNDS)]

    at_once(*[lambda: fire_all(OVER)] * 3)

    assert [taken_back(sound(item)) for item in items] == [1] * ROUNDS


@pytest.mark.parametrize("where", ["reading", "before", "after"])
def test_a_worker_that_is_killed_twice_leaves_nothing_undone_and_nothing_twice(
    eight: Desk, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Q-6: as the ledger is read, before it is written, and after."""
    item = eight.ticket()
    working.assign(item, to=eight.ana.id, by=eight.leo, at=MONDAY)
    look, places = idling.look, {"reading": "tramita.services.idle_timers.keep", "before": "look", "after": "look"}

    def killed(*args: object, **kwargs: object) -> None:
        if where == "after":
            look(*args, **kwargs)
        raise KeyboardInterrupt

    for _ in range(2):
        with monkeypatch.context() as patched:
            if where == "reading":
                patched.setattr(places[where], killed)
            else:
                read(MONDAY)
                patched.setitem(firing.FIRE, "idle", killed)
            with pytest.raises(KeyboardInterrupt):
                read(MONDAY) if where == "reading" else fire_all(OVER + HOUR * _)
        connections.close_all()
    read(MONDAY)
    fire_all(OVER + 3 * HOUR)

    assert sound(item).assignee_id is None
    assert taken_back(item) == 1
