"""Changes of an item's data, and what follows from them."""

from datetime import datetime, timedelta

import pytest

from tests.desk import MONDAY, Desk, publish
from tramita.domain.codes import Clock, DueStatus, State
from tramita.domain.due_dates import status
from tramita.domain.errors import Conflict, Invalid
from tramita.models import Definition, Item, Version
from tramita.queries import due
from tramita.queries.timeline import timeline
from tramita.services import clockwork, editing, launching, ledger, resolving, waiting, working

HOUR = timedelta(hours=1)


def fresh(item: Item) -> Item:
    held = Item.objects.get(pk=item.pk)
    assert ledger.differences(held) == {}
    return held


def edit(item: Item, desk: Desk, at: datetime = MONDAY, **changes: object) -> Item:
    editing.edit(item, changes=changes, by=desk.ana, at=at)
    return fresh(item)


def test_a_new_category_is_told_with_who_and_when_and_moves_the_due_date(desk: Desk) -> None:
    """T-10, T-11, T-12."""
    item = desk.ticket()
    editing.edit(item, changes={"due": {"at": MONDAY + 50 * HOUR}}, by=desk.ana, at=MONDAY)

    held = edit(item, desk, at=MONDAY + HOUR, category="acme/main/finance/plain")

    told = timeline(item, desk.ana, ["category_changed"])[0]
    assert (told.actor.name, told.at, told.data["category"]) == ("Ana Lima", MONDAY + HOUR, "acme/main/finance/plain")
    assert held.due_at == MONDAY + timedelta(days=3)  # the overridden date is gone: the new rule forbids one


def test_a_due_date_set_by_hand_needs_a_rule_that_allows_it(desk: Desk) -> None:
    """SLA-15, SLA-4."""
    allowed, forbidden = desk.ticket(), desk.ticket(category="acme/main/finance/plain")

    held = edit(allowed, desk, due={"at": MONDAY + 5 * HOUR})

    assert held.due_at == MONDAY + 5 * HOUR
    for item, value in ((forbidden, MONDAY + HOUR), (allowed, MONDAY - HOUR), (desk.ticket(draft=True), MONDAY + HOUR)):
        with pytest.raises(Invalid) as refusal:
            edit(item, desk, due={"at": value})
        assert refusal.value.errors[0].field == "due"


def test_a_field_that_the_rule_counts_from_moves_the_due_date(desk: Desk) -> None:
    """SLA-2, Z-15."""
    publish("due_rule", "from_field", within="1 day", base="fields.deadline")
    category = Definition.objects.get(key="acme/main/finance/plain")
    body = {"queue": "invoices", "due": "from_field"}
    category.current = Version.objects.create(definition=category, number=2, body=body, published_at=MONDAY)
    category.save()
    item = desk.ticket(category="acme/main/finance/plain")

    held = edit(item, desk, fields={"deadline": (MONDAY + timedelta(days=9)).isoformat()})

    assert held.due_at == MONDAY + timedelta(days=10)
    assert due.explain(held, MONDAY)["at"] == held.due_at


def test_a_case_lends_its_actions_its_short_description(desk: Desk) -> None:
    """G-8."""
    case = desk.case()
    action = launching.launch(case, action="bank-check", by=desk.ana, at=MONDAY)[0]

    edit(case, desk, title="Bodegas Ibarra")

    assert fresh(action).title == "Check the bank account: Bodegas Ibarra"
    with pytest.raises(Invalid):
        edit(fresh(action), desk, title="Something else")


def test_an_update_of_a_waiting_item_does_not_end_the_wait(desk: Desk) -> None:
    """S-15, CG-11."""
    item = desk.ticket()
    waiting.wait(item, type="more_information", by=desk.ana, at=MONDAY)

    held = edit(item, desk, fields={"amount": 12})

    assert (held.state, held.fields) == (State.WAITING, {"amount": 12})


def test_an_update_of_somebody_elses_item_leaves_it_theirs(desk: Desk) -> None:
    """Z-1, S-14."""
    item = desk.ticket(category="acme/main/finance/pushed")

    editing.edit(item, changes={"fields": {"amount": 1}}, by=desk.leo, at=MONDAY)

    held = fresh(item)
    assert (held.state, held.assignee_id) == (State.TO_DO, desk.ana.id)


def test_one_contact_holds_a_tag_and_the_first_who_asked_stays(desk: Desk) -> None:
    """CT-1, CT-2, CT-4."""
    item = desk.ticket()

    held = edit(item, desk, contacts={"requester": desk.marta.email, "cc": [desk.rui.email]})

    assert (held.requester, held.primary_contact, held.original_requester) == (desk.marta, desk.rui, desk.rui)
    with pytest.raises(Invalid) as refusal:
        edit(item, desk, contacts={"original_requester": desk.marta.email})
    assert refusal.value.errors[0].field == "original_requester"


def test_an_unknown_contact_is_refused_naming_its_field(desk: Desk) -> None:
    """CT-2."""
    with pytest.raises(Invalid) as refusal:
        desk.ticket(requester="nobody@nowhere.example")

    assert [(error.field, error.code) for error in refusal.value.errors] == [("requester", "unknown_contact")]


def test_a_ticket_needs_its_contacts_a_case_only_if_its_type_says_so(desk: Desk) -> None:
    """CT-2, C-4, T-2, T-3."""
    with pytest.raises(Invalid) as refusal:
        desk.ticket(title=" ", description="", category=None, requester=None)

    missing = {error.field for error in refusal.value.errors}
    assert missing == {"title", "description", "category", "primary_contact", "requester"}
    assert desk.case(requester=None).state is State.TO_DO


def test_a_closed_item_does_not_change(desk: Desk) -> None:
    """S-12."""
    item = desk.ticket(category="acme/main/finance/plain")
    resolving.resolve(item, method="replied", by=desk.ana, at=MONDAY)

    with pytest.raises(Conflict):
        edit(item, desk, fields={"amount": 1})


def test_a_case_and_its_actions_are_picked_up_given_up_and_put_back_like_tickets(desk: Desk) -> None:
    """C-5, A-2, A-3, S-6, S-7."""
    case = desk.case()
    action = launching.launch(case, action="bank-check", by=desk.leo, at=MONDAY)[0]

    for item in (case, action):
        edit(item, desk, fields={"amount": 1})
        started = fresh(item)
        working.to_do(item, by=desk.ana, at=MONDAY)
        undone = fresh(item)
        working.release(item, by=desk.ana, at=MONDAY)
        released = fresh(item)

        assert (started.state, started.assignee_id) == (State.IN_PROGRESS, desk.ana.id)
        assert (undone.state, undone.assignee_id) == (State.TO_DO, desk.ana.id)
        assert (released.state, released.assignee_id) == (State.TO_DO, None)


def test_an_action_waits_for_information_or_a_date_and_comes_back(desk: Desk) -> None:
    """A-4 to A-6, A-8."""
    action = launching.launch(desk.case(), action="bank-check", by=desk.leo, at=MONDAY)[0]
    waiting.wait(action, type="until", until=MONDAY + HOUR, by=desk.ana, at=MONDAY)
    waiting.date_reached(action, at=MONDAY + HOUR)
    woken = fresh(action)

    with pytest.raises(Invalid):
        waiting.wait(action, type="pause", by=desk.ana, at=MONDAY + HOUR)

    assert (woken.state, woken.highlighted, woken.assignee_id) == (State.TO_DO, True, desk.ana.id)


def test_a_problem_is_shown_until_the_owner_does_something_about_it(desk: Desk) -> None:
    """C-22, C-23, C-25."""
    case = desk.case()
    action = launching.launch(case, action="bank-check", by=desk.ana, at=MONDAY)[0]
    resolving.resolve(action, method="unable_to_complete", reason="No account", by=desk.ana, at=MONDAY)
    problem = fresh(case)

    launching.launch(fresh(case), action="bank-check", by=desk.ana, at=MONDAY)

    assert (problem.state, problem.problem, problem.problem_reason) == (State.TO_DO, "action_unable", "No account")
    assert fresh(case).problem is None


def test_a_paused_case_keeps_its_time_left_and_shows_no_date(desk: Desk) -> None:
    """SLA-8, C-50, CG-43."""
    case = desk.case()
    waiting.wait(case, type="pause", by=desk.ana, at=MONDAY + HOUR)
    paused = fresh(case)

    waiting.resume(case, by=desk.ana, at=MONDAY + 2 * HOUR)

    resumed = fresh(case)
    assert (paused.due_at, paused.clock, paused.seconds_left) == (None, Clock.PAUSED, 15 * 3600)
    colour = status(clockwork.state_of(resumed), now=MONDAY, zone=clockwork.rule_of(resumed).zone)
    assert (resumed.clock, colour) == (Clock.RUNNING, DueStatus.ON_TARGET)


def test_a_draft_cannot_be_put_to_waiting(desk: Desk) -> None:
    """T-8."""
    with pytest.raises(Conflict):
        waiting.wait(desk.ticket(draft=True), type="more_information", by=desk.ana, at=MONDAY)
