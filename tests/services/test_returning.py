"""What comes back never stays with somebody who cannot work it, and says why it went where it went."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import factories
from tests.desk import MONDAY, Desk, publish
from tests.services.test_edges import fresh
from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Listed, State, WaitType
from tramita.models import Definition, Entry, Grant, Item, Membership, Person, Queue
from tramita.queries.people import actor_by_id, actor_for
from tramita.services import (
    feedback,
    launching,
    ledger,
    merging,
    resolving,
    reviewing,
    splitting,
    undoing,
    waiting,
    working,
)
from tramita.services.ledger import Change
from tramita.services.splitting import Child

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = MONDAY + DAY
CATEGORY = "acme/main/finance/to-leo"


@pytest.fixture
def pushed(desk: Desk) -> Desk:
    """A desk with a category whose rule names Leo."""
    above = Definition.objects.get(key="acme/main/finance")
    rule = {"queue": "invoices", "assign_user": desk.leo.email, "feedback_window": 5, "due": "plain"}
    publish("category", CATEGORY, above, title="To Leo", **rule)
    return desk


def deactivated(desk: Desk) -> None:
    Person.objects.filter(pk=desk.ana.id).update(is_active=False)


def lost_the_right(desk: Desk) -> None:
    Grant.objects.create(person_id=desk.ana.id, path="other", permissions=["view", "work"])


def is_a_requester_now(desk: Desk) -> None:
    Person.objects.filter(pk=desk.ana.id).update(role="requester")


def left_the_queue(desk: Desk) -> None:
    """Held to her own queues (Q-14)."""
    Person.objects.filter(pk=desk.ana.id).update(own_queues_only=True)
    Membership.objects.filter(person=desk.ana.id).delete()


CAUSES = [deactivated, lost_the_right, is_a_requester_now, left_the_queue]


def with_ana(desk: Desk, category: str = CATEGORY) -> Item:
    """A Ticket that Ana works on and answers for."""
    item = desk.ticket(category=category)
    if item.assignee_id not in (None, desk.ana.id):
        working.release(item, by=desk.leo, at=MONDAY)
    working.start(item, by=desk.ana, at=MONDAY)
    written(item, owner_id=desk.ana.id)
    return fresh(item)


def written(item: Item, **columns: object) -> None:
    """As something else left it."""
    change = Change(item, SYSTEM, MONDAY)
    change.record("allocated", **columns)
    change.write()


def asked(item: Item, desk: Desk) -> None:
    waiting.wait(item, type="more_information", days=2, by=desk.ana, at=MONDAY)


def until(item: Item, desk: Desk) -> None:
    waiting.wait(item, type="until", until=LATER, by=desk.ana, at=MONDAY)


def resolved(item: Item, desk: Desk) -> None:
    resolving.resolve(item, method="replied", by=desk.ana, at=MONDAY)


def changed(do: Callable[[Change], None]) -> Callable[[Item, Desk], None]:
    """A road whose caller writes the change."""

    def go(item: Item, desk: Desk) -> None:
        change = Change(item, actor_by_id(desk.leo.id), LATER)
        do(change)
        change.write()

    return go


def merged_into(item: Item, desk: Desk) -> None:
    merging.merge([desk.ticket()], into=item, by=desk.leo, at=LATER)


def disputed(item: Item, desk: Desk) -> None:
    feedback.dispute(item, comment="It is not.", by=actor_for(desk.rui), at=LATER)


ROADS = {
    "mail": (asked, changed(waiting.wake_by_mail)),
    "bounce": (asked, changed(waiting.wake_by_bounce)),
    "days": (asked, lambda item, _: waiting.time_out(item, at=LATER)),
    "date": (until, lambda item, _: waiting.date_reached(item, at=LATER)),
    "mail to what is resolved": (resolved, changed(resolving.reopen_by_mail)),
    "dispute": (resolved, disputed),
    "merge": (resolved, merged_into),
}


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("road", ROADS)
def test_it_goes_by_its_rule_where_who_had_it_cannot_work_it(
    pushed: Desk, road: str, cause: Callable[[Desk], None]
) -> None:
    """Q-6, Q-7, Q-9, Q-12, L-10: the owner with it, and the reason is kept and told."""
    rest, back = ROADS[road]
    item = with_ana(pushed)
    rest(item, pushed)
    cause(pushed)

    back(fresh(item), pushed)

    held = fresh(item)
    assert (held.state, held.listed) == (State.TO_DO, Listed.INBOX)
    assert (held.assignee_id, held.owner_id, held.queue_id) == (pushed.leo.id, pushed.leo.id, pushed.invoices.pk)
    assert held.allocation == "rule_user"
    assert Entry.objects.get(item=item, type__in=("woken", "reopened")).data["why"] == "rule_user"


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("road", ROADS)
def test_without_anybody_in_its_rule_its_queue_has_it(desk: Desk, road: str, cause: Callable[[Desk], None]) -> None:
    """Q-6, Q-7, L-4, G-10: nobody answers for it until somebody takes it."""
    rest, back = ROADS[road]
    item = with_ana(desk, "acme/main/finance/invoice-query")
    rest(item, desk)
    cause(desk)

    back(fresh(item), desk)

    held = fresh(item)
    assert (held.state, held.listed, held.assignee_id, held.owner_id) == (State.TO_DO, Listed.QUEUE, None, None)
    assert (held.queue_id, held.allocation) == (desk.invoices.pk, "queue")
    working.start(held, by=desk.leo, at=LATER)
    assert (fresh(item).owner_id, fresh(item).allocation) == (desk.leo.id, "taken")


@pytest.mark.parametrize("road", ["mail", "bounce", "days", "date"])
@pytest.mark.parametrize("keep", [False, True])
def test_a_woken_item_stays_with_who_may_work_it(pushed: Desk, road: str, keep: bool) -> None:
    """L-5, L-6, CG-6: whatever its rule and the setting say; also with somebody who is away."""
    publish("settings", "settings", keep_with_user=keep)
    day = LATER.date().isoformat()
    absent = {"from": day, "to": day, "substitute": None}
    Person.objects.filter(pk=pushed.ana.id).update(absent=absent)
    rest, back = ROADS[road]
    item = with_ana(pushed)
    rest(item, pushed)

    back(fresh(item), pushed)

    assert (fresh(item).assignee_id, fresh(item).owner_id) == (pushed.ana.id, pushed.ana.id)
    assert "why" not in Entry.objects.get(item=item, type="woken").data


@pytest.mark.parametrize("road", ["mail to what is resolved", "dispute", "merge"])
@pytest.mark.parametrize(("keep", "who", "why"), [(True, "ana", "kept_with_user"), (False, "leo", "rule_user")])
def test_a_reopened_item_goes_back_to_who_worked_on_it_if_the_desk_says_so(
    pushed: Desk, road: str, keep: bool, who: str, why: str
) -> None:
    """Q-9, Z-9."""
    publish("settings", "settings", keep_with_user=keep)
    rest, back = ROADS[road]
    item = with_ana(pushed)
    rest(item, pushed)

    back(fresh(item), pushed)

    held = fresh(item)
    assert (held.assignee_id, held.owner_id) == (getattr(pushed, who).id, pushed.ana.id)
    assert held.allocation == Entry.objects.get(item=item, type="reopened").data["why"] == why


def test_what_its_team_owns_is_allocated_by_rule_when_it_wakes_and_not_returned(pushed: Desk) -> None:
    """L-10: with the desk's keep, too, as long as they are outside of its queue."""
    publish("settings", "settings", keep_with_user=True)
    item = with_ana(pushed)
    left_the_queue(pushed)
    waiting.wait(item, type="more_information", by=actor_by_id(pushed.ana.id), at=MONDAY)
    assert (fresh(item).assignee_id, fresh(item).owner_id) == (None, None)

    changed(waiting.wake_by_mail)(fresh(item), pushed)

    assert (fresh(item).assignee_id, fresh(item).owner_id) == (pushed.leo.id, pushed.leo.id)


def test_what_nobody_ever_had_wakes_in_its_queue(pushed: Desk) -> None:
    """Z-1."""
    item = pushed.ticket(category=CATEGORY)
    nobodys = {"assignee_id": None, "last_assignee_id": None, "owner_id": None}
    written(item, state=State.WAITING, wait_type=WaitType.MORE_INFORMATION, listed=Listed.OWNED, **nobodys)

    changed(waiting.wake_by_mail)(fresh(item), pushed)

    assert (fresh(item).assignee_id, fresh(item).listed, fresh(item).allocation) == (None, Listed.QUEUE, "queue")


def test_its_queue_stays_as_long_as_that_is_worked(pushed: Desk) -> None:
    """Q-6: somebody may have put it there."""
    other = factories.queue("other")
    item = with_ana(pushed)
    resolved(item, pushed)
    written(fresh(item), queue_id=other.pk)

    disputed(fresh(item), pushed)
    assert fresh(item).queue_id == other.pk

    resolving.resolve(fresh(item), method="replied", by=pushed.leo, at=LATER)
    Queue.objects.filter(pk=other.pk).update(active=False)
    disputed(fresh(item), pushed)
    assert fresh(item).queue_id == pushed.invoices.pk


def test_who_ends_a_wait_by_hand_has_it_if_nobody_else_may(desk: Desk) -> None:
    """S-10, T-34, G-10."""
    gone, there = with_ana(desk, "acme/main/finance/plain"), with_ana(desk, "acme/main/finance/plain")
    asked(gone, desk)
    asked(there, desk)

    waiting.resume(fresh(there), by=desk.leo, at=LATER)
    deactivated(desk)
    waiting.resume(fresh(gone), by=desk.leo, at=LATER)

    assert fresh(there).assignee_id == desk.ana.id
    assert (fresh(gone).assignee_id, fresh(gone).state) == (desk.leo.id, State.IN_PROGRESS)


def test_who_reopens_what_nobody_answers_for_answers_for_it(desk: Desk) -> None:
    """T-46, G-10."""
    item = with_ana(desk, "acme/main/finance/invoice-query")
    left_the_queue(desk)
    resolving.resolve(item, method="replied", by=actor_by_id(desk.ana.id), at=MONDAY)
    assert (fresh(item).assignee_id, fresh(item).owner_id) == (None, None)

    resolving.reopen(fresh(item), by=desk.leo, at=LATER)

    assert (fresh(item).assignee_id, fresh(item).owner_id) == (desk.leo.id, desk.leo.id)


def test_an_undo_gives_nothing_back_to_who_left(desk: Desk) -> None:
    """Z-3, Q-6."""
    item = with_ana(desk, "acme/main/finance/plain")
    splitting.split(item, children=[Child("One", "One", "acme/main/finance/plain")] * 2, by=desk.ana, at=MONDAY)
    deactivated(desk)

    undoing.undo(fresh(item), by=desk.leo, at=LATER)

    held = fresh(item)
    assert (held.state, held.listed, held.assignee_id, held.owner_id) == (State.TO_DO, Listed.QUEUE, None, None)
    assert Entry.objects.get(item=item, type="reallocated").data["assignee"] == "Ana Lima"


def test_a_review_that_fails_goes_to_who_did_the_work_or_by_its_rule(desk: Desk) -> None:
    """A-42, A-50, Q-7."""
    body = {"name": "bank-check", "title": "Check", "queue": "invoices", "startable": True, "four_eyes": True}
    above = Definition.objects.get(key="acme/main/finance")
    publish("case_type", "acme/main/finance/checks", above, title="Checks", actions={"bank-check": body})
    case = desk.case(case_type="acme/main/finance/checks")
    action = launching.launch(case, action="bank-check", by=desk.ana, at=MONDAY)[0]
    resolving.resolve(action, method="complete", by=desk.ana, at=MONDAY)
    assert (fresh(action).allocation, fresh(action).assignee_id) == ("review", None)
    deactivated(desk)

    reviewing.review(fresh(action), passed=False, reason="No.", by=desk.leo, at=LATER)

    held = fresh(action)
    assert (held.listed, held.assignee_id, held.allocation) == (Listed.QUEUE, None, "queue")
    assert ledger.differences(held) == {}


def test_why_it_is_with_whom_it_is_is_kept_on_each_road_by_hand(desk: Desk) -> None:
    """Z-9, Q-13."""
    item, why = desk.ticket(), []

    working.assign(item, to=desk.ana.id, by=desk.leo, at=MONDAY)
    why.append(fresh(item).allocation)
    working.release(fresh(item), by=desk.leo, at=MONDAY)
    why.append(fresh(item).allocation)
    working.start(fresh(item), by=desk.ana, at=MONDAY)
    why.append(fresh(item).allocation)

    assert why == ["by_hand", "released", "taken"]
