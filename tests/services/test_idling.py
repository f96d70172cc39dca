"""A queue takes back what somebody was given and does not begin, where it says so."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.desk import MONDAY, Desk
from tests.services.test_edges import fresh
from tramita.domain.codes import Listed, Reason, State
from tramita.domain.definitions import QueueDefinition
from tramita.models import Entry, Item, Notification, Queue, Timer
from tramita.services import firing, ledger, notes, notifying, pulling, waiting, working
from tramita.services.definitions.rows import Rows
from tramita.services.definitions.tally import Tally

pytestmark = pytest.mark.django_db(transaction=True)  # what reads the ledger sees what is committed
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def eight(desk: Desk) -> Desk:
    """The queue waits eight hours."""
    Queue.objects.filter(pk=desk.invoices.pk).update(return_idle="8 hours")
    return desk


def given(desk: Desk, at=MONDAY) -> Item:
    """A Ticket that Leo gave to Ana."""
    item = desk.ticket(at=at)
    working.assign(item, to=desk.ana.id, by=desk.leo, at=at)
    read(at)
    return item


def fire_all(at) -> None:
    """A worker looks at what is due."""
    for timer in firing.claim(at=at):
        firing.fire(timer, at=at)


def read(at) -> None:
    """A worker reads the ledger."""
    while notifying.notify(at=at):
        pass


def looks(item: Item):
    return Timer.objects.filter(item=item, purpose="idle").values_list("due_at", flat=True).first()


def test_what_nobody_begins_is_back_in_its_queue_when_its_time_is_over(eight: Desk) -> None:
    """Q-6, L-4: To Do, nobody's, told with its reason; its owner stays."""
    item = given(eight)
    assert looks(item) == MONDAY + 8 * HOUR

    fire_all(MONDAY + 8 * HOUR)

    held, told = fresh(item), Entry.objects.get(item=item, type="returned")
    assert (held.state, held.listed, held.assignee_id) == (State.TO_DO, Listed.QUEUE, None)
    assert (held.queue_id, held.owner_id, held.allocation) == (eight.invoices.pk, eight.ana.id, "not_begun")
    assert (told.actor_id, told.reason) == (None, Reason.NOT_BEGUN)
    assert (told.data["assignee"], told.data["after"]) == ("Ana Lima", "8 hours")
    assert ledger.differences(held) == {}


def test_who_had_it_is_told_and_the_queue_hears_that_it_is_there(eight: Desk) -> None:
    """N-1, Q-6."""
    item = given(eight)
    fire_all(MONDAY + 8 * HOUR)

    read(MONDAY + 8 * HOUR)

    assert "returned" in Notification.objects.filter(person=eight.ana.id, item=item).values_list("event", flat=True)


def test_it_does_not_go_back_at_once_to_the_one_whom_the_rule_names(eight: Desk) -> None:
    """Q-1, Q-6: pushed by its category, taken back, and then kept by the queue."""
    item = eight.ticket(category="acme/main/finance/pushed")
    assert fresh(item).assignee_id == eight.ana.id
    read(MONDAY)

    fire_all(MONDAY + 8 * HOUR)
    read(MONDAY + 8 * HOUR)
    fire_all(MONDAY + 2 * DAY)

    assert fresh(item).assignee_id is None
    assert Entry.objects.filter(item=item, type="returned").count() == 1
    assert pulling.pull(by=eight.ana, at=MONDAY + 2 * DAY) == item


@pytest.mark.parametrize("begun", ["started", "noted", "waits"])
def test_what_was_begun_stays(eight: Desk, begun: str) -> None:
    """S-4, Q-6: also where the ledger was not read since."""
    item = given(eight)
    later = MONDAY + 7 * HOUR
    if begun == "started":
        working.start(fresh(item), by=eight.ana, at=later)
    elif begun == "noted":
        notes.add_note(fresh(item), body="I look into it.", by=eight.ana, at=later)
    else:
        waiting.wait(fresh(item), type="more_information", by=eight.ana, at=later)

    fire_all(MONDAY + 8 * HOUR)

    assert fresh(item).assignee_id == eight.ana.id
    assert looks(item) is None


def test_the_timer_is_gone_when_it_is_begun_and_there_again_when_it_is_set_back(eight: Desk) -> None:
    """S-7, Q-6: who sets it back to To Do has the whole time again."""
    item = given(eight)
    working.start(fresh(item), by=eight.ana, at=MONDAY + HOUR)
    read(MONDAY + HOUR)
    assert looks(item) is None

    working.to_do(fresh(item), by=eight.ana, at=MONDAY + 2 * HOUR)
    read(MONDAY + 2 * HOUR)

    assert looks(item) == MONDAY + 10 * HOUR


def test_a_timer_from_before_its_last_change_looks_again_later(eight: Desk) -> None:
    """Q-6: begun and set back, and no worker read it yet."""
    item = given(eight)
    working.start(fresh(item), by=eight.ana, at=MONDAY + HOUR)
    working.to_do(fresh(item), by=eight.ana, at=MONDAY + 6 * HOUR)

    fire_all(MONDAY + 8 * HOUR)

    assert fresh(item).assignee_id == eight.ana.id
    assert looks(item) == MONDAY + 14 * HOUR


def test_what_is_given_to_somebody_else_has_its_time_anew(eight: Desk) -> None:
    """Q-6."""
    item, bea = given(eight), factories.person("Bea")
    working.assign(fresh(item), to=bea.pk, by=eight.leo, at=MONDAY + 7 * HOUR)
    read(MONDAY + 7 * HOUR)

    fire_all(MONDAY + 8 * HOUR)
    assert fresh(item).assignee_id == bea.pk

    fire_all(MONDAY + 15 * HOUR)
    assert fresh(item).assignee_id is None


def test_a_woken_item_has_its_time_from_when_it_woke(eight: Desk) -> None:
    """L-5, Q-6."""
    item = given(eight)
    waiting.wait(fresh(item), type="until", until=MONDAY + 3 * DAY, by=eight.ana, at=MONDAY)
    read(MONDAY)

    fire_all(MONDAY + 3 * DAY)
    read(MONDAY + 3 * DAY)

    assert fresh(item).assignee_id == eight.ana.id
    assert looks(item) == MONDAY + 3 * DAY + 8 * HOUR


def test_working_time_is_that_of_the_items_due_rule(desk: Desk) -> None:
    """Q-6, SLA-1: two working days from Friday are Tuesday."""
    Queue.objects.filter(pk=desk.invoices.pk).update(return_idle="2 working days")
    friday = MONDAY + 4 * DAY

    assert looks(given(desk, at=friday)) == friday + 4 * DAY
    assert looks(given(desk, at=MONDAY)) == MONDAY + 2 * DAY


def test_what_a_robot_was_given_stays_with_it(eight: Desk) -> None:
    """Q-6, Q-15."""
    item = eight.ticket()
    working.assign(item, to=eight.robot.id, by=eight.leo, at=MONDAY)
    read(MONDAY)

    fire_all(MONDAY + DAY)

    assert fresh(item).assignee_id == eight.robot.id
    assert looks(item) is None


def test_without_the_wish_nothing_comes_back_and_nothing_is_asked(desk: Desk) -> None:
    """Q-6: what reads the ledger says nothing of such timers, and never asks for the item."""
    item = desk.ticket()
    working.assign(item, to=desk.ana.id, by=desk.leo, at=MONDAY)

    with CaptureQueriesContext(connection) as asked:
        notifying.notify(at=MONDAY)
    fire_all(MONDAY + 30 * DAY)

    assert not [one["sql"] for one in asked if "idle'" in one["sql"]]
    assert fresh(item).assignee_id == desk.ana.id


def test_a_queue_that_begins_to_say_so_takes_hold_of_what_is_with_somebody_already(desk: Desk) -> None:
    """Q-6: from then on everybody has the whole time."""
    item, begun = given(desk), given(desk)
    working.start(fresh(begun), by=desk.ana, at=MONDAY)
    said = MONDAY + 9 * DAY
    wish(desk, "8 hours", at=said)
    assert (looks(item), looks(begun)) == (said + 8 * HOUR, None)

    fire_all(said + 8 * HOUR)

    assert fresh(item).assignee_id is None
    assert fresh(begun).assignee_id == desk.ana.id


@pytest.mark.parametrize(
    ("then", "looked", "back"), [("2 hours", 3, 3), ("30 hours", 8, 30), ("1 working day", 8, 24), (None, 8, None)]
)
def test_a_queue_that_says_something_else_counts_by_that(
    eight: Desk, then: str | None, looked: int, back: int | None
) -> None:
    """Q-6: a shorter time counts from the change on, a longer one from when it was given, none ends it."""
    item = given(eight)
    wish(eight, then, at=MONDAY + HOUR)

    assert looks(item) == MONDAY + looked * HOUR
    fire_all(MONDAY + looked * HOUR)
    if back is None or back > looked:
        assert fresh(item).assignee_id == eight.ana.id
        fire_all(MONDAY + (back or 99) * HOUR)
    assert (fresh(item).assignee_id is None) == (back is not None)


def wish(desk: Desk, words: str | None, *, at) -> None:
    """The configuration says it; whoever is in the queue stays."""
    people = {one.person.called: one.person for one in desk.invoices.memberships.select_related("person")}
    said = QueueDefinition("invoices", "Invoices", members=tuple(people), return_idle=words)
    Rows(Tally(frozenset({"queues"})), at=at).queues({"invoices": said}, people, {})
