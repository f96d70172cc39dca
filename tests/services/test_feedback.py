"""Who asked says whether it is done, and how good it was, inside the window (T-45, C-57)."""

from datetime import timedelta

import pytest

from tests.desk import MONDAY, Desk
from tramita.domain.codes import Listed, State
from tramita.domain.errors import Conflict, Invalid, NotPermitted
from tramita.models import Entry, Feedback, Item
from tramita.queries import feedback as results
from tramita.queries.people import actor_by_id
from tramita.services import feedback, resolving, working

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def item(desk: Desk) -> Item:
    """Resolved by Ana, to be disputed for five days."""
    found = desk.ticket()
    working.start(found, by=desk.ana, at=MONDAY)
    resolving.resolve(found, method="replied", by=desk.ana, at=MONDAY)
    return found


def test_that_it_is_done_changes_no_state_and_the_last_word_counts(desk: Desk, item: Item) -> None:
    """T-45, T-47; decision 55: kept with who did the work; each word stands in the ledger."""
    rui = actor_by_id(desk.rui.pk)

    feedback.confirm(item, rating=3, by=rui, at=LATER)
    feedback.confirm(item, rating=5, comment="Quick!", by=rui, at=LATER)

    kept, fresh = Feedback.objects.get(), Item.objects.get()
    assert (kept.done, kept.rating, kept.resolver_id, kept.queue) == (True, 5, desk.ana.id, desk.invoices)
    assert (fresh.state, fresh.resolved_at, fresh.new_information) == (State.RESOLVED, MONDAY, True)
    entries = Entry.objects.filter(type="feedback_given").order_by("seq")
    assert [(one.data["rating"], one.words.get("comment"), one.visibility) for one in entries] == [
        (3, None, "participants"),
        (5, "Quick!", "participants"),
    ]


def test_that_it_is_not_done_takes_the_item_up_again(desk: Desk, item: Item) -> None:
    """T-45, Q-9, R-20: To Do, highlighted, in its queue; who resolved first is kept; the window is no more."""
    feedback.dispute(item, rating=1, comment="The second one is open.", by=actor_by_id(desk.rui.pk), at=LATER)

    fresh = Item.objects.get()
    assert (fresh.state, fresh.listed, fresh.highlighted) == (State.TO_DO, Listed.QUEUE, True)
    assert (fresh.first_resolver_id, fresh.resolved_at, fresh.window_ends_at) == (desk.ana.id, None, None)
    assert Entry.objects.get(type="reopened").data["rule"] == "T-45"
    assert Feedback.objects.get().done is False
    resolving.resolve(fresh, method="replied", by=desk.ana, at=LATER)
    feedback.confirm(fresh, rating=4, by=actor_by_id(desk.rui.pk), at=LATER)
    assert Feedback.objects.count() == 2


def test_a_case_is_taken_up_again_too(desk: Desk) -> None:
    """C-57: and its flow goes on from where it stood."""
    case = desk.case()
    resolving.resolve(case, method="fully_resolved", by=desk.ana, at=MONDAY)

    feedback.dispute(case, comment="No.", by=actor_by_id(desk.rui.pk), at=LATER)

    assert Item.objects.get(pk=case.pk).state is State.TO_DO


@pytest.mark.parametrize("say", [feedback.confirm, feedback.dispute])
def test_after_the_window_nothing_is_taken_and_who_works_here_says_nothing(desk: Desk, item: Item, say: object) -> None:
    """R-14, SEC-2: not at the very moment at which it ends; staff do not rate themselves."""
    rui, ends = actor_by_id(desk.rui.pk), item.window_ends_at
    assert ends is not None
    for by, at, error in ((rui, ends, Conflict), (desk.ana, LATER, NotPermitted)):
        with pytest.raises(error):
            say(item, comment="Well?", by=by, at=at)  # type: ignore[operator]  # one of the two

    assert not Feedback.objects.exists()


def test_a_wrong_rating_and_a_dispute_without_a_word_are_refused(desk: Desk, item: Item) -> None:
    """T-45: who works on it must know what is missing."""
    rui = actor_by_id(desk.rui.pk)
    with pytest.raises(Invalid, match="rating"):
        feedback.confirm(item, rating=6, by=rui, at=LATER)
    with pytest.raises(Invalid, match="comment"):
        feedback.dispute(item, comment="  ", by=rui, at=LATER)


def test_results_are_counted_by_queue_and_resource_as_far_as_one_sees_the_items(desk: Desk, item: Item) -> None:
    """RP-1, SEC-2: Ana sees them, Eve's grant is elsewhere, who asks may not."""
    other = desk.ticket()
    resolving.resolve(other, method="replied", by=desk.leo, at=MONDAY)
    rui = actor_by_id(desk.rui.pk)
    feedback.confirm(item, rating=4, by=rui, at=LATER)
    feedback.dispute(other, rating=1, comment="No.", by=rui, at=LATER)

    queues, resources = (of(desk.leo, since=MONDAY) for of in (results.by_queue, results.by_resource))

    assert [(one.name, one.answers, one.disputed, one.rated, one.average) for one in queues] == [
        (desk.invoices.title, 2, 1, 2, 2.5)
    ]
    assert [(one.name, one.average) for one in resources] == [("Ana Lima", 4.0), ("Leo Roy", 1.0)]
    with pytest.raises(NotPermitted):
        results.by_queue(rui, since=MONDAY)
    with pytest.raises(NotPermitted):
        results.by_queue(desk.eve, since=MONDAY)
    assert results.by_queue(desk.ana, since=LATER + timedelta(days=1)) == []
