"""Four eyes: the work of one is looked at by another."""

from datetime import timedelta

import pytest

from tests import factories
from tests.desk import MONDAY, Desk, publish
from tests.flows import begun, names, running
from tests.services.test_first_ticket import fresh, in_order
from tramita.domain.codes import Listed, Method, Reason, State
from tramita.domain.errors import Conflict, Invalid, NotPermitted
from tramita.models import Item
from tramita.queries.due import explain
from tramita.queries.facts import allowed
from tramita.services import editing, mailing, notes, pulling, resolving, reviewing, working

HOUR = timedelta(hours=1)
CHECK = {
    "four_eyes": True,
    "due": "plain",
    "review_due": "two_days",
    "review_queue": "reviews",
    "checklist": ("IBAN checked",),
    "review_checklist": ("Papers seen",),
}


@pytest.fixture
def action(desk: Desk) -> Item:
    """An Action for four eyes whose first half Ana has done; its reviewers have a queue of their own."""
    queue = factories.queue("reviews")
    for actor in (desk.ana, desk.leo):
        queue.memberships.create(person_id=actor.id)
    case = begun(desk, {"check": ["bank"], "finish": ["create"]}, actions={"bank": CHECK})
    [one] = running(case)
    working.start(one, by=desk.ana, at=MONDAY)
    editing.edit(one, changes={"checklist": {"IBAN checked": True}}, by=desk.ana, at=MONDAY)
    resolving.resolve(one, method="complete", by=desk.ana, at=MONDAY + HOUR)
    return fresh(one)


def test_done_work_goes_to_its_reviewers_with_their_own_due_date_and_checklist(desk: Desk, action: Item) -> None:
    """A-40, A-50, D-10: To Do in the reviewers' queue; the Case does not go on."""
    assert (action.state, action.listed, action.queue.key) == (State.TO_DO, Listed.QUEUE, "reviews")
    assert (action.method, action.first_resolver_id, action.assignee) == (None, desk.ana.id, None)
    assert action.checklist == [["Papers seen", False]]
    assert action.due_at == MONDAY + timedelta(days=2, hours=1)  # sixteen working hours from the handing over
    assert explain(action, MONDAY + HOUR)["at"] == action.due_at
    assert names(Item.objects.get(pk=action.parent_id)) == ["bank"]
    in_order(action)


def test_nobody_reviews_their_own_work_whatever_they_try(desk: Desk, action: Item) -> None:
    """A-50: neither starting, nor pulling, nor being given it, nor a verdict; a note starts nothing."""
    with pytest.raises(NotPermitted):
        working.start(fresh(action), by=desk.ana, at=MONDAY + HOUR)
    with pytest.raises(Invalid):
        working.assign(fresh(action), to=desk.ana.id, by=desk.leo, at=MONDAY + HOUR)
    with pytest.raises(NotPermitted):
        reviewing.review(fresh(action), passed=True, by=desk.ana, at=MONDAY + HOUR)
    with pytest.raises(NotPermitted):
        resolving.resolve(fresh(action), method="complete", by=desk.ana, at=MONDAY + HOUR)
    notes.add_note(fresh(action), body="Please look", by=desk.ana, at=MONDAY + HOUR)

    assert fresh(action).assignee is None
    assert "review" not in allowed(fresh(action), desk.ana, MONDAY)


def test_a_reviewer_passes_it_and_the_flow_goes_on(desk: Desk, action: Item) -> None:
    """A-42, D-12: with their own checklist done; who did the work stays first."""
    with pytest.raises(Invalid, match="Papers seen"):
        reviewing.review(fresh(action), passed=True, by=desk.leo, at=MONDAY + HOUR)
    editing.edit(fresh(action), changes={"checklist": {"Papers seen": True}}, by=desk.leo, at=MONDAY + HOUR)

    reviewing.review(fresh(action), passed=True, by=desk.leo, at=MONDAY + 2 * HOUR)

    held = fresh(action)
    assert (held.state, held.method) == (State.CLOSED, Method.COMPLETE)
    assert (held.resolver_id, held.first_resolver_id) == (desk.leo.id, desk.ana.id)
    assert held.entries.latest("seq").reason == Reason.REVIEWED
    assert names(Item.objects.get(pk=held.parent_id)) == ["create"]
    in_order(action)


def test_a_reviewer_fails_it_and_it_is_the_doers_again(desk: Desk, action: Item) -> None:
    """A-41: highlighted in the doer's Inbox, with its first checklist; then a review is needed again."""
    reviewing.review(fresh(action), passed=False, reason="Another bank", by=desk.leo, at=MONDAY + 2 * HOUR)

    held = fresh(action)
    assert (held.state, held.listed, held.assignee_id, held.highlighted) == (
        State.TO_DO,
        Listed.INBOX,
        desk.ana.id,
        True,
    )
    assert (held.checklist, held.queue) == ([["IBAN checked", False]], desk.invoices)
    assert held.entries.get(type="review_failed").words["reason"] == "Another bank"
    editing.edit(fresh(action), changes={"checklist": {"IBAN checked": True}}, by=desk.ana, at=MONDAY + 3 * HOUR)
    resolving.resolve(fresh(action), method="complete", by=desk.ana, at=MONDAY + 3 * HOUR)
    assert fresh(action).queue.key == "reviews"
    in_order(action)


def test_pulling_gives_the_review_to_other_eyes_only(desk: Desk, action: Item) -> None:
    """A-50, Q-2."""
    ana, leo = (factories.people.actor_by_id(actor.id) for actor in (desk.ana, desk.leo))

    given = [pulling.pull(by=ana, at=MONDAY + HOUR) for _ in range(2)]

    assert given == [Item.objects.get(pk=action.parent_id), None]
    assert pulling.pull(by=leo, at=MONDAY + HOUR) == action


def test_a_setting_keeps_reviewers_from_writing(desk: Desk, action: Item) -> None:
    """A-50, BU-7: mails, notes and data stay the doer's; the checklist and the verdict are theirs."""
    publish("settings", "settings", restrict_reviewers=True)
    forbidden = (
        lambda: notes.add_note(fresh(action), body="Hm.", by=desk.leo, at=MONDAY + HOUR),
        lambda: editing.edit(fresh(action), changes={"tags": ["odd"]}, by=desk.leo, at=MONDAY + HOUR),
        lambda: mailing.send(
            fresh(action), to=["rui@acme.example"], subject="Hm", text="Hm.", by=desk.leo, at=MONDAY + HOUR
        ),
    )
    for write in forbidden:
        with pytest.raises(Conflict) as refused:
            write()
        assert refused.value.code == "only_reviews"

    notes.add_note(fresh(action), body="See the papers.", by=desk.ana, at=MONDAY + HOUR)
    editing.edit(fresh(action), changes={"checklist": {"Papers seen": True}}, by=desk.leo, at=MONDAY + HOUR)
    reviewing.review(fresh(action), passed=True, by=desk.leo, at=MONDAY + HOUR)

    assert fresh(action).state is State.CLOSED
    in_order(action)


def test_each_half_has_a_due_date_of_its_own_also_by_a_rule_that_allows_no_other(desk: Desk, action: Item) -> None:
    """A-50, A-42, Z-15: back with whoever did it, it is due three days from then."""
    back = MONDAY + timedelta(days=1)

    reviewing.review(fresh(action), passed=False, reason="The papers are missing.", by=desk.leo, at=back)

    item = fresh(action)
    assert (action.due_at, item.due_at) == (MONDAY + timedelta(days=2, hours=1), back + timedelta(days=3))
    assert explain(item, back)["at"] == item.due_at
    in_order(item)
