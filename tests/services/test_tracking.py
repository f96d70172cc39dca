"""The clock of an item: whose it is, when it runs, and that no two of a person's run (TL-5, decision 39)."""

from datetime import datetime, timedelta

import pytest

from tests import factories
from tests.desk import MONDAY, Desk, build
from tests.services.test_races import at_once
from tramita.domain.codes import State
from tramita.domain.errors import Conflict, Invalid, NotFound, NotPermitted
from tramita.models import Item, Membership, Person, TimeSpent
from tramita.queries.people import actor_by_id
from tramita.queries.tracking import Clock, clock_of, sessions
from tramita.services import presence, resolving, tracking

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def after(minutes: float) -> datetime:
    return MONDAY + minutes * MINUTE


@pytest.fixture
def desk() -> Desk:
    return build()


def opened(item: Item, desk: Desk, at: datetime = MONDAY) -> int:
    """A page of Ana's, in focus."""
    page = presence.arrive(item, by=desk.ana, at=at)
    tracking.focus(item, by=desk.ana, at=at)
    return page


def held(*pages: int, minutes: int, since: datetime = MONDAY) -> None:
    """The process that serves the pages says each quarter of a minute that they are open."""
    for quarter in range(1, minutes * 4 + 1):
        presence.hold(pages, at=since + quarter * timedelta(seconds=15))


def shown(item: Item, desk: Desk, at: datetime) -> Clock:
    return clock_of(item, desk.ana, at=at)


def test_the_clock_runs_while_the_page_is_open_and_stops_with_it(desk: Desk) -> None:
    """TL-5: whatever the state and the assignee; minimised is open."""
    item = desk.ticket()
    resolving.resolve(item, method="rejected_spam", by=desk.leo, at=MONDAY)
    assert item.state is State.CLOSED

    page = opened(item, desk)
    held(page, minutes=10)
    assert shown(item, desk, after(10.1)) == Clock(own=606, all=606, running=True)
    presence.leave([page], at=after(11))

    assert shown(item, desk, after(50)) == Clock(own=660, all=660)
    assert clock_of(item, desk.leo, at=after(50)) == Clock(own=0, all=660)


def test_one_item_at_a_time_the_one_that_came_into_focus_last(desk: Desk) -> None:
    """TL-5: two tabs, or two machines."""
    one, other = desk.ticket(), desk.ticket()
    first = opened(one, desk)
    held(first, minutes=2)
    pages = [first, opened(other, desk, after(2))]
    held(*pages, minutes=3, since=after(2))
    tracking.focus(one, by=desk.ana, at=after(5))
    presence.leave(pages, at=after(6))

    assert (shown(one, desk, after(9)).own, shown(other, desk, after(9)).own) == (180, 180)


def test_a_page_that_closes_leaves_the_clock_to_another_of_the_same_item(desk: Desk) -> None:
    """TL-5: two tabs of one item are one session."""
    item = desk.ticket()
    first, second = opened(item, desk), opened(item, desk, after(0.5))
    presence.leave([first], at=after(0.5))
    held(second, minutes=3)

    assert shown(item, desk, after(3)) == Clock(own=180, all=180, running=True)
    assert TimeSpent.objects.count() == 1


def test_a_page_that_is_loaded_anew_goes_on_with_its_session(desk: Desk) -> None:
    """TL-5: each form that is sent loads it anew; whoever was on another item meanwhile begins another session."""
    item, other = desk.ticket(), desk.ticket()
    presence.leave([opened(item, desk)], at=after(1))
    presence.leave([opened(item, desk, after(1.1))], at=after(2))
    assert [one.seconds for one in TimeSpent.objects.all()] == [120]

    presence.leave([opened(other, desk, after(2))], at=after(2.1))
    opened(item, desk, after(2.2))
    assert TimeSpent.objects.filter(item=item).count() == 2


def test_a_page_that_is_never_heard_of_again_ended_when_it_was_heard_of_last(desk: Desk) -> None:
    """TL-5: the time-out; the process that served it was killed."""
    item = desk.ticket()
    held(opened(item, desk), minutes=4)

    assert shown(item, desk, after(60)) == Clock(own=240, all=240)
    assert [one.ended_at for one in sessions(item, desk.ana, at=after(60))] == [after(4)]
    presence.hold([], at=after(60))
    row = TimeSpent.objects.get()
    assert (row.ended_at, row.seconds) == (after(4), 240)


def test_what_a_sleeping_machine_slept_is_no_work(desk: Desk) -> None:
    """TL-5: a length is believed, to shorten only; said twice it shortens once."""
    item = desk.ticket()
    held(opened(item, desk), minutes=30)
    for _ in range(2):
        tracking.slept(item, seconds=20 * 60, by=desk.ana, at=after(30))
    assert shown(item, desk, after(30)) == Clock(own=600, all=600)

    tracking.slept(item, seconds=10**9, by=desk.ana, at=after(30))
    assert shown(item, desk, after(30)).own == 0
    assert TimeSpent.objects.get().begun_at == MONDAY


def test_a_pause_lasts_until_it_is_ended_by_hand(desk: Desk) -> None:
    """TL-5: pause and reset by anyone. A pause that was forgotten ends after eight hours."""
    item, other = desk.ticket(), desk.ticket()
    held(opened(item, desk), minutes=3)
    tracking.pause(item, by=desk.ana, at=after(3))
    opened(item, desk, after(4))
    assert shown(item, desk, after(5)) == Clock(own=180, all=180, paused=True)
    opened(other, desk, after(5))
    tracking.focus(item, by=desk.ana, at=after(6))
    assert not TimeSpent.objects.filter(ended_at=None).exists()

    tracking.go_on(item, by=desk.ana, at=after(7))
    assert shown(item, desk, after(9)) == Clock(own=300, all=300, running=True)
    tracking.reset(item, by=desk.ana, at=after(9))
    assert shown(item, desk, after(10)) == Clock(own=240, all=240, running=True)

    tracking.pause(item, by=desk.ana, at=after(10))
    tracking.focus(item, by=desk.ana, at=after(10) + tracking.PAUSE_HOLDS)
    assert shown(item, desk, after(10) + tracking.PAUSE_HOLDS).running


def test_without_a_script_it_runs_until_it_is_paused_for_two_hours_at_most(desk: Desk) -> None:
    """TL-5: a button begins it, and no page holds it."""
    item = desk.ticket()
    tracking.go_on(item, by=desk.ana, at=MONDAY)
    presence.hold([], at=after(30))
    assert shown(item, desk, after(90)) == Clock(own=5400, all=5400, running=True)

    assert shown(item, desk, after(600)) == Clock(own=7200, all=7200)
    tracking.go_on(item, by=desk.ana, at=after(600))
    tracking.pause(item, by=desk.ana, at=after(601))
    assert [one.seconds for one in TimeSpent.objects.order_by("pk")] == [7200, 60]


def test_who_is_not_seen_for_a_while_works_no_more_until_they_are(desk: Desk) -> None:
    """TL-5: the time-out of a page that nobody touches."""
    item = desk.ticket()
    held(opened(item, desk), minutes=30)
    tracking.rest(item, by=desk.ana, at=after(30))
    assert shown(item, desk, after(45)) == Clock(own=1800, all=1800)

    tracking.focus(item, by=desk.ana, at=after(50))
    assert shown(item, desk, after(50.5)) == Clock(own=1830, all=1830, running=True)


def test_own_sessions_are_corrected_and_those_of_the_team_by_who_leads_it(desk: Desk) -> None:
    """TL-5: a leader those of their queues; what runs is paused first; who and when is kept."""
    item = desk.ticket()
    presence.leave([opened(item, desk)], at=after(5))
    (one,) = sessions(item, desk.ana, at=after(6))
    given = {"begun_at": MONDAY, "minutes": 3, "at": after(6)}
    outsider = factories.agent("Max Orr")

    with pytest.raises(NotPermitted):
        tracking.change(item, one.id, **given, by=outsider)
    with pytest.raises(NotPermitted):
        tracking.change(item, one.id, **given, by=desk.leo)
    Membership.objects.create(queue=desk.invoices, person=Person.objects.get(pk=desk.leo.id))
    leo = actor_by_id(desk.leo.id or 0)
    tracking.change(item, one.id, **given, by=leo)
    (corrected,) = sessions(item, desk.ana, at=after(6))
    assert (corrected.seconds, corrected.edited_by and corrected.edited_by.name) == (180, "Leo Roy")

    with pytest.raises(NotFound):
        tracking.change(desk.ticket(), one.id, **given, by=desk.ana)
    with pytest.raises(Invalid, match="future"):
        tracking.change(item, one.id, begun_at=after(4), minutes=3, by=desk.ana, at=after(6))
    opened(item, desk, after(7))
    running = sessions(item, desk.ana, at=after(7))[0]
    assert not running.editable
    with pytest.raises(Conflict, match="still running"):
        tracking.change(item, running.id, **given, by=desk.ana)


@pytest.mark.django_db(transaction=True)
def test_of_two_windows_at_once_one_clock_runs() -> None:
    """TL-5: and none is lost or doubled, however often it is said; pages close in between."""
    desk = build()
    items = [desk.ticket() for _ in range(3)]
    pages = [presence.arrive(item, by=desk.ana, at=MONDAY) for item in items for _ in range(2)]
    moves = [lambda item=item: tracking.focus(item, by=desk.ana, at=after(1)) for item in items * 2]

    told = at_once(*moves, lambda: presence.hold(pages, at=after(1)), lambda: presence.leave(pages[:2], at=after(1)))

    assert [one for one in told if one is not None] == []
    assert TimeSpent.objects.filter(person=desk.ana.id, ended_at=None).count() <= 1
    at_once(*[lambda: tracking.focus(items[1], by=desk.ana, at=after(2))] * 4)
    (running,) = TimeSpent.objects.filter(ended_at=None)
    assert running.item_id == items[1].pk
    assert all(one.seconds <= 120 for one in TimeSpent.objects.all())
