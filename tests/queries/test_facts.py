"""Facts read from the row, and the buttons they give."""

from datetime import timedelta

import pytest

from tests import factories as make
from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Kind, Problem, State, WaitType
from tramita.models import Item, Link
from tramita.queries import people
from tramita.queries.facts import allowed, facts

pytestmark = pytest.mark.django_db

NOW = make.NOW
JOINS = ("merge", "split", "convert")


def test_facts_say_who_holds_the_item_and_who_made_it():
    """Z-1, T-53."""
    ana, eve = make.person(), make.agent("Eve")
    ticket = make.ticket(in_progress=True, assignee=ana, creator=ana)

    hers, others = facts(ticket, people.actor_for(ana), at=NOW), facts(ticket, eve, at=NOW)

    assert (hers.assigned, hers.holds, hers.is_creator) == (True, True, True)
    assert (others.assigned, others.holds, others.is_creator) == (True, False, False)


def test_an_item_that_is_not_written_yet_has_facts():
    """T-20, T-21."""
    seen = facts(Item(kind=Kind.CASE), SYSTEM, at=NOW)

    assert (seen.kind, seen.state, seen.children_closed) == (Kind.CASE, None, False)


def test_the_window_is_over_at_the_very_moment_it_ends():
    """R-13, R-14."""
    ticket = make.ticket(resolved=True)
    end = ticket.window_ends_at

    assert facts(ticket, SYSTEM, at=end - timedelta(microseconds=1)).window_open
    assert not facts(ticket, SYSTEM, at=end).window_open
    assert not facts(make.ticket(resolved=True, window_ends_at=None), SYSTEM, at=NOW).window_open


def test_an_agent_assigns_only_by_a_grant():
    """T-54."""
    ticket = make.ticket(process=make.definition())

    assert not facts(ticket, make.agent(), at=NOW).may_assign
    assert facts(ticket, make.agent(grants={"acme": ["view", "assign"]}), at=NOW).may_assign


def test_a_case_has_ended_children_when_its_actions_and_sub_cases_have():
    """C-10, G-5."""
    case = make.case()
    make.action(case, closed=True)
    last, sub_case = make.action(case), make.case(parent=case, resolved=True)

    assert not facts(case, SYSTEM, at=NOW).children_closed
    Item.objects.filter(pk=last.pk).update(state=State.CLOSED)
    assert facts(case, SYSTEM, at=NOW).children_closed
    Item.objects.filter(pk=sub_case.pk).update(state=State.IN_PROGRESS)
    assert not facts(case, SYSTEM, at=NOW).children_closed


@pytest.mark.parametrize(
    ("wait", "type_", "outwards"),
    [(WaitType.SPLIT, "split_from", False), (WaitType.CASE_LAUNCHED, "converted_to", True)],
)
def test_a_ticket_awaits_what_it_became(wait, type_, outwards):
    """W-4, W-5, T-42, T-43."""
    ticket = make.ticket(waiting=True, wait_type=wait)
    other = make.ticket(resolved=True)
    source, target = (ticket, other) if outwards else (other, ticket)
    Link.objects.create(source=source, target=target, type=type_, at=NOW)

    assert not facts(ticket, SYSTEM, at=NOW).children_closed
    Item.objects.filter(pk=other.pk).update(state=State.CLOSED)
    assert facts(ticket, SYSTEM, at=NOW).children_closed


def test_the_buttons_come_in_a_stable_order_and_cost_no_query(django_assert_num_queries):
    """INTERFACES section 5: allowed."""
    ana = make.agent()
    mine = make.ticket(in_progress=True, assignee_id=ana.id)
    waiting = make.ticket(waiting=True, assignee_id=ana.id)

    with django_assert_num_queries(0):
        assert allowed(mine, ana, NOW) == ["to-do", "release", "assign", "wait", "resolve", *JOINS]
        assert allowed(waiting, ana, NOW) == ["resume", "wait", "resolve", "merge"]
        assert allowed(make_closed(), ana, NOW) == []


def make_closed():
    return Item(kind=Kind.TICKET, state=State.CLOSED)


def test_a_draft_offers_to_be_submitted_resolved_or_discarded():
    """T-23, T-24, T-53, C-56."""
    ana = make.agent()

    ticket, case = make.ticket(draft=True, creator_id=ana.id), make.case(draft=True, creator_id=ana.id)

    assert allowed(ticket, ana, NOW) == ["submit", "resolve", "discard"]
    assert allowed(case, ana, NOW) == ["submit", "resolve", "abort", "discard"]


def test_rights_hide_verbs_that_the_table_has():
    """SEC-2, DESIGN decision 11."""
    ticket = make.ticket(process=make.definition())

    assert allowed(ticket, make.agent(grants={"acme": ["view"]}), NOW) == []
    assert allowed(ticket, make.agent(grants={"acme": ["view", "work"]}), NOW) == ["start", "wait", *JOINS]
    assert allowed(ticket, people.actor_for(make.requester()), NOW) == []


def test_a_case_with_a_problem_may_be_gone_on_with():
    """C-53."""
    case = make.case(problem=Problem.ACTION_UNABLE)

    assert "resume" in allowed(case, make.agent(), NOW)
    assert "resume" not in allowed(make.case(), make.agent(), NOW)
