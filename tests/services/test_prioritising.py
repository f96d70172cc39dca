"""Leaders put items first: Pull gives them before the others of their rank, until they leave their queue."""

from datetime import timedelta

import pytest
from django.test import Client

from tests import factories
from tests.api.callers import ask
from tests.api.in_process import desk_of
from tests.desk import MONDAY, Desk
from tests.services.test_edges import fresh
from tests.services.test_returning import written
from tramita.domain.codes import State
from tramita.domain.errors import Conflict, NotPermitted
from tramita.domain.notices import Event
from tramita.models import Entry, Grant, Item, Membership, Notification, Person, Queue
from tramita.queries import pull as offering
from tramita.queries.people import actor_by_id, actor_for
from tramita.services import editing, leasing, ledger, prioritising, pulling, working

LATE, SOON, LATER = (MONDAY - timedelta(days=20), MONDAY - timedelta(hours=2), MONDAY)  # when they came in


def first(item: Item, desk: Desk) -> Item:
    prioritising.prioritise(fresh(item), by=desk.leo, at=MONDAY)
    return item


def order(desk: Desk, who=None) -> list[int]:
    return [one.id for one in offering.candidates(who or desk.ana, at=MONDAY)]


def rejected(item: Item) -> Item:
    written(item, robot_rejected=True)
    return fresh(item)


def test_what_is_first_goes_first_of_its_rank_and_overdue_stays_first(desk: Desk) -> None:
    """Q-2: overdue, then rejected by a robot, then due soonest; of each what a leader put first."""
    late, later = desk.ticket(at=LATE), desk.ticket(at=LATE + timedelta(days=1))
    given_up, given_up_too = (rejected(desk.ticket(at=at)) for at in (SOON, LATER))
    soon, soon_too = (desk.ticket(at=at) for at in (SOON, LATER))

    for item in (later, given_up_too, soon_too):
        first(item, desk)

    assert order(desk) == [one.pk for one in (later, late, given_up_too, given_up, soon_too, soon)]
    assert pulling.pull(by=desk.ana, at=MONDAY) == later


def test_of_several_that_are_first_the_one_due_soonest_is(desk: Desk) -> None:
    """Q-2."""
    items = [first(desk.ticket(at=MONDAY + timedelta(hours=hours)), desk) for hours in (3, 1, 2)]
    desk.ticket(at=SOON)

    assert order(desk)[:3] == [items[1].pk, items[2].pk, items[0].pk]


def test_in_a_strict_queue_people_get_no_ordinary_item_because_it_is_first(desk: Desk) -> None:
    """Q-3."""
    ordinary = first(desk.ticket(at=SOON), desk)
    given_up, given_up_too = (rejected(desk.ticket(at=at)) for at in (SOON, LATER))
    first(given_up_too, desk)
    Queue.objects.filter(pk=desk.invoices.pk).update(strict=True)

    assert order(desk) == [given_up_too.pk, given_up.pk]
    assert order(desk, desk.robot) == [ordinary.pk]


def test_a_robot_gets_it_first_too_but_for_what_was_given_to_it(desk: Desk) -> None:
    """B-4, Q-3: and nothing that a robot rejected, be it first."""
    plain, wanted = desk.ticket(at=SOON), first(desk.ticket(at=LATER), desk)
    first(rejected(desk.ticket(at=SOON)), desk)
    given = desk.ticket(at=LATER)
    working.assign(given, to=desk.robot.id, by=desk.leo, at=MONDAY)

    assert order(desk, desk.robot) == [given.pk, wanted.pk, plain.pk]
    taken = leasing.next_lease(by=desk.robot, at=MONDAY)
    assert taken is not None
    assert taken[0].pk == given.pk


@pytest.mark.parametrize("way", ["start", "assign", "pull", "queue"])
def test_it_is_first_until_it_leaves_its_queue(desk: Desk, way: str) -> None:
    """Q-2, L-4: what comes back to a queue waits its turn."""
    other = factories.queue("other")
    item = first(desk.ticket(), desk)
    assert fresh(item).prioritised

    if way == "start":
        working.start(fresh(item), by=desk.ana, at=MONDAY)
        working.release(fresh(item), by=desk.ana, at=MONDAY)
    elif way == "assign":
        working.assign(fresh(item), to=desk.ana.id, by=desk.leo, at=MONDAY)
    elif way == "pull":
        pulling.pull(by=desk.ana, at=MONDAY)
    else:
        written(fresh(item), queue_id=other.pk)

    assert fresh(item).prioritised is None
    assert ledger.differences(fresh(item)) == {}


def test_it_is_told_in_the_timeline_starts_nothing_and_is_taken_back(desk: Desk) -> None:
    """Z-1, TL-1: to do it twice is to do it once."""
    item = first(first(desk.ticket(), desk), desk)
    editing.recategorise(fresh(item), category="acme/main/finance/plain", by=desk.leo, at=MONDAY)
    assert (fresh(item).prioritised, fresh(item).state) == (True, State.TO_DO)

    for _ in range(2):
        prioritising.deprioritise(fresh(item), by=desk.leo, at=MONDAY)

    told = Entry.objects.filter(item=item, type__endswith="prioritised").order_by("seq").values_list("type", "actor")
    assert list(told) == [("prioritised", desk.leo.id), ("deprioritised", desk.leo.id)]
    assert (fresh(item).prioritised, fresh(item).assignee_id) == (None, None)
    assert not Notification.objects.filter(item=item).exclude(event=Event.QUEUED).exists()


def test_only_who_leads_its_queue_puts_it_first(desk: Desk) -> None:
    """Q-10, Q-13, SEC-2: a leader whose rights are narrowed, in the queues that they manage."""
    item = desk.ticket()
    una = factories.person("Una", role="team_leader")
    Grant.objects.create(person=una, path="acme", permissions=["view", "work", "manage_queue"])

    for by in (desk.ana, desk.robot, actor_for(desk.rui), actor_for(una)):
        with pytest.raises(NotPermitted):
            prioritising.prioritise(fresh(item), by=by, at=MONDAY)
        assert not prioritising.may_prioritise(fresh(item), by)
    Membership.objects.create(queue=desk.invoices, person=una, manager=True)
    prioritising.prioritise(fresh(item), by=actor_by_id(una.pk), at=MONDAY)

    assert fresh(item).prioritised


def test_what_waits_in_no_queue_and_too_many_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Q-2: what is first among hundreds is not first."""
    taken = desk.ticket()
    working.start(taken, by=desk.ana, at=MONDAY)
    with pytest.raises(Conflict) as refused:
        first(taken, desk)
    assert refused.value.code == "not_in_queue"

    monkeypatch.setattr(prioritising, "MOST", 1)
    first(desk.ticket(), desk)
    with pytest.raises(Conflict) as refused:
        first(desk.ticket(), desk)
    assert refused.value.code == "too_many"


def test_the_page_and_the_list_show_it_and_a_leader_has_the_button(desk: Desk) -> None:
    """H-2, UI."""
    item, leo, ana = desk.ticket(), Client(), Client()
    leo.force_login(Person.objects.get(pk=desk.leo.id))
    ana.force_login(Person.objects.get(pk=desk.ana.id))
    action = f"/items/{item.reference}/priority"
    assert action in leo.get(f"/items/{item.reference}").content.decode()

    leo.post(action, {"version": item.version, "first": "on"})

    assert fresh(item).prioritised
    shown = ana.get(f"/items/{item.reference}").content.decode()
    assert action not in shown
    assert "First" in shown
    assert '<span class="tag first">First</span>' in ana.get("/queues/invoices?mark=prioritised").content.decode()
    assert "Nothing matches" in ana.get("/queues/invoices?mark=highlighted").content.decode()
    assert ana.post(action, {"version": fresh(item).version}).status_code == 403
    leo.post(action, {"version": fresh(item).version})
    assert fresh(item).prioritised is None


def test_the_api_and_its_client_put_first_and_take_it_back(desk: Desk) -> None:
    """INTERFACES 5: told to who works here, not to who asks."""
    item = desk.ticket()
    leo, rui = desk_of(desk.leo.id or 0), ask(desk.rui)

    assert leo.prioritise(item.reference)["prioritised"] is True
    assert rui.get(f"/items/{item.reference}").json()["prioritised"] is False
    assert [one["reference"] for one in leo.items(mark="prioritised")] == [item.reference]
    assert rui.get("/items", mark="prioritised").json()["results"] == []
    assert leo.deprioritise(item.reference)["prioritised"] is False
    assert list(leo.items(mark="prioritised")) == []

    assert ask(Person.objects.get(pk=desk.ana.id)).post(f"/items/{item.reference}/priority").status_code == 403
