"""A robot works by lease: it gets an item for a while, and what it brings later than that is refused."""

from datetime import timedelta

import pytest

from tests import factories
from tests.desk import MONDAY, Desk
from tests.services.test_edges import fresh
from tramita.domain.codes import Kind, Listed, Method, Reason, State
from tramita.domain.errors import Conflict, GuardFailed, NotFound, NotPermitted
from tramita.domain.robots import LAPSES, Ending, LeaseLost
from tramita.models import Entry, Item, Lease, Person, Timer
from tramita.queries import leases, people
from tramita.services import editing, firing, launching, leasing, ledger, notes, pulling, resolving, working

LASTS = timedelta(minutes=5)
LATE = MONDAY + LASTS
SECOND = timedelta(seconds=1)


def taken(desk: Desk, at=MONDAY) -> tuple[Item, Lease]:
    found = leasing.next_lease(by=desk.robot, at=at)
    assert found is not None
    return found


def fire(at) -> list[bool]:
    return [firing.fire(timer, at=at) for timer in firing.claim(at=at) if timer.kind == "lease"]


def sound(item: Item) -> Item:
    """The item as it stands; its ledger folds, and its fence is that of a living lease or of none."""
    held = fresh(item)
    living = Lease.objects.filter(item=held, ended_at=None)
    assert ledger.differences(held) == {}
    assert list(living.values_list("fence", flat=True)) == ([held.fence] if held.fence else [])
    assert Timer.objects.filter(item=held, purpose="lease").count() == len(living)
    return held


def another_robot(desk: Desk) -> Person:
    return factories.robot("Second reader", queues=[desk.invoices])


def test_the_next_item_is_the_robots_for_as_long_as_its_lease_says(desk: Desk) -> None:
    """B-4, Q-15, Z-17, T-25: In Progress, with a fence that is a version of the item."""
    ticket = desk.ticket()

    item, lease = taken(desk)

    held = sound(ticket)
    assert (item.pk, held.state, held.listed) == (ticket.pk, State.IN_PROGRESS, Listed.INBOX)
    assert (held.assignee_id, held.fence, lease.fence) == (desk.robot.id, held.version, held.version)
    assert (lease.taken_at, lease.expires_at, lease.ended_at) == (MONDAY, LATE, None)
    assert leasing.next_lease(by=desk.robot, at=MONDAY) is None
    assert leases.living_leases(desk.robot, MONDAY) == [lease]
    assert leases.living_leases(desk.robot, LATE) == []


def test_a_robot_that_starts_an_item_by_another_way_has_a_lease_too(desk: Desk) -> None:
    """Z-17, INTERFACES 5: `next`, `start` and what was given to it."""
    pulled, given, started = desk.ticket(), desk.ticket(), desk.ticket()

    pulling.pull(by=desk.robot, at=MONDAY)
    working.assign(fresh(given), to=desk.robot.id, by=desk.leo, at=MONDAY)
    first = leasing.next_lease(by=desk.robot, at=MONDAY)
    working.start(fresh(started), by=desk.robot, at=MONDAY)

    assert first is not None
    assert first[0].pk == given.pk  # before what waits for everybody
    assert all(sound(item).fence for item in (pulled, given, started))


def test_only_what_its_kinds_and_queues_say_is_offered(desk: Desk) -> None:
    """B-3, Q-3: Actions by default; kinds as configured."""
    desk.case()
    assert leasing.next_lease(by=desk.robot, at=MONDAY) is None

    Person.objects.filter(pk=desk.robot.id).update(robot={"kinds": ["case"], "lease": 60})

    item, lease = taken(desk)
    assert (item.kind, lease.expires_at) == (Kind.CASE, MONDAY + timedelta(minutes=1))


def test_signs_of_life_keep_the_item(desk: Desk) -> None:
    """Z-17: each lets the lease last as long again; it never gets shorter."""
    ticket = desk.ticket()
    _, lease = taken(desk)

    leasing.heartbeat(lease.pk, by=desk.robot, at=MONDAY + timedelta(minutes=4))
    kept = leasing.heartbeat(lease.pk, fence=lease.fence, by=desk.robot, at=MONDAY + timedelta(minutes=3))

    assert kept.expires_at == MONDAY + timedelta(minutes=9)
    assert fire(LATE) == []
    assert sound(ticket).fence == lease.fence
    with pytest.raises(LeaseLost):
        leasing.heartbeat(lease.pk, fence=lease.fence + 1, by=desk.robot, at=MONDAY)


def test_the_item_of_a_dead_robot_is_free_when_its_lease_ends(desk: Desk) -> None:
    """Z-17, S-3: To Do in its queue, by a timer, and told; people and other robots may have it."""
    ticket = desk.ticket()
    _, lease = taken(desk)

    assert fire(LATE - SECOND) == []
    assert fire(LATE) == [True]

    held = sound(ticket)
    assert (held.state, held.listed, held.assignee_id) == (State.TO_DO, Listed.QUEUE, None)
    assert Lease.objects.get(pk=lease.pk).ending is Ending.LAPSED
    told = Entry.objects.filter(item=ticket).order_by("-seq")[0]
    assert (told.type, told.reason, told.actor_id) == ("lease_ended", Reason.LEASE_ENDED, None)
    assert (told.data["robot"], told.data["rule"]) == ("Invoice reader", "Z-17")
    assert pulling.pull(by=desk.ana, at=LATE) == ticket


def test_a_hundred_results_that_come_too_late_are_refused(desk: Desk) -> None:
    """Z-17: whether the timer has fired or not, whoever has the item by then, by whatever verb."""
    robot, refused = desk.robot, 0
    for number in range(25):
        ticket = desk.ticket()
        _, lease = taken(desk, MONDAY + number * SECOND)
        if number % 2:
            fire(LATE + number * SECOND)
        if number % 3 == 0:
            fire(LATE + number * SECOND)
            working.start(fresh(ticket), by=desk.ana, at=LATE + number * SECOND)
        late, before = LATE + timedelta(minutes=1), fresh(ticket)
        tries = (
            lambda lease=lease, late=late: leasing.complete(lease.pk, note="Done.", by=robot, at=late),
            lambda lease=lease, late=late: leasing.reject(lease.pk, reason="No.", by=robot, at=late),
            lambda lease=lease, late=late: leasing.heartbeat(lease.pk, by=robot, at=late),
            lambda item=before, late=late: resolving.resolve(item, method="replied", note="N.", by=robot, at=late),
        )
        for one in tries:
            with pytest.raises((LeaseLost, NotPermitted)):
                one()
            refused += 1
        assert sound(ticket).version == before.version
        if number % 3:
            fire(late)
            working.start(fresh(ticket), by=desk.ana, at=late)

    assert refused == 100


def test_a_robot_writes_on_nothing_that_it_does_not_have(desk: Desk) -> None:
    """INTERFACES 4: it works on leased items; a late note does not start the work anew (S-4)."""
    ticket = desk.ticket()
    for write in (
        lambda: notes.add_note(fresh(ticket), body="Late.", by=desk.robot, at=MONDAY),
        lambda: editing.edit(fresh(ticket), changes={"title": "Late"}, by=desk.robot, at=MONDAY),
    ):
        with pytest.raises(LeaseLost):
            write()

    assert sound(ticket).state is State.TO_DO


def test_whoever_takes_the_item_away_ends_the_lease(desk: Desk) -> None:
    """Z-17: a leader's assignment, also back to the same robot; the old run is over."""
    ticket = desk.ticket()
    _, lease = taken(desk)

    working.release(fresh(ticket), by=desk.leo, at=MONDAY)
    assert Lease.objects.get(pk=lease.pk).ending is Ending.TAKEN_BACK
    working.assign(sound(ticket), to=desk.robot.id, by=desk.leo, at=MONDAY)
    _, again = taken(desk)

    assert again.fence > lease.fence
    with pytest.raises(LeaseLost):
        leasing.complete(lease.pk, note="Done.", by=desk.robot, at=MONDAY)
    assert leasing.complete(again.pk, note="Done.", by=desk.robot, at=MONDAY).state is State.RESOLVED
    assert sound(ticket).fence is None


def test_complete_resolves_by_the_method_of_the_kind(desk: Desk) -> None:
    """B-7, T-35, R-5b, INTERFACES 5: a Ticket is replied, an Action complete, or as it says."""
    ticket, other = desk.ticket(), desk.ticket()
    _, first = taken(desk)
    _, second = taken(desk)

    leasing.complete(first.pk, note="Booked.", by=desk.robot, at=MONDAY)
    leasing.complete(second.pk, note="No.", method="rejected", by=desk.robot, at=MONDAY)

    assert [sound(one).method for one in (ticket, other)] == [Method.REPLIED, Method.REJECTED]
    assert set(Lease.objects.values_list("ending", flat=True)) == {Ending.COMPLETED}


def test_an_action_is_completed_with_its_fields_or_nobody_can(desk: Desk) -> None:
    """B-6, B-7, A-38, A-39, A-23: a reason is needed; its Case goes to a person."""
    case = desk.case()
    for _ in range(2):
        launching.launch(fresh(case), action="create-supplier-by-hand", by=desk.ana, at=MONDAY)
    Item.objects.filter(parent=case).update(queue=desk.invoices)
    _, first = taken(desk)
    _, second = taken(desk)

    done = leasing.complete(first.pk, fields={"iban": "PT50"}, by=desk.robot, at=MONDAY)
    gone = leasing.unable(second.pk, reason="It is closed.", by=desk.robot, at=MONDAY)

    assert (sound(done).method, fresh(done).fields) == (Method.COMPLETE, {"iban": "PT50"})
    assert sound(gone).method is Method.UNABLE_TO_COMPLETE
    assert fresh(case).problem == "action_unable"
    assert Lease.objects.get(pk=second.pk).ending is Ending.UNABLE


def test_nobody_is_unable_to_complete_a_ticket(desk: Desk) -> None:
    """INTERFACES 5: that is 409, and the lease lives on."""
    ticket = desk.ticket()
    _, lease = taken(desk)

    with pytest.raises(Conflict) as caught:
        leasing.unable(lease.pk, reason="Why", by=desk.robot, at=MONDAY)

    assert caught.value.code == "not_an_action"
    assert sound(ticket).fence == lease.fence


def test_what_a_robot_rejected_is_for_people_and_never_offered_to_it_again(desk: Desk) -> None:
    """B-5, B-10, S-8, T-29: not after people gave it back either, nor by hand."""
    ticket = desk.ticket()
    _, lease = taken(desk)

    leasing.reject(lease.pk, reason="The scan cannot be read.", by=desk.robot, at=MONDAY)
    held = sound(ticket)
    assert (held.state, held.robot_rejected, held.assignee_id) == (State.TO_DO, True, None)
    assert Lease.objects.get(pk=lease.pk).ending is Ending.REJECTED
    working.start(fresh(ticket), by=desk.ana, at=MONDAY)
    working.release(fresh(ticket), by=desk.ana, at=MONDAY)

    assert not fresh(ticket).robot_rejected
    assert leasing.next_lease(by=desk.robot, at=MONDAY) is None
    with pytest.raises(Exception, match="assigned to them"):
        working.assign(fresh(ticket), to=desk.robot.id, by=desk.leo, at=MONDAY)
    assert leasing.next_lease(by=people.actor_for(another_robot(desk)), at=MONDAY) is not None


def test_an_item_at_which_a_robot_dies_again_and_again_is_for_people(desk: Desk) -> None:
    """B-10, Z-17: it would be offered to the same robot for ever."""
    ticket, at = desk.ticket(), MONDAY
    for _ in range(LAPSES):
        taken(desk, at)
        at += LASTS
        assert fire(at) == [True]

    assert sound(ticket).robot_rejected
    assert Lease.objects.filter(ending=Ending.GIVEN_UP).count() == 1
    assert leasing.next_lease(by=desk.robot, at=at) is None


def test_a_lease_is_its_robots_own(desk: Desk) -> None:
    """B-1: to another robot it does not exist, and people have none."""
    desk.ticket()
    _, lease = taken(desk)
    stranger = people.actor_for(another_robot(desk))

    with pytest.raises(NotFound):
        leasing.complete(lease.pk, by=stranger, at=MONDAY)
    with pytest.raises(NotPermitted):
        leasing.next_lease(by=desk.ana, at=MONDAY)
    with pytest.raises(NotPermitted):
        leasing.heartbeat(lease.pk, by=desk.leo, at=MONDAY)


def test_a_sign_of_life_that_comes_as_the_lease_runs_out_wins_or_is_refused(desk: Desk) -> None:
    """Z-17: the timer looks at the row again, and puts itself back."""
    ticket = desk.ticket()
    _, lease = taken(desk)
    timer = next(one for one in firing.claim(at=LATE) if one.kind == "lease")
    leasing.heartbeat(lease.pk, by=desk.robot, at=LATE - SECOND)

    assert not firing.fire(timer, at=LATE)
    leasing.run_out(fresh(ticket), at=LATE)
    assert sound(ticket).fence == lease.fence


def test_a_robot_does_not_resolve_what_somebody_else_has(desk: Desk) -> None:
    """T-35."""
    ticket = desk.ticket()
    working.start(ticket, by=desk.ana, at=MONDAY)

    with pytest.raises((GuardFailed, NotPermitted)):
        resolving.resolve(fresh(ticket), method="replied", note="N.", by=desk.robot, at=MONDAY)
