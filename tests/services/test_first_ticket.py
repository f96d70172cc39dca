"""The life of a Ticket through the services, with the ledger and the clock beside it."""

from datetime import timedelta

import pytest

from tests.desk import MONDAY, Desk
from tramita.domain.codes import Clock, Listed, Method, State, WaitType
from tramita.domain.errors import Conflict, Invalid, NotPermitted
from tramita.models import Entry, Item, Timer
from tramita.services import editing, firing, launching, ledger, notes, resolving, starting, waiting, working

HOUR = timedelta(hours=1)


def fresh(item: Item) -> Item:
    return Item.objects.get(pk=item.pk)


def in_order(item: Item) -> None:
    """The ledger folds to the columns, and nobody tampered with it."""
    held = fresh(item)
    assert ledger.differences(held) == {}
    assert ledger.chain_holds(held.entries.order_by("seq"))


def test_a_ticket_started_at_once_is_to_do_in_its_queue_with_a_due_date(desk: Desk) -> None:
    """T-9, T-21, T-12, SLA-1, SLA-4, L-4, CT-3, CT-4."""
    item = desk.ticket()

    held = fresh(item)
    assert (held.state, held.listed, held.queue) == (State.TO_DO, Listed.QUEUE, desk.invoices)
    assert held.due_at == MONDAY + timedelta(days=1, hours=9)
    assert held.primary_contact == held.requester == held.subject == held.original_requester == desk.rui
    assert held.description == ""
    in_order(item)


def test_a_note_on_a_free_ticket_starts_it(desk: Desk) -> None:
    """S-4, S-14, Z-1, T-25, G-10."""
    item = desk.ticket(by=desk.leo)

    notes.add_note(item, body="Looking into it", by=desk.ana, at=MONDAY + HOUR)

    held = fresh(item)
    assert (held.state, held.listed, held.assignee_id) == (State.IN_PROGRESS, Listed.INBOX, desk.ana.id)
    in_order(item)


def test_a_wait_with_days_stops_the_clock_and_sets_a_timer(desk: Desk) -> None:
    """T-30, SLA-5, SLA-10, W-9, L-2."""
    item = desk.ticket()
    working.start(item, by=desk.ana, at=MONDAY)

    waiting.wait(item, type="more_information", days=5, close_if_no_response=True, by=desk.ana, at=MONDAY + HOUR)

    held = fresh(item)
    assert (held.state, held.listed, held.wait_type) == (State.WAITING, Listed.OWNED, WaitType.MORE_INFORMATION)
    assert (held.due_at, held.clock, held.seconds_left) == (None, Clock.PAUSED, 15 * 3600)
    assert Timer.objects.get(item=held).purpose == "time_out"
    in_order(item)


def test_a_ticket_nobody_answers_for_closes_by_its_timer(desk: Desk) -> None:
    """T-40, CG-7, W-11."""
    item = desk.ticket()
    waiting.wait(item, type="more_information", days=5, close_if_no_response=True, by=desk.ana, at=MONDAY)
    late = MONDAY + timedelta(days=8)

    fired = [firing.fire(timer, at=late) for timer in firing.claim(at=late)]

    held = fresh(item)
    assert fired == [True]
    assert (held.state, held.method, held.listed) == (State.CLOSED, Method.NO_RESPONSE, Listed.NONE)
    assert held.first_resolver is None
    in_order(item)


def test_a_resolution_note_resolves_and_the_window_closes_it(desk: Desk) -> None:
    """T-35, T-47, R-13, R-14, R-20."""
    item = desk.ticket()
    resolving.resolve(item, method="replied", note="Booked back", by=desk.ana, at=MONDAY + HOUR)
    opened = fresh(item)

    firing.fire(firing.claim(at=MONDAY + timedelta(days=9))[0], at=MONDAY + timedelta(days=9))

    held = fresh(item)
    assert (opened.state, opened.listed, opened.clock) == (State.RESOLVED, Listed.OWNED, Clock.STOPPED)
    assert opened.window_ends_at == MONDAY + timedelta(days=7, hours=1)
    assert (held.state, held.listed, held.method) == (State.CLOSED, Listed.NONE, Method.REPLIED)
    in_order(item)


def test_reopening_keeps_the_first_resolver(desk: Desk) -> None:
    """T-46, R-19, R-20, SLA-18."""
    item = desk.ticket()
    resolving.resolve(item, method="replied", by=desk.ana, at=MONDAY + HOUR)
    resolving.reopen(item, by=desk.leo, at=MONDAY + 2 * HOUR)
    running = fresh(item).due_at
    resolving.resolve(item, method="rejected", by=desk.leo, at=MONDAY + 3 * HOUR)

    held = fresh(item)
    assert running == MONDAY + timedelta(days=2, hours=1)  # 15 hours were left, counted on from 11:00
    assert (held.first_resolver_id, held.first_resolved_at) == (desk.ana.id, MONDAY + HOUR)
    assert (held.resolver_id, held.method) == (desk.leo.id, Method.REJECTED)
    in_order(item)


def test_without_a_window_a_resolved_ticket_closes_at_once(desk: Desk) -> None:
    """R-13, T-47."""
    item = desk.ticket(category="acme/main/finance/plain")

    resolving.resolve(item, method="replied", by=desk.ana, at=MONDAY + HOUR)

    assert fresh(item).state is State.CLOSED
    in_order(item)


def test_an_action_that_cannot_be_completed_throws_the_problem_to_its_case(desk: Desk) -> None:
    """A-22 to A-25, C-20, C-21, C-46, C-11."""
    case = desk.case()
    working.start(case, by=desk.ana, at=MONDAY)
    waiting.wait(case, type="until", until=MONDAY + 9 * HOUR, by=desk.ana, at=MONDAY)
    action = launching.launch(case, action="bank-check", by=desk.ana, at=MONDAY + HOUR)[0]

    resolving.resolve(action, method="unable_to_complete", reason="No account", by=desk.ana, at=MONDAY + 2 * HOUR)

    held, done = fresh(case), fresh(action)
    assert (done.state, done.method, done.resolution_reason) == (State.CLOSED, Method.UNABLE_TO_COMPLETE, "No account")
    assert (held.state, held.problem_source, held.highlighted) == (State.TO_DO, done, True)
    assert (held.listed, held.assignee_id) == (Listed.INBOX, desk.ana.id)
    assert not Timer.objects.filter(item=held).exists()
    in_order(case)
    in_order(action)


def test_an_open_checklist_keeps_an_action_from_completing(desk: Desk) -> None:
    """A-38, D-12."""
    action = launching.launch(desk.case(), action="bank-check", by=desk.ana, at=MONDAY)[0]

    with pytest.raises(Invalid, match="IBAN checked"):
        resolving.resolve(action, method="complete", by=desk.ana, at=MONDAY)
    editing.edit(action, changes={"checklist": {"IBAN checked": True}}, by=desk.ana, at=MONDAY)
    resolving.resolve(action, method="complete", by=desk.ana, at=MONDAY)

    assert fresh(action).state is State.CLOSED
    in_order(action)


def test_who_lacks_the_permission_is_refused(desk: Desk) -> None:
    """SEC-2."""
    item = desk.ticket()

    with pytest.raises(NotPermitted):
        working.start(item, by=desk.eve, at=MONDAY)


def test_a_ticket_of_somebody_else_is_not_started(desk: Desk) -> None:
    """Z-1."""
    item = desk.ticket(category="acme/main/finance/pushed")

    with pytest.raises(Conflict):
        working.start(item, by=desk.leo, at=MONDAY)
    assert fresh(item).assignee_id == desk.ana.id


def test_a_draft_that_is_submitted_comes_to_its_queue(desk: Desk) -> None:
    """T-23, Q-1: the queue is kept, and told by the entry."""
    draft = desk.ticket(draft=True)

    starting.submit(draft, by=desk.ana, at=MONDAY)

    assert Item.objects.get(pk=draft.pk).queue == desk.invoices
    assert Entry.objects.get(item=draft, type="allocated").data["set"]["queue_id"] == desk.invoices.pk
