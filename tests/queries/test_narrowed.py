"""What a list is narrowed by: a condition, in memory and as SQL; what is counted of it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories as make
from tramita.domain import narrowing as narrow
from tramita.domain.codes import Clock, DueStatus, Kind, Listed, Problem, State, WaitType
from tramita.domain.conditions import All, AnyOf, Comparison, Condition, Not, holds
from tramita.domain.narrowing import Reader
from tramita.models import Item, ItemTag
from tramita.queries import narrowed, worklists
from tramita.queries.rows import fetch
from tramita.queries.shell import Count, Listing, Views, shell_of
from tramita.queries.views import Shortcut

pytestmark = pytest.mark.django_db

NOW = make.NOW
TONIGHT = NOW.replace(hour=0) + timedelta(days=1)
HOUR = timedelta(hours=1)


def reader(actor=None):
    return Reader(id=actor.id if actor else None, now=NOW, tonight=TONIGHT, zone=UTC)


def found(actor, given, *, order="due", place=None, **more):
    asked, who = narrow.read(given), reader(actor)
    place = place or narrowed.everywhere(asked, who)
    wanted = narrowed.narrow(asked, who)
    page = worklists.page(place, actor, now=NOW, tonight=TONIGHT, narrow=wanted, order=worklists.ORDERS[order], **more)
    return [row.reference for row in page.rows]


def references(*items):
    return [item.reference for item in items]


@pytest.fixture
def ana():
    return make.agent(queues=[make.queue("invoices", title="Invoices")])


def test_values_of_one_field_are_alternatives_and_fields_come_together(ana):
    """H-7."""
    waiting = make.ticket(waiting=True, assignee_id=ana.id)
    case = make.case(waiting=True)
    to_do = make.ticket()
    make.case()

    assert set(found(ana, {"state": ["waiting", "to_do"], "kind": ["ticket"]})) == set(references(waiting, to_do))
    assert set(found(ana, {"state": ["waiting"]})) == set(references(waiting, case))
    assert found(ana, {"state": ["waiting"], "assignee": ["me"]}) == [waiting.reference]


def test_who_and_where_are_named_and_so_is_nobody(ana):
    """H-7: queue, assignee, owner, organisation; “me” is whoever reads."""
    queue = make.queue("suppliers")
    eve = make.agent("Eve")
    acme = make.organisation("acme")
    mine = make.ticket(assignee_id=ana.id, queue=queue, organisation=acme)
    hers = make.ticket(assignee_id=eve.id, owner_id=ana.id)
    free = make.ticket(queue=queue)

    assert found(ana, {"assignee": ["me"]}) == [mine.reference]
    assert found(eve, {"assignee": ["me"]}) == [hers.reference]
    assert found(ana, {"assignee": ["me", str(ana.id)]}) == [mine.reference]
    assert set(found(ana, {"assignee": ["none", str(eve.id)]})) == set(references(hers, free))
    assert set(found(ana, {"queue": ["suppliers"]})) == set(references(mine, free))
    assert found(ana, {"queue": ["none"]}) == [hers.reference]
    assert found(ana, {"owner": ["me"]}) == [hers.reference]
    assert found(ana, {"organisation": ["acme", "nobody-knows"]}) == [mine.reference]
    assert found(ana, {"organisation": ["nobody-knows"]}) == []


def test_a_place_of_the_configuration_means_all_below_it(ana):
    """H-7, G-7: customer, contract, service, category."""
    below = make.ticket(process=make.definition(key="acme/main/finance/query/duplicate"))
    exact = make.ticket(process=make.definition(key="acme/main/finance/query"))
    make.ticket(process=make.definition(key="acme/main/finance/query-two"))

    assert set(found(ana, {"process": ["acme/main/finance/query"]})) == set(references(below, exact))
    assert len(found(ana, {"process": ["acme"]})) == 3
    assert found(ana, {"process": ["acme/main/fin"]}) == []


def test_marks_waits_and_due_statuses_narrow(ana):
    """H-2, H-7, SLA-13."""
    late = make.ticket(due_at=NOW - HOUR, clock=Clock.RUNNING, highlighted=True)
    today = make.ticket(due_at=NOW + HOUR, clock=Clock.RUNNING, new_information=True)
    case = make.case(waiting=True, problem=Problem.ACTION_UNABLE)

    assert found(ana, {"due": ["overdue", "today"]}) == references(late, today)
    assert found(ana, {"mark": ["highlighted"]}) == [late.reference]
    assert found(ana, {"mark": ["new_information", "problem"]}) == references(today, case)
    assert found(ana, {"wait": ["more_information"]}) == [case.reference]
    assert found(ana, {"wait": ["pause"]}) == []


def test_what_leaders_put_first_narrows_every_list(ana):
    """H-7, Q-2: by itself, in one queue, and with other marks."""
    invoices = make.queue()
    first, highlighted, _plain = make.ticket(queue=invoices), make.ticket(highlighted=True), make.ticket(queue=invoices)
    Item.objects.filter(pk=first.pk).update(prioritised=True)
    queue = worklists.in_queue(invoices.pk)

    assert found(ana, {"mark": ["prioritised"]}) == [first.reference]
    assert found(ana, {"mark": ["prioritised"]}, place=queue) == [first.reference]
    assert found(ana, {"mark": ["prioritised", "highlighted"]}) == references(first, highlighted)


def test_tags_narrow_in_any_spelling(ana):
    """H-7, Z-7: any of several; with a comma between or said again."""
    one, two = make.ticket(), make.ticket()
    ItemTag.objects.create(item=one, tag="audit")
    ItemTag.objects.create(item=two, tag="month end")
    make.ticket()

    assert found(ana, {"tag": ["Audit"]}) == [one.reference]
    assert set(found(ana, {"tag": ["audit, month  end"]})) == set(references(one, two))
    assert narrow.read({"tag": [" ,", "x" * 41]}) == ()


def test_days_are_the_readers(ana):
    """Z-13: created and updated, from and to, and the last so many days."""
    lisbon_late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # the second in Warsaw
    item = make.ticket(at=lisbon_late)
    warsaw = Reader(id=ana.id, now=NOW, tonight=datetime(2026, 3, 2, 23, tzinfo=UTC), zone=ZoneInfo("Europe/Warsaw"))

    def seen(given, who):
        asked = narrow.read(given)
        page = worklists.page(
            narrowed.everywhere(asked, who), ana, now=NOW, tonight=TONIGHT, narrow=narrowed.narrow(asked, who)
        )
        return [row.reference for row in page.rows]

    assert seen({"created_from": ["2026-03-02"]}, reader(ana)) == []
    assert seen({"created_from": ["2026-03-02"]}, warsaw) == [item.reference]
    assert seen({"updated_to": ["2026-03-01"]}, reader(ana)) == [item.reference]
    assert seen({"updated_to": ["2026-03-01"]}, warsaw) == []
    assert seen({"created_days": ["1"]}, reader(ana)) == []
    assert seen({"created_days": ["1"]}, warsaw) == seen({"created_days": ["2"]}, reader(ana)) == [item.reference]


def test_what_is_closed_is_shown_only_when_it_is_asked_for(ana):
    """H-7: a view is of open work otherwise."""
    open_one, closed = make.ticket(), make.ticket(closed=True)

    assert found(ana, {}) == [open_one.reference]
    assert found(ana, {"state": ["closed"]}) == [closed.reference]
    assert found(ana, {"state": ["closed", "to_do"]}) == references(open_one, closed)
    assert found(ana, {"list": ["queue"]}) == [open_one.reference]
    assert found(ana, {"list": ["inbox"]}) == []


def test_a_view_shows_only_what_its_reader_may_see(ana):
    """DESIGN decision 11, SEC-2, L-9: the same predicate, other people's Drafts included."""
    inside = make.ticket(process=make.definition())
    make.ticket(process=make.definition(key="blue/main/finance/x"))
    draft = make.ticket(draft=True, creator=make.person("Bo"))
    eve = make.agent("Eve", grants={"acme": ["view"]})

    assert found(eve, {}) == [inside.reference]
    assert draft.reference not in found(ana, {"state": ["draft"]})
    assert found(make.leader(), {"state": ["draft"]}) == [draft.reference]
    (view,) = shell_of(eve, views=Views([Shortcut(7, "All", ())], reader(eve))).views
    assert (view.id, str(view.count)) == (7, "1")


@pytest.mark.parametrize("order", list(worklists.ORDERS))
def test_every_order_goes_on_where_the_page_before_ended(ana, order):
    """H-7, MEASURED section 3: each item once, also where many are equal."""
    for number in range(7):
        make.ticket(
            at=NOW - timedelta(days=number // 3),
            due_at=NOW + (number // 2) * HOUR,
            clock=Clock.RUNNING,
            queue_id=next(iter(ana.queue_ids)),
        )
    key = {"due": "sort_due", "updated": "updated_at", "created": "id"}[order.removeprefix("-")]
    way = "-" if order.startswith("-") else ""
    expected = references(*Item.objects.order_by(f"{way}{key}", f"{way}id"))

    for place in (narrowed.everywhere((), reader(ana)), worklists.in_queues(ana.queue_ids)):
        seen, after = [], None
        while True:
            page = worklists.page(
                place, ana, now=NOW, tonight=TONIGHT, order=worklists.ORDERS[order], after=after, limit=3
            )
            seen += [row.reference for row in page.rows]
            after = page.next
            if after is None:
                break
        assert seen == expected


def test_the_totals_of_a_narrowed_list_and_the_views_cost_no_statement_more(ana, django_assert_num_queries):
    """H-2, H-7, DESIGN section 4: one statement, names of what it is narrowed by included."""
    invoices = next(iter(ana.queue_ids))
    make.ticket(queue_id=invoices, due_at=NOW - HOUR, clock=Clock.RUNNING)
    make.ticket(queue_id=invoices)
    make.case(queue_id=invoices)
    asked, who = narrow.read({"kind": ["ticket"], "queue": ["invoices"]}), reader(ana)
    listing = Listing(worklists.in_queue(invoices), NOW, TONIGHT, narrowed.narrow(asked, who), asked)
    views = Views([Shortcut(1, "Tickets", asked), Shortcut(2, "Cases", narrow.read({"kind": ["case"]}))], who)

    with django_assert_num_queries(1):
        shell = shell_of(ana, listing, views=views)

    assert {status.value: str(count) for status, count in shell.totals.items()} == {
        "overdue": "1",
        "today": "0",
        "on_target": "0",
        "not_set": "1",
    }
    assert [(one.title, str(one.count)) for one in shell.views] == [("Tickets", "2"), ("Cases", "1")]
    assert shell.names == {("queue", "invoices"): "Invoices"}


def test_a_count_of_what_was_looked_at_says_when_there_was_more(ana, monkeypatch):
    """DESIGN section 4: no count reads a list to its end."""
    for _ in range(4):
        make.ticket()
    monkeypatch.setattr(narrowed, "GLANCED", 3)
    monkeypatch.setattr(narrowed, "TALLIED", 4)
    asked = narrow.read({"kind": ["ticket"]})
    views = Views([Shortcut(1, "Tickets", asked)], reader(ana))
    place = narrowed.everywhere(asked, reader(ana))

    shell = shell_of(ana, Listing(place, NOW, TONIGHT, narrowed.narrow(asked, reader(ana)), asked), views=views)

    assert str(shell.views[0].count) == "4+"
    assert str(shell.totals[DueStatus.NOT_SET]) == "4"
    assert str(Count(0, more=True)) == "0+"


VALUES = {
    "kind": list(Kind),
    "state": list(State),
    "list": list(narrow.OPEN),
    "due": list(DueStatus),
    "wait": list(WaitType),
}
MOMENTS = [NOW - timedelta(days=days) for days in (0, 1, 2, 9)]
comparisons = st.one_of(
    *(
        st.builds(Comparison, st.just(name), st.just("in"), st.lists(st.sampled_from(of), min_size=1).map(tuple))
        for name, of in VALUES.items()
    ),
    st.builds(
        Comparison, st.sampled_from(["highlighted", "new_information"]), st.sampled_from(["==", "!="]), st.booleans()
    ),
    st.builds(Comparison, st.sampled_from(["wait", "problem", "assignee"]), st.sampled_from(["==", "!="]), st.none()),
    st.builds(
        Comparison,
        st.sampled_from(["created", "updated"]),
        st.sampled_from(["<", "<=", ">", ">="]),
        st.sampled_from([one.isoformat(timespec="microseconds") for one in MOMENTS]),
    ),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds(All, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)


def values_of(item):
    """What the condition reads of an item, in memory."""
    status = DueStatus.NOT_SET
    if item.due_at is not None:
        late, today = item.due_at < NOW, item.due_at < TONIGHT
        status = DueStatus.OVERDUE if late else DueStatus.TODAY if today else DueStatus.ON_TARGET
    return {
        "kind": item.kind,
        "state": item.state,
        "list": item.listed,
        "due": status,
        "wait": item.wait_type,
        "problem": item.problem,
        "assignee": item.assignee_id,
        "highlighted": item.highlighted,
        "new_information": item.new_information,
        "created": item.created_at.isoformat(timespec="microseconds"),
        "updated": item.updated_at.isoformat(timespec="microseconds"),
    }


@given(condition=conditions)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_condition_means_the_same_in_memory_and_as_sql(condition, some_of_everything):
    """H-7, INTERFACES section 4: one tree, two readers."""
    where = narrowed.compiled(condition, reader())

    by_sql = {row[0] for row in fetch(f"SELECT id FROM items WHERE {where.sql}", where.params)}

    assert by_sql == {item.pk for item in some_of_everything if holds(condition, values_of(item))}


@pytest.fixture
def some_of_everything():
    ana = make.person()
    make.ticket(draft=True, creator=ana, at=MOMENTS[3])
    make.ticket(assignee=ana, due_at=NOW - HOUR, clock=Clock.RUNNING, highlighted=True, at=MOMENTS[1])
    make.ticket(due_at=NOW + HOUR, clock=Clock.RUNNING, new_information=True, at=MOMENTS[2])
    make.ticket(due_at=NOW + 48 * HOUR, clock=Clock.RUNNING)
    make.case(waiting=True, wait_type=WaitType.PAUSE, problem=Problem.ACTION_UNABLE, listed=Listed.OWNED)
    make.action(make.case(), waiting=True, assignee=ana)
    make.ticket(resolved=True, at=MOMENTS[1])
    make.ticket(closed=True, at=MOMENTS[3])
    return list(Item.objects.all())
