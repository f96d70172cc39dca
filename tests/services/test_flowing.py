"""Cases flow: steps begin, end and follow each other, by themselves or by a person."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.desk import MONDAY, Desk
from tests.flows import PLAIN, begun, names, passed, publish_flow, running
from tests.services.definitions.conftest import EXAMPLE
from tests.services.test_first_ticket import fresh, in_order
from tests.services.test_receiving import mail
from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Listed, Method, Problem, Reason, State
from tramita.domain.errors import Conflict
from tramita.models import CaseAction, CaseStep, Entry, Item, Person, Route
from tramita.queries import people
from tramita.queries.facts import allowed
from tramita.queries.flow import NEWEST, OPEN_BELOW
from tramita.services import editing, flowing, launching, receiving, resolving, reviewing, starting, waiting, working
from tramita.services.definitions import apply

HOUR = timedelta(hours=1)


def complete(case: Item, *actions: str, desk: Desk) -> None:
    """Ana completes these Actions."""
    for one in running(case):
        if one.action_name in actions:
            resolving.resolve(one, method="complete", by=desk.ana, at=MONDAY + HOUR)


def unable(case: Item, action: str, *, desk: Desk) -> None:
    one = next(one for one in running(case) if one.action_name == action)
    resolving.resolve(one, method="unable_to_complete", reason="No answer", by=desk.ana, at=MONDAY + HOUR)


def test_a_started_case_creates_the_actions_of_its_first_step_beside_each_other(desk: Desk) -> None:
    """G-3, C-7, C-41, A-1, A-30, S-3: To Do in their queue, with a number each and an entry on the Case."""
    case = begun(desk)

    first, second = running(case)
    assert names(case) == ["papers", "form"]
    assert (first.state, first.listed, first.queue, second.ordinal) == (State.TO_DO, Listed.QUEUE, desk.invoices, 2)
    told = Entry.objects.get(item=case, type="step_started")
    assert told.data["items"] == [first.reference, second.reference]
    assert told.actor is None
    for item in (case, first, second):
        in_order(item)


def test_a_draft_runs_nothing_until_it_is_submitted(desk: Desk) -> None:
    """C-2, C-42."""
    case = begun(desk, draft=True)
    before = names(case)

    starting.submit(case, by=desk.ana, at=MONDAY)

    assert (before, names(case)) == ([], ["papers", "form"])
    in_order(case)


def test_a_draft_that_is_resolved_runs_no_actions(desk: Desk) -> None:
    """C-43."""
    case = begun(desk, draft=True)

    resolving.resolve(case, method="fully_resolved", by=desk.ana, at=MONDAY)

    assert (names(case), passed(case)) == ([], [])


def test_a_mail_starts_a_case_with_its_first_step(desk: Desk, data_dir: object) -> None:
    """C-1, C-41, G-9."""
    path = publish_flow("by-mail", PLAIN)
    Route.objects.filter(address="suppliers@desk.example").update(process=factories.definition("case_type", path).pk)

    receiving.receive(mail("New supplier", to="suppliers@desk.example"), source="import", at=MONDAY)

    case = Item.objects.get(kind=1, process__key=path)
    assert names(case) == ["papers", "form"]
    in_order(case)


def test_the_next_step_begins_when_all_actions_of_the_step_are_complete(desk: Desk) -> None:
    """C-7, B-7, A-38."""
    case = begun(desk)

    complete(case, "papers", desk=desk)
    halfway = names(case)
    complete(case, "form", desk=desk)

    assert (halfway, names(case)) == (["form"], ["bank"])
    in_order(case)


def test_conditions_are_asked_when_their_step_begins_and_not_again(desk: Desk) -> None:
    """C-8, C-9: what was left out is told, and kept."""
    steps = {
        "collect": ["papers", "credit?fields.amount > 10000"],
        "look?fields.abroad == true": ["visit"],
        "end": ["pay"],
    }
    small = begun(desk, steps, fields={"amount": 500})
    large = begun(desk, steps, fields={"amount": 20_000, "abroad": True})
    complete(small, "papers", desk=desk)
    complete(large, "papers", "credit", desk=desk)

    assert passed(small) == [("collect", ["papers"]), ("end", ["pay"])]
    assert passed(large) == [("collect", ["papers", "credit"]), ("look", ["visit"])]
    assert Entry.objects.filter(item=small, type="step_started").first().data["left_out"] == ["credit"]


def test_when_everything_is_complete_the_case_is_resolved_and_its_window_opens(desk: Desk) -> None:
    """C-10, C-55, CG-14, R-13: with reason 17, by the system."""
    case = begun(desk, {"only": ["pay"]})
    complete(case, "pay", desk=desk)

    held = fresh(case)
    told = Entry.objects.get(item=case, type="resolved")
    assert (held.state, held.method, held.resolver) == (State.RESOLVED, Method.FULLY_RESOLVED, None)
    assert held.window_ends_at is not None
    assert (told.reason, told.actor) == (Reason.CHILDREN_COMPLETED, None)
    in_order(case)


def test_what_was_launched_besides_keeps_the_case_open_but_not_its_steps(desk: Desk) -> None:
    """C-10, C-11."""
    case = begun(desk, {"one": ["a"], "two": ["b"]}, actions={"more": {"startable": True}})
    launching.launch(fresh(case), action="more", by=desk.ana, at=MONDAY)
    complete(case, "a", desk=desk)
    complete(case, "b", desk=desk)
    before = fresh(case).state

    complete(case, "more", desk=desk)

    assert before is State.TO_DO
    assert fresh(case).state is State.RESOLVED
    in_order(case)


def test_where_people_move_on_a_finished_step_comes_to_its_owner(desk: Desk) -> None:
    """C-7, C-47: reason 18, highlighted; then a person moves it on."""
    case = begun(desk, progression="manual")
    working.start(case, by=desk.ana, at=MONDAY)
    complete(case, "papers", "form", desk=desk)
    asked = fresh(case)

    flowing.next_step(fresh(case), by=desk.ana, at=MONDAY + HOUR)

    assert (asked.state, asked.listed, asked.highlighted) == (State.TO_DO, Listed.INBOX, True)
    assert asked.finished_step == "collect"
    assert "next-step" in allowed(asked, desk.ana, MONDAY)
    assert Entry.objects.get(item=case, type="step_completed").reason == Reason.STEP_COMPLETED
    assert (fresh(case).state, fresh(case).finished_step, names(case)) == (State.IN_PROGRESS, None, ["bank"])
    with pytest.raises(Conflict):
        flowing.next_step(fresh(case), by=desk.ana, at=MONDAY + HOUR)
    in_order(case)


def test_where_people_move_on_the_last_step_leaves_the_end_to_them(desk: Desk) -> None:
    """CG-14: reason 17 for the owner, not Resolved."""
    case = begun(desk, {"only": ["pay"]}, progression="manual")
    working.start(case, by=desk.ana, at=MONDAY)

    complete(case, "pay", desk=desk)

    held = fresh(case)
    assert (held.state, held.highlighted, held.method) == (State.TO_DO, True, None)
    assert Entry.objects.get(item=case, type="children_completed").reason == Reason.CHILDREN_COMPLETED
    assert "next-step" not in allowed(held, desk.ana, MONDAY)
    in_order(case)


def test_a_pause_holds_back_the_next_step_and_the_end(desk: Desk) -> None:
    """CG-49, C-10: they take effect when the Pause ends; so they do when another wait replaces it."""
    case = begun(desk, {"one": ["a"], "two": ["b"]})
    waiting.wait(case, type="pause", by=desk.ana, at=MONDAY)
    complete(case, "a", desk=desk)
    held_back = names(case)
    waiting.wait(fresh(case), type="more_information", by=desk.ana, at=MONDAY)
    gone_on = names(case)
    waiting.wait(fresh(case), type="pause", by=desk.ana, at=MONDAY)
    complete(case, "b", desk=desk)
    paused = fresh(case).state

    waiting.resume(fresh(case), by=desk.ana, at=MONDAY + HOUR)

    assert (held_back, gone_on) == ([], ["b"])
    assert (paused, fresh(case).state) == (State.WAITING, State.RESOLVED)
    in_order(case)


def test_other_waits_of_the_case_do_not_stop_its_flow(desk: Desk) -> None:
    """CG-49: only the Case's own state and clock wait."""
    case = begun(desk)
    waiting.wait(case, type="more_information", by=desk.ana, at=MONDAY)

    complete(case, "papers", "form", desk=desk)

    assert (names(case), fresh(case).state) == (["bank"], State.WAITING)


SETTLED: dict[str, Callable[[Item, Desk], object]] = {
    "In Progress again": lambda case, desk: working.start(case, by=desk.ana, at=MONDAY + HOUR),
    "Pause": lambda case, desk: waiting.wait(case, type="pause", by=desk.ana, at=MONDAY + HOUR),
    "relaunched": lambda case, desk: launching.launch(case, action="papers", by=desk.ana, at=MONDAY + HOUR),
}


@pytest.mark.parametrize(("way", "after"), [("In Progress again", ["bank"]), ("Pause", []), ("relaunched", ["papers"])])
def test_a_problem_holds_the_flow_until_a_person_settles_it(desk: Desk, way: str, after: list[str]) -> None:
    """A-23, C-20, C-22, C-25: moving on goes on, a Pause waits, a relaunched Action belongs to the step."""
    case = begun(desk)
    unable(case, "papers", desk=desk)
    complete(case, "form", desk=desk)
    held = fresh(case)
    assert (held.problem, names(held)) == (Problem.ACTION_UNABLE, [])

    SETTLED[way](held, desk)

    assert Entry.objects.filter(item=case, type="problem_raised").count() == 1
    assert (fresh(case).problem, names(case)) == (None, after)
    complete(case, "papers", desk=desk)
    assert names(case) == ([] if way == "Pause" else ["bank"])
    in_order(case)


def test_a_case_reopened_after_its_flow_is_a_persons(desk: Desk) -> None:
    """C-57: nothing resolves it at once; an Action launched meanwhile does when it ends (C-10)."""
    case = begun(desk, {"only": ["pay"]}, actions={"more": {"startable": True}})
    complete(case, "pay", desk=desk)
    resolving.reopen(fresh(case), by=desk.ana, at=MONDAY + HOUR)
    reopened = fresh(case).state
    launching.launch(fresh(case), action="more", by=desk.ana, at=MONDAY + HOUR)

    complete(case, "more", desk=desk)

    assert (reopened, fresh(case).state) == (State.TO_DO, State.RESOLVED)
    in_order(case)


def test_a_case_type_without_steps_ends_nothing_by_itself(desk: Desk) -> None:
    """C-11: without a flow a person resolves the Case."""
    case = desk.case()
    launching.launch(case, action="create-supplier-by-hand", by=desk.ana, at=MONDAY)

    complete(case, "create-supplier-by-hand", desk=desk)

    assert fresh(case).state is State.TO_DO


def test_the_database_refuses_a_second_run_of_an_action_in_a_pass(desk: Desk) -> None:
    """C-7, decision 42."""
    case = begun(desk)
    step = CaseStep.objects.get(case=case)

    with pytest.raises(IntegrityError), transaction.atomic():
        CaseAction.objects.create(step=step, name="papers")
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseStep.objects.create(case=case, number=1, step="collect", begun_at=MONDAY)


def test_finishing_an_action_costs_the_same_however_many_are_finished(desk: Desk) -> None:
    """C-7, C-10, DESIGN section 4: the same statements, and no look at what is over."""
    warm, few, many = begun(desk), begun(desk), begun(desk)
    plain = {"parent": many, "kind": 3, "number": many.number, "state": 5, "sort_due": MONDAY}
    Item.objects.bulk_create(
        Item(**plain, ordinal=number, created_at=MONDAY, updated_at=MONDAY) for number in range(100, 1100)
    )

    first, usual, after_many = (
        len(statements(lambda case=case: complete(case, "papers", "form", desk=desk))) for case in (warm, few, many)
    )

    assert after_many == usual <= first
    assert "items_open_below" in plan_of(f"{OPEN_BELOW} LIMIT 1", many.pk)
    if connection.vendor == "sqlite":  # PostgreSQL reads a table of a few pages whole, whatever its indexes
        assert "SCAN" not in plan_of(NEWEST, many.pk)


def plan_of(statement: str, case: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"{'EXPLAIN QUERY PLAN' if connection.vendor == 'sqlite' else 'EXPLAIN'} {statement}", [case])
        return " ".join(str(row) for row in cursor.fetchall())


def statements(do: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        do()
    return [query["sql"] for query in captured.captured_queries]


def test_the_example_of_the_interface_flows_from_its_first_mail_to_its_end(db: None, data_dir: object) -> None:
    """INTERFACES 4, C-7 to C-10, A-50, D-12: as it was written, through the configuration."""
    apply([EXAMPLE], by=SYSTEM, at=MONDAY)
    ana, leo = (people.actor_for(Person.objects.get(email=f"{name}@desk.example")) for name in ("ana", "leo"))
    path = "acme/main/finance/onboarding"
    case = starting.start_case(
        case_type=path, short_description="Bodegas", fields={"amount": 20_000}, by=ana, at=MONDAY
    )

    def done(name: str, *ticked: str) -> None:
        action = next(one for one in running(case) if one.action_name == name)
        if ticked:
            editing.edit(action, changes={"checklist": dict.fromkeys(ticked, True)}, by=ana, at=MONDAY)
        resolving.resolve(action, method="complete", by=ana, at=MONDAY)

    done("request-papers")
    done("bank-check")
    done("credit-check")
    reviewing.review(running(case)[0], passed=True, by=leo, at=MONDAY)
    done("create-supplier", "Tax number checked")

    assert [ran for _, ran in passed(case)] == [
        ["request-papers"],
        ["bank-check", "credit-check"],
        ["create-supplier"],
        [],
    ]
    assert fresh(case).state is State.RESOLVED
    in_order(case)
