"""One item as people and programs read it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests import factories as make
from tramita.domain.codes import Clock, DueStatus, Problem
from tramita.models import CopiedContact
from tramita.queries import people
from tramita.queries.item_view import view, views

pytestmark = pytest.mark.django_db

NOW = make.NOW
KEYS = """reference kind state version title wait resolution problem assignee owner queue list category case_type
    customer organisation contacts due highlighted new_information prioritised allowed description parent
    merged_into children estimate schedule fields created_at
    updated_at closed_at tags brought_from"""


@pytest.mark.parametrize("trait", ["draft", "in_progress", "waiting", "resolved", "closed", "overdue"])
@pytest.mark.parametrize("kind", [make.ticket, make.case, make.action])
def test_every_key_is_there_whatever_the_item(kind, trait):
    """INTERFACES section 5."""
    shown = view(kind(**{trait: True}), make.agent(), NOW).as_json("Due: not set")

    assert list(shown) == KEYS.split()
    assert list(shown["due"]) == ["at", "status", "clock", "seconds_left", "text"]
    assert list(shown["contacts"]) == ["primary", "requester", "subject", "original_requester", "cc"]


def test_a_waiting_ticket_reads_as_the_interface_shows_it():
    """INTERFACES section 5, W-1, CG-43."""
    ana, rui, eve = make.person(), make.requester(email="rui@acme.example"), make.requester("Eve")
    queue, company = make.queue("invoices", title="Invoices"), make.organisation("acme-iberia")
    ticket = make.ticket(
        waiting=True,
        wait_days=5,
        close_if_no_response=True,
        assignee=ana,
        owner=ana,
        requester=rui,
        queue=queue,
        organisation=company,
        process=make.definition(),
        customer=make.definition("customer", "acme"),
        clock=Clock.PAUSED,
        seconds_left=12_000,
        fields={"invoice": "991"},
    )
    CopiedContact.objects.create(item=ticket, person=eve)

    shown = view(ticket, people.actor_for(ana), NOW).as_json("Due: Paused 3 h 20 m before due")

    worker = {"id": ana.pk, "name": "Ana Lima", "kind": "human"}
    asked = {"id": rui.pk, "name": "Rui Sousa", "kind": "human", "address": "rui@acme.example"}
    wait = {"type": "more_information", "since": NOW, "until": None, "days": 5, "close_if_no_response": True}
    assert shown["wait"] == wait
    assert shown["assignee"] == shown["owner"] == worker
    assert shown["queue"] == {"id": queue.pk, "name": "invoices"}
    assert (shown["category"], shown["case_type"]) == ("acme/main/finance/invoice-query", None)
    assert (shown["customer"], shown["organisation"]) == ("acme", "acme-iberia")
    assert shown["contacts"]["primary"] == shown["contacts"]["requester"] == asked
    assert [one["id"] for one in shown["contacts"]["cc"]] == [eve.pk]
    assert shown["due"] == {
        "at": None,
        "status": "not_set",
        "clock": "paused",
        "seconds_left": 12_000,
        "text": "Due: Paused 3 h 20 m before due",
    }
    assert shown["list"] == "owned"
    assert shown["allowed"] == ["resume", "wait", "resolve", "merge"]
    assert shown["fields"] == {"invoice": "991"}


def test_the_first_resolver_is_shown_of_a_reopened_ticket():
    """R-20."""
    ana = make.person()
    ticket = make.ticket(first_resolver=ana, first_resolved_at=NOW)

    resolution = view(ticket, make.agent("Eve"), NOW).resolution

    assert (resolution.method, resolution.at, resolution.first_by.id, resolution.first_at) == (None, None, ana.pk, NOW)
    assert view(make.ticket(), make.agent(), NOW).resolution is None


def test_a_problem_names_the_action_it_came_from():
    """C-20, C-24."""
    case = make.case()
    source = make.action(case, closed=True)
    troubled = make.case(problem=Problem.ACTION_UNABLE, problem_source=source, problem_reason="No bank account")

    problem = view(troubled, make.agent(), NOW).problem

    assert (problem.code, problem.source, problem.reason) == ("action_unable", source.reference, "No bank account")


def test_an_action_names_its_case_and_the_type_of_it():
    """G-6, G-8."""
    case = make.case(process=make.definition("case_type", "acme/main/finance/onboarding"))
    action = make.action(case, instructions="Call the bank.", checklist=[["Called", False]])

    shown = view(action, make.agent(), NOW)

    assert (shown.parent, shown.case_type, shown.category) == (case.reference, "acme/main/finance/onboarding", None)
    assert (shown.instructions, shown.checklist) == ("Call the bank.", [["Called", False]])


def test_a_description_is_shown_of_a_draft_only():
    """T-4, INTERFACES section 5."""
    ana = make.person()

    assert view(make.ticket(draft=True, creator=ana), people.actor_for(ana), NOW).description == "It came twice."
    assert view(make.ticket(description="Once."), people.actor_for(ana), NOW).description is None


@pytest.mark.parametrize(
    ("due_in", "status"),
    [
        (None, "not_set"),
        (timedelta(seconds=-1), "overdue"),
        (timedelta(hours=2), "today"),
        (timedelta(days=1), "on_target"),
    ],
)
def test_the_colour_of_the_due_date_is_that_of_the_moment_of_reading(due_in, status):
    """SLA-13."""
    due_at = NOW + due_in if due_in is not None else None
    ticket = make.ticket(due_at=due_at, clock=Clock.RUNNING)

    assert view(ticket, make.agent(), NOW).due.status is DueStatus(status)


def test_today_is_a_day_in_the_zone_of_the_rules_calendar():
    """SLA-13, Z-13."""
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # already Tuesday in Warsaw
    week = {"mon-fri": "09:00-17:00"}
    rule = make.definition(
        "due_rule", "two_days", within="2 days", calendar={"key": "office", "time_zone": "Europe/Warsaw", "week": week}
    )
    columns = {"due_at": late + timedelta(hours=9), "clock": Clock.RUNNING}

    assert view(make.ticket(**columns, due_rule=rule.current), make.agent(), late).due.status is DueStatus.TODAY
    assert view(make.ticket(**columns), make.agent(), late).due.status is DueStatus.ON_TARGET


def test_the_seconds_left_of_a_running_clock_are_counted_at_reading():
    """INTERFACES section 5: negative when overdue."""
    rule = make.definition("due_rule", "plain", within="3 days").current
    ticket = make.ticket(due_at=NOW + timedelta(hours=1), clock=Clock.RUNNING, due_rule=rule)

    assert view(ticket, make.agent(), NOW).due.seconds_left == 3600
    assert view(ticket, make.agent(), NOW + timedelta(hours=2)).due.seconds_left == -3600


def test_a_list_of_items_costs_one_statement_whatever_its_length(django_assert_num_queries):
    """DESIGN section 4; rights by grant included."""
    ana = make.agent(grants={"acme": ["view", "work", "resolve"]})
    process, queue = make.definition(), make.queue()
    some = [
        make.ticket(process_id=process.pk, queue=queue, requester=make.requester(), assignee_id=ana.id)
        for _ in range(7)
    ]

    with django_assert_num_queries(1):
        shown = views(some, ana, NOW)
        assert views([], ana, NOW) == []

    assert [one.reference for one in shown] == [item.reference for item in some]
    assert {one.category for one in shown} == {process.key}
    assert all("resolve" in one.allowed for one in shown)


def test_a_robot_is_shown_as_one():
    """INTERFACES section 5."""
    robot = make.robot("Invoice reader")

    assignee = view(make.ticket(assignee=robot), make.agent(), NOW).assignee

    assert (assignee.name, assignee.kind, assignee.address) == ("Invoice reader", "robot", None)
