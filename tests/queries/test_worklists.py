"""The lists people live in."""

from datetime import timedelta

import pytest

from tests import factories as make
from tramita.domain.codes import Clock, DueStatus, Listed, Problem, WaitType
from tramita.models import Access
from tramita.queries import people, worklists
from tramita.queries.shell import Count, Listing, shell_of

pytestmark = pytest.mark.django_db

NOW = make.NOW
TONIGHT = NOW.replace(hour=0) + timedelta(days=1)
HOUR = timedelta(hours=1)


def due(hours):
    return {"due_at": NOW + hours * HOUR, "clock": Clock.RUNNING}


def shown(place, actor, **more):
    rows = worklists.page(place, actor, now=NOW, tonight=TONIGHT, **more).rows
    return [row.reference for row in rows]


def totals(place, actor):
    return {status: count.number for status, count in shell_of(actor, Listing(place, NOW, TONIGHT)).totals.items()}


@pytest.fixture
def ana():
    return make.person(queues=[make.queue("invoices", title="Invoices"), make.queue("suppliers", title="Suppliers")])


@pytest.fixture
def actor(ana):
    return people.actor_for(ana)


def test_the_inbox_has_active_work_and_drafts_of_the_person(ana, actor):
    """L-1, L-9."""
    active = make.ticket(assignee=ana, **due(1))
    draft = make.ticket(draft=True, creator=ana)
    make.ticket(waiting=True, assignee=ana)
    make.ticket(assignee=make.person("Eve"))
    make.ticket()

    assert shown(worklists.inbox(actor), actor) == [active.reference, draft.reference]


def test_owned_work_is_what_waits_or_may_be_disputed(ana, actor):
    """L-2, L-3."""
    waiting = make.ticket(waiting=True, assignee=ana, owner=ana)
    resolved = make.ticket(resolved=True, assignee=ana)
    make.ticket(assignee=ana)
    make.ticket(closed=True, assignee=ana)

    assert shown(worklists.owned(actor), actor) == [waiting.reference, resolved.reference]


def test_an_unassigned_wait_is_its_owners_and_one_without_an_owner_its_teams(ana, actor):
    """L-2, L-10: and no item stands in the lists of two people."""
    eve = make.agent("Eve", queues=list(ana.queues.all()))
    mine = make.ticket(waiting=True, owner=ana)
    hers = make.ticket(waiting=True, owner=ana, assignee_id=eve.id)
    teams = make.ticket(waiting=True, queue=ana.queues.first())
    make.ticket(waiting=True, queue=make.queue())

    assert shown(worklists.owned(actor), actor) == [mine.reference, teams.reference]
    assert shown(worklists.owned(eve), eve) == [hers.reference, teams.reference]
    assert shown(worklists.owned(make.agent("Bo")), make.agent("Bo")) == []


def test_a_queue_lists_what_is_nobodys(ana, actor):
    """L-4."""
    invoices, suppliers = ana.queues.order_by("key")
    later, sooner = make.ticket(queue=invoices, **due(5)), make.ticket(queue=invoices, **due(2))
    other = make.ticket(queue=suppliers, **due(3))
    make.ticket(queue=invoices, assignee=ana)

    assert shown(worklists.in_queue(invoices.pk), actor) == [sooner.reference, later.reference]
    everything = [sooner.reference, other.reference, later.reference]
    assert shown(worklists.in_queues(actor.queue_ids), actor) == everything
    assert shown(worklists.in_queues([]), actor) == []


def test_a_list_shows_only_what_its_reader_may_see(ana):
    """DESIGN decision 11."""
    queue = ana.queues.first()
    mine = make.ticket(queue=queue, process=make.definition())
    make.ticket(queue=queue, process=make.definition(key="blue/main/finance/x"))
    eve = make.agent("Eve", grants={"acme": ["view"]})

    assert shown(worklists.in_queue(queue.pk), eve) == [mine.reference]
    assert totals(worklists.in_queue(queue.pk), eve)[DueStatus.NOT_SET] == 1


def test_a_row_has_what_the_list_shows_in_one_statement(ana, actor, django_assert_num_queries):
    """DESIGN section 4, MEASURED section 3."""
    columns = {
        "queue": ana.queues.get(key="invoices"),
        "organisation": make.organisation("acme"),
        "process": make.definition("case_type", "acme/main/finance/onboarding"),
        "wait_type": WaitType.PAUSE,
        "problem": Problem.ACTION_UNABLE,
        "highlighted": True,
    }
    case = make.case(waiting=True, assignee=ana, clock=Clock.PAUSED, seconds_left=60, **columns)
    robots = make.ticket(waiting=True, assignee=make.robot("Reader"), owner=ana)

    with django_assert_num_queries(1):
        (row,) = worklists.page(worklists.owned(actor), actor, now=NOW, tonight=TONIGHT).rows

    assert (row.reference, row.kind, row.state, row.wait_type) == (case.reference, "case", "waiting", "pause")
    assert (row.assignee, row.assignee_kind, row.queue) == ("Ana Lima", "human", "Invoices")
    assert (row.organisation, row.process) == ("Acme", "onboarding")
    assert (row.clock, row.seconds_left, row.problem) == (Clock.PAUSED, 60, "action_unable")
    assert (row.highlighted, row.new_information, row.due_at) == (True, False, None)
    assert row.updated_at == NOW
    theirs = worklists.Place((worklists.Fragment("items.id = %s", (robots.pk,)),))
    (robot_row,) = worklists.page(theirs, actor, now=NOW, tonight=TONIGHT).rows
    assert (robot_row.assignee, robot_row.assignee_kind) == ("Reader", "robot")


@pytest.mark.parametrize("columns", [{}, {"due_at": NOW + HOUR, "clock": Clock.RUNNING}])
def test_pages_go_on_where_the_one_before_ended(ana, actor, columns):
    """MEASURED section 3: the same due date is told apart by the id."""
    tickets = [make.ticket(assignee=ana, **columns) for _ in range(5)]
    seen, after = [], None

    for expected in (2, 2, 1):
        page = worklists.page(worklists.inbox(actor), actor, now=NOW, tonight=TONIGHT, after=after, limit=2)
        assert len(page.rows) == expected
        seen += [row.reference for row in page.rows]
        after = page.next

    assert after is None
    assert seen == [ticket.reference for ticket in tickets]


def test_totals_count_each_due_status_and_filter_by_it(ana, actor, django_assert_num_queries):
    """H-2, SLA-13: a paused clock is not set."""
    late, today, ahead = (make.ticket(assignee=ana, **due(hours)) for hours in (-1, 2, 30))
    paused = make.ticket(assignee=ana, clock=Clock.PAUSED, seconds_left=-5)

    with django_assert_num_queries(1):
        found = totals(worklists.inbox(actor), actor)

    assert found == dict.fromkeys(worklists.ORDER, 1)
    for status, ticket in zip(worklists.ORDER, (late, today, ahead, paused), strict=True):
        assert shown(worklists.inbox(actor), actor, status=status) == [ticket.reference]


def test_what_was_opened_last_comes_first(actor, django_assert_num_queries):
    """G-12."""
    first, second, unseen = make.ticket(), make.ticket(), make.ticket(draft=True, creator=make.person("Eve"))
    for minutes, ticket in enumerate((first, second, unseen)):
        Access.objects.create(person_id=actor.id, item=ticket, at=NOW + timedelta(minutes=minutes))

    with django_assert_num_queries(1):
        opened = worklists.recent(actor)

    assert [row.reference for row in opened] == [second.reference, first.reference]


def test_the_bars_of_a_page_cost_one_statement(ana, actor, django_assert_num_queries):
    """DESIGN section 4."""
    make.ticket(assignee=ana)
    make.ticket(waiting=True, assignee=ana)
    make.ticket(waiting=True, owner=ana)
    make.ticket(queue=ana.queues.get(key="suppliers"))
    Access.objects.create(person=ana, item=make.ticket(queue=make.queue()), at=NOW)

    with django_assert_num_queries(1):
        shell = shell_of(actor)

    assert (shell.name, str(shell.inbox), str(shell.owned), bool(shell.unhandled)) == ("Ana Lima", "1", "2", False)
    assert [(queue.key, str(queue.count)) for queue in shell.queues] == [("invoices", "0"), ("suppliers", "1")]
    assert len(shell.recent) == 1


def test_a_count_says_when_there_is_more_than_it_counts():
    """DESIGN section 4: capped at 1,000+."""
    assert (str(Count(1000)), str(Count(1001))) == ("1000", "1,000+")


def test_every_list_an_item_can_stand_in_has_its_place(ana, actor):
    """L-1 to L-4: of the four, only none is shown nowhere."""
    queue = ana.queues.first()
    for listed in Listed:
        make.ticket(assignee=None if listed is Listed.QUEUE else ana, queue=queue, listed=listed)

    places = (worklists.inbox(actor), worklists.owned(actor), worklists.in_queue(queue.pk))
    assert [len(shown(place, actor)) for place in places] == [1, 1, 1]
