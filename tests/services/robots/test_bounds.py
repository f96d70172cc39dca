"""How far a robot may go: modes, limits, what it may read and whom it may reach once strangers' words are in it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests import factories
from tests.desk import MONDAY, OFFICE, Desk, publish
from tests.services.robots.test_leasing import fire, sound
from tests.services.test_edges import fresh
from tests.services.test_receiving import mail
from tramita.domain.actors import Actor
from tramita.domain.bounds import LimitReached, NeedsPerson, RobotsStopped
from tramita.domain.codes import Listed, State
from tramita.domain.errors import NotFound, NotPermitted
from tramita.domain.proposals import Proposed
from tramita.domain.robots import Ending, Spent, Terms, rests
from tramita.models import Grant, Item, Lease, Person, RobotStop
from tramita.queries import directory, leases, people
from tramita.queries.items import get_visible, visible_to
from tramita.queries.pull import FEW
from tramita.services import (
    editing,
    leasing,
    mailing,
    notes,
    proposing,
    receiving,
    resolving,
    starting,
    stopping,
    tainting,
    webhooks,
    working,
)

HOUR = timedelta(hours=1)


def robot(desk: Desk, *, mails: bool = False, **terms: object) -> Actor:
    """The desk's robot as it stands now, on these terms."""
    Person.objects.filter(pk=desk.robot.id).update(robot={"kinds": ["ticket", "case", "action"], "lease": 300, **terms})
    if mails:
        everything = ["view", "create", "work", "resolve", "mail", "configure", "manage_users", "assign", "bulk"]
        Grant.objects.get_or_create(person_id=desk.robot.id, path="acme", defaults={"permissions": everything})
    return people.actor_by_id(desk.robot.id or 0)


def asked_by_mail(desk: Desk) -> Item:
    receiving.receive(mail(), source="api", at=MONDAY)
    return Item.objects.order_by("-pk")[0]


def foreign(desk: Desk) -> Item:
    """A Ticket of another organisation, in the same queue."""
    other = factories.organisation("globex")
    asker = factories.requester("Gus", organisation=other)
    return desk.ticket(requester=asker.email, title="Secret of Globex")


def takes(by: Actor) -> tuple[Actor, Lease]:
    """The robot with its next item, as its next call finds it."""
    found = leasing.next_lease(by=by, at=MONDAY)
    assert found is not None
    return people.actor_by_id(by.id or 0), found[1]


@pytest.mark.parametrize("mode", ["off", "suggest", "act_with_approval"])
def test_each_verb_is_done_only_in_the_mode_that_says_so(desk: Desk, mode: str) -> None:
    """B-8, T-35: what it may not do by itself a person decides; giving it back it always may."""
    desk.ticket()
    by, lease = takes(robot(desk, mails=True, modes=dict.fromkeys(("create", "change", "mail", "resolve"), mode)))
    item, refused = lease.item, NotPermitted if mode == "off" else NeedsPerson
    tries = (
        lambda: notes.add_note(fresh(item), body="Hm.", by=by, at=MONDAY),
        lambda: resolving.resolve(fresh(item), method="replied", note="Done.", by=by, at=MONDAY),
        lambda: mailing.send(fresh(item), to=[desk.rui.email], text="Hello.", by=by, at=MONDAY),
        lambda: desk.ticket(by=by),
    )

    for one in tries:
        with pytest.raises(refused):
            one()
    leasing.reject(lease.pk, reason="No.", by=by, at=MONDAY)

    assert sound(item).state is State.TO_DO


def test_mail_is_only_suggested_unless_its_mode_says_more(desk: Desk) -> None:
    """B-8, INTERFACES 4: a grant alone does not let a robot write to people."""
    desk.ticket()
    by, lease = takes(robot(desk, mails=True))
    with pytest.raises(NeedsPerson):
        mailing.send(fresh(lease.item), to=[desk.rui.email], text="Hello.", by=by, at=MONDAY)

    by = robot(desk, mails=True, modes={"mail": "act"})

    assert mailing.send(fresh(lease.item), to=[desk.rui.email], text="Hello.", by=by, at=MONDAY).outgoing


def test_no_grant_lets_a_robot_change_rights_or_rules(desk: Desk) -> None:
    """B-8, Z-17: whatever an administrator granted it, tainted or not."""
    ticket = desk.ticket()
    by = robot(desk, mails=True)
    tries = (
        lambda: webhooks.subscribe("https://x.example/", ["item.created"], description="", by=by, at=MONDAY),
        lambda: working.assign(fresh(ticket), to=desk.ana.id, by=by, at=MONDAY),
        lambda: stopping.stop(by=by, at=MONDAY),
        lambda: stopping.resume(by=by, at=MONDAY),
    )

    for one in tries:
        with pytest.raises(NotPermitted):
            one()


def test_a_run_is_tainted_by_what_came_from_outside_and_by_what_is_read_later(desk: Desk) -> None:
    """Z-17: by mail or the portal; what staff wrote taints nothing."""
    desk.ticket()
    _, clean = takes(robot(desk))
    assert not clean.tainted
    tainting.taint(desk.robot)
    assert Lease.objects.get(pk=clean.pk).tainted
    leasing.complete(clean.pk, note="Done.", by=robot(desk), at=MONDAY)

    asked_by_mail(desk)

    assert takes(robot(desk))[1].tainted


def test_a_tainted_run_sees_its_own_organisation_only(desk: Desk) -> None:
    """Z-17, SEC-2: items, what is around them, contacts and organisations; the rest does not exist."""
    company = factories.organisation("acme-iberia")
    Person.objects.filter(pk=desk.rui.pk).update(organisation=company)
    theirs, mine, others = desk.ticket(), asked_by_mail(desk), foreign(desk)
    Item.objects.filter(pk__in=[theirs.pk, mine.pk]).update(organisation=company)
    Item.objects.filter(pk=mine.pk).update(sort_due=MONDAY - HOUR)
    by, lease = takes(robot(desk, mails=True))
    Item.objects.filter(process=None).update(process=theirs.process)

    assert (lease.item_id, by.bounds.tainted) == (mine.pk, True)
    assert set(visible_to(by).values_list("pk", flat=True)) == {theirs.pk, mine.pk}
    with pytest.raises(NotFound):
        get_visible(by, str(others.reference))
    assert {row["organisation"] for row in directory.contacts(by, after=0, limit=50).rows} == {"acme-iberia", None}
    assert [row["name"] for row in directory.organisations(by, after=0, limit=50).rows] == ["acme-iberia"]


def test_two_runs_of_one_robot_never_mix_organisations(desk: Desk) -> None:
    """Z-17: it gets the next item of the same one, or none; two calls at once see one another."""
    mine, others = asked_by_mail(desk), foreign(desk)
    Item.objects.filter(pk=mine.pk).update(sort_due=MONDAY - HOUR)
    before = robot(desk)
    _, lease = takes(before)
    assert lease.item_id == mine.pk

    assert leasing.next_lease(by=robot(desk), at=MONDAY) is None
    assert leasing.next_lease(by=before, at=MONDAY) is None  # who asked before it was tainted
    leasing.complete(lease.pk, note="Done.", by=robot(desk), at=MONDAY)

    assert takes(robot(desk))[1].item_id == others.pk


def test_what_a_robot_may_not_have_does_not_hide_what_it_may(desk: Desk) -> None:
    """Q-2, Z-17: however much of another organisation is due sooner."""
    first, second = asked_by_mail(desk), desk.ticket()
    Item.objects.filter(pk__in=[first.pk, second.pk]).update(organisation=factories.organisation("acme"))
    Item.objects.filter(pk=first.pk).update(sort_due=MONDAY - HOUR)
    before = robot(desk)
    takes(before)
    others = [foreign(desk)]
    others += [desk.ticket(requester=others[0].requester.email) for _ in range(FEW)]
    Item.objects.filter(pk__in=[one.pk for one in others]).update(sort_due=MONDAY)

    found = leasing.next_lease(by=before, at=MONDAY)

    assert found is not None
    assert found[0].pk == second.pk


def test_a_tainted_run_reaches_those_who_take_part_and_nobody_else(desk: Desk) -> None:
    """Z-17: by mail, by a new item that is acknowledged, by making somebody take part, by forging a mail."""
    asked_by_mail(desk)
    gus = foreign(desk).requester
    by, lease = takes(robot(desk, mails=True, modes={"mail": "act"}))
    item = lease.item
    tries = [
        lambda: editing.edit(fresh(item), changes={"contacts": {"cc": [gus.email]}}, by=by, at=MONDAY),
        lambda: desk.ticket(by=by, requester=gus.email),
        lambda: desk.case(by=by, requester=desk.rui.email, primary_contact=gus.email),
    ]
    for place in ("to", "cc", "bcc"):
        where = {"to": [desk.rui.email], place: [desk.rui.email, "evil@elsewhere.example"]}
        tries.append(lambda where=where: mailing.send(fresh(item), **where, text="Data.", by=by, at=MONDAY))

    for one in tries:
        with pytest.raises(NeedsPerson):
            one()
    assert mailing.send(fresh(item), to=[item.requester.email.upper()], text="Answer.", by=by, at=MONDAY)


def test_who_takes_part_in_another_item_of_the_robot_takes_none_in_this_one(desk: Desk) -> None:
    """Z-17: though it has both, of one organisation; they would get what was said here, and could answer to it."""
    first, second = asked_by_mail(desk), desk.ticket(requester=factories.requester("Lucia").email)
    Item.objects.filter(pk__in=[first.pk, second.pk]).update(organisation=factories.organisation("acme"))
    takes(robot(desk, mails=True, modes={"mail": "act"}))
    by, _ = takes(robot(desk, mails=True, modes={"mail": "act"}))
    lucia = str(second.requester and second.requester.email)

    assert by.bounds is not None
    assert lucia in by.bounds.participants
    with pytest.raises(NeedsPerson):
        mailing.send(Item.objects.get(pk=first.pk), to=[lucia], text="Data.", by=by, at=MONDAY)
    lease = Lease.objects.get(item=first)
    by = people.actor_by_id(robot(desk, modes={"mail": "act_with_approval"}).id or 0)
    made = proposing.propose(lease.pk, verb=Proposed.MAIL, given={"to": [lucia], "text": "Data."}, by=by, at=MONDAY)
    assert not made.as_robot


def test_a_run_writes_as_much_as_it_may_and_no_more(desk: Desk) -> None:
    """B-1: changes and new items are counted together; to end the run is always allowed."""
    desk.ticket()
    by, lease = takes(robot(desk, limits={"writes_per_run": 3}))

    notes.add_note(fresh(lease.item), body="1", by=by, at=MONDAY)
    desk.ticket(by=by)
    notes.add_note(fresh(lease.item), body="3", by=by, at=MONDAY)

    with pytest.raises(LimitReached):
        notes.add_note(fresh(lease.item), body="4", by=by, at=MONDAY)
    with pytest.raises(LimitReached):
        desk.ticket(by=by)
    assert leasing.complete(lease.pk, note="Done.", by=by, at=MONDAY).state is State.RESOLVED


def test_a_robot_rests_when_it_has_done_enough() -> None:
    """B-1: capacity, cost, runs in an hour, and its hours."""
    assert rests(Terms(), Spent(runs=999), works_now=True) == ""
    assert rests(Terms(), Spent(runs=1000), works_now=True) == "runs_per_hour"
    assert rests(Terms(), Spent(), works_now=False) == "outside_its_hours"
    assert rests(Terms(capacity=HOUR), Spent(time=HOUR), works_now=True) == "capacity"
    costly = Terms(limits={"cost_per_day": 10}, cost_per_hour=4)
    assert rests(costly, Spent(cost=Decimal(7), time=HOUR / 2), works_now=True) == ""
    assert rests(costly, Spent(cost=Decimal(8), time=HOUR / 2), works_now=True) == "cost_per_day"


def test_what_a_robot_used_up_today_lets_it_rest(desk: Desk) -> None:
    """B-1: the time under leases and the cost that it tells; the day is that of its own zone."""
    desk.ticket()
    desk.ticket()
    by, lease = takes(robot(desk, limits={"cost_per_day": 3}))
    leasing.heartbeat(lease.pk, cost=Decimal("2.5"), by=by, at=MONDAY)
    assert leases.rests(by.id, MONDAY) == ""
    leasing.complete(lease.pk, note="Done.", cost=Decimal("3.25"), by=by, at=MONDAY)

    assert leases.rests(by.id, MONDAY) == "cost_per_day"
    assert leasing.next_lease(by=robot(desk, limits={"cost_per_day": 3}), at=MONDAY) is None
    assert leases.rests(by.id, MONDAY + timedelta(days=1)) == ""
    publish("calendar", "office", **{name: value for name, value in OFFICE.items() if name != "key"})
    robot(desk, calendar="office")
    assert [leases.rests(by.id, MONDAY.replace(hour=hour)) for hour in (8, 10)] == ["outside_its_hours", ""]


def test_the_stop_switch_halts_all_and_frees_what_they_have(desk: Desk) -> None:
    """B-1: each call of a robot asks for it, so the next one is refused; items are free at once."""
    ticket, other = desk.ticket(), desk.ticket()
    by, lease = takes(robot(desk))

    freed = stopping.stop(reason="It answers the wrong people.", by=desk.leo, at=MONDAY)
    stopping.stop(by=desk.leo, at=MONDAY)

    held, now = sound(ticket), people.actor_by_id(by.id)
    assert (freed, held.state, held.listed) == (1, State.TO_DO, Listed.QUEUE)
    assert Lease.objects.get(pk=lease.pk).ending is Ending.STOPPED
    assert RobotStop.objects.count() == 1
    for one in (
        lambda: leasing.next_lease(by=by, at=MONDAY),  # a call that was on its way
        lambda: working.start(fresh(other), by=now, at=MONDAY),
        lambda: desk.ticket(by=now),
    ):
        with pytest.raises(RobotsStopped):
            one()
    assert fire(MONDAY + HOUR) == []

    assert stopping.resume(by=desk.leo, at=MONDAY)
    assert not stopping.resume(by=desk.leo, at=MONDAY)
    assert takes(people.actor_by_id(by.id))


def test_agents_do_not_stop_robots_and_leaders_do(desk: Desk) -> None:
    """Q-10, B-9."""
    for who in (desk.ana, desk.robot):
        with pytest.raises(NotPermitted):
            stopping.stop(by=who, at=MONDAY)
    assert stopping.stop(by=desk.leo, at=MONDAY) == 0
    assert starting.start_ticket(draft=True, by=desk.ana, at=MONDAY)
