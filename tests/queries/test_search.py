"""Every visible item, narrowed and sorted."""

from datetime import timedelta

import pytest

from tests import factories as make
from tramita.domain.codes import Clock, DueStatus, Kind, Listed, Mark, State
from tramita.domain.errors import Invalid
from tramita.models import Item
from tramita.queries import cursors, people
from tramita.queries.search import Filters, search

pytestmark = pytest.mark.django_db

NOW = make.NOW
HOUR = timedelta(hours=1)


def found(actor=None, *, sort="created", **filters):
    return list(search(actor or make.agent(), Filters(**filters), at=NOW, sort=sort).items)


def test_everything_visible_comes_newest_first_in_two_statements(django_assert_num_queries):
    """INTERFACES section 5."""
    ana = make.agent()
    older, newer = make.ticket(at=NOW - HOUR), make.case()

    with django_assert_num_queries(2):
        items = search(ana, Filters(), at=NOW).items

    assert list(items) == [newer, older]


def test_kinds_states_and_lists_are_filters():
    """INTERFACES section 5."""
    ticket, case, waiting = (
        make.ticket(),
        make.case(in_progress=True, assignee=make.person()),
        make.ticket(waiting=True),
    )

    assert found(kind=[Kind.CASE]) == [case]
    assert found(kind=[Kind.CASE, Kind.TICKET], state=[State.TO_DO, State.WAITING]) == [ticket, waiting]
    assert found(list=[Listed.OWNED]) == [waiting]
    assert found(list=[Listed.INBOX, Listed.QUEUE]) == [ticket, case]


def test_people_and_places_are_filters():
    """INTERFACES section 5: assignee is me, none, an id, an address or a robot's name."""
    ana, robot = make.person(email="ana@desk.example"), make.robot(key="robo-1")
    queue, company = make.queue("invoices"), make.organisation("acme")
    mine, robots = make.ticket(assignee=ana), make.ticket(assignee=robot)
    free = make.ticket(queue=queue, organisation=company, process=make.definition())

    for wanted in ("me", str(ana.pk), "ana@desk.example", " ANA@desk.example "):
        assert found(people.actor_for(ana), assignee=wanted) == [mine]
    assert found(assignee="robo-1") == [robots]
    assert found(assignee="none") == [free]
    assert found(queue="invoices") == found(organisation="acme") == [free]
    assert found(category="acme/main/finance/invoice-query") == [free]
    assert found(queue="nothing") == found(assignee="nobody@x.example") == found(category="acme") == []


def test_due_status_and_time_are_filters():
    """INTERFACES section 5, SLA-13."""
    late, today, ahead = (make.ticket(due_at=NOW + h * HOUR, clock=Clock.RUNNING) for h in (-1, 2, 48))
    unset = make.ticket(at=NOW - HOUR)

    assert found(overdue=True) == found(due=DueStatus.OVERDUE) == [late]
    assert found(overdue=False) == [today, ahead, unset]
    assert found(due=DueStatus.TODAY) == [today]
    assert found(due=DueStatus.ON_TARGET) == [ahead]
    assert found(due=DueStatus.NOT_SET) == [unset]
    assert found(updated_since=NOW) == [late, today, ahead]


def test_marks_are_filters_for_those_who_are_shown_them():
    """INTERFACES section 5: any of them; whoever asks for things is shown none."""
    rui = make.requester()
    first, rejected, plain = make.ticket(requester=rui), make.ticket(robot_rejected=True), make.ticket(requester=rui)
    Item.objects.filter(pk=first.pk).update(prioritised=True)

    assert found(mark=[Mark.PRIORITISED]) == [first]
    assert found(mark=[Mark.ROBOT_REJECTED, Mark.PRIORITISED]) == [first, rejected]
    assert found(mark=[Mark.PROBLEM]) == []
    assert found(people.actor_for(rui)) == [first, plain]
    assert found(people.actor_for(rui), mark=[Mark.PRIORITISED]) == []


def test_words_are_looked_for_in_titles_and_references_found_as_such():
    """INTERFACES section 5: q."""
    ticket, case = make.ticket(title="Invoice 991 twice"), make.case(title="100% sure")

    assert found(q="INVOICE") == [ticket]
    assert found(q=case.reference.lower()) == [case]
    assert found(q="100%") == [case]
    assert found(q="1%s") == found(q="_") == []


@pytest.mark.parametrize("sort", ["due", "updated", "created", "number"])
@pytest.mark.parametrize("way", ["", "-"])
def test_every_sort_goes_on_where_the_page_before_ended(sort, way):
    """INTERFACES section 5: cursors."""
    ana, case = make.agent(), make.case()
    make.action(case)
    make.ticket(due_at=NOW, clock=Clock.RUNNING, at=NOW - HOUR)
    make.ticket(waiting=True, due_at=NOW + HOUR, clock=Clock.RUNNING)
    make.ticket(closed=True)
    whole = list(search(ana, Filters(), at=NOW, sort=way + sort).items)
    seen, cursor = [], None

    for _ in range(3):
        page = search(ana, Filters(), at=NOW, sort=way + sort, cursor=cursor, limit=2)
        seen += page.items
        cursor = page.next

    assert cursor is None
    assert [item.pk for item in seen] == [item.pk for item in whole]
    assert len(seen) == 5
    keys = {"due": "sort_due", "updated": "updated_at", "created": "id", "number": "number"}
    values = [getattr(item, keys[sort]) for item in seen]
    assert values == sorted(values, reverse=bool(way))


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        cursors.encoded("-updated", NOW),
        cursors.encoded("due", NOW, 1),
        cursors.encoded("-updated", "2026-03-02", 1),
        cursors.encoded("-updated", "yesterday", 1),
        cursors.encoded("-updated", NOW, -1),
        cursors.encoded("-updated", NOW, 2**63),
    ],
)
def test_a_cursor_that_is_not_ours_is_refused(cursor):
    """INTERFACES section 5: never a 500."""
    with pytest.raises(Invalid):
        search(make.agent(), Filters(), at=NOW, cursor=cursor)


@pytest.mark.parametrize("sort", ["title", "-", "", "--due"])
def test_a_sort_we_do_not_have_is_refused(sort):
    """INTERFACES section 5."""
    with pytest.raises(Invalid):
        found(sort=sort)


def test_whoever_asked_finds_only_what_they_may_see():
    """DESIGN decision 11, TO-1."""
    company, rui = make.organisation(), make.requester()
    branch = make.organisation(parent=company)
    asked = make.ticket(requester=rui, organisation=branch)
    contacted = make.ticket(primary_contact=rui)
    make.ticket()

    assert found(people.actor_for(rui)) == [asked, contacted]
    assert found(people.actor_for(make.manager(organisation=company))) == [asked]
    assert found(people.actor_for(make.requester("Eve"))) == []
    assert found(make.agent(grants={"acme": ["work"]})) == []
