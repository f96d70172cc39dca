"""No list reads more as the tables grow: every statement is explained on reference data (DESIGN section 4)."""

import re
from datetime import UTC, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tramita.domain import narrowing
from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Clock, DueStatus, Kind, Listed, Mark, State
from tramita.domain.search_terms import read
from tramita.models import Access, Item, Person, SearchDoc
from tramita.queries import (
    actions,
    defects,
    due,
    events,
    following,
    items,
    jobs,
    leases,
    list_rows,
    narrowed,
    notices,
    people,
    reporting,
    robots,
    targets,
    tracking,
    worklists,
)
from tramita.queries.around import around
from tramita.queries.bounds import may_take
from tramita.queries.changes import changes
from tramita.queries.foreign_numbers import known_there_as
from tramita.queries.found import find
from tramita.queries.item_view import views
from tramita.queries.presence import present
from tramita.queries.pull import candidates
from tramita.queries.search import Filters, search
from tramita.queries.shell import Listing, Views, shell_of
from tramita.queries.timeline import comms, counts, timeline
from tramita.queries.views import Shortcut
from tramita.services import bulk, bulk_work, claiming, indexing, notice_settings, retention, stopping

pytestmark = pytest.mark.django_db

NOW = make.NOW
TONIGHT = NOW + timedelta(hours=15)
COPIES = 200  # of each of the forty items: enough for PostgreSQL to prefer an index where there is one
LARGE = (
    "items",
    "entries",
    "accesses",
    "notifications",
    "follows",
    "search_docs",
    "job_items",
    "item_tags",
    "brought_in",
)


class Desk:
    """Eight thousand items, and the people who look at them."""

    def __init__(self):
        self.queues = [make.queue() for _ in range(4)]
        self.company = make.organisation()
        staff = [make.person(queues=self.queues[:2]) for _ in range(4)]
        self.ana, self.eve = (
            people.actor_for(staff[0]),
            make.agent("Eve", queues=self.queues, grants={"acme": ["view"]}),
        )
        self.rui, self.marta = make.requester(), make.manager(organisation=self.company)
        askers = [self.rui, *(make.requester() for _ in range(9))]
        processes = [make.definition(key=f"acme/main/finance/{name}") for name in ("one", "two", "three", "four")]
        for number in range(40):
            self.one(number, staff, askers, processes)
        self.case = make.case(queue=self.queues[0])
        for _ in range(3):
            make.mail(make.action(self.case))
        multiply()
        Access.objects.create(person_id=self.ana.id, item=self.case, at=NOW)

    def one(self, number, staff, askers, processes):
        """One of each list, with everything spread."""
        listed = list(Listed)[number % 4]
        states = {Listed.NONE: State.CLOSED, Listed.OWNED: State.RESOLVED}
        make.ticket(
            listed=listed,
            state=states.get(listed, State.TO_DO),
            assignee=None if listed is Listed.QUEUE else staff[number // 4 % 4],
            owner=staff[number // 8 % 4],
            queue=self.queues[number // 4 % 4],
            requester=askers[number % 10],
            organisation=None if number % 20 else self.company,
            process=processes[number % 4],
            due_at=NOW + timedelta(hours=number - 20),
            clock=Clock.RUNNING,
            at=NOW - timedelta(days=number),
        )


def multiply():
    """Every Ticket and its entry, many times, in two statements."""
    columns = [field.column for field in Item._meta.concrete_fields if field.column not in ("id", "number")]
    plain = ", ".join(f"i.{column}" for column in columns)
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {COPIES}) "
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO items ({', '.join(columns)}, number) "
            f"{numbers}SELECT {plain}, 1000000 + i.number * {COPIES} + n.i FROM items i, n WHERE i.kind = 2"
        )
        cursor.execute(
            "INSERT INTO entries (item_id, seq, at, type, visibility, data, words, digest, chain) "
            "SELECT id, 1, created_at, 'created', 'internal', '{}', '{}', '', '' FROM items WHERE number > 1000000"
        )
        cursor.execute(
            "INSERT INTO accesses (person_id, item_id, at) SELECT requester_id, id, created_at FROM items "
            "WHERE requester_id IS NOT NULL"
        )
        cursor.execute(
            "INSERT INTO notifications (person_id, item_id, event, key, at, hub, browser, mail, read_at) "
            "SELECT owner_id, id, 'mail', 'entry', created_at, TRUE, TRUE, CASE WHEN id % 100 = 0 THEN 1 ELSE 2 END, "
            "CASE WHEN id % 50 = 0 THEN NULL ELSE created_at END FROM items WHERE owner_id IS NOT NULL"
        )
        cursor.execute(
            "INSERT INTO follows (person_id, item_id, muted, at) SELECT owner_id, id, FALSE, created_at FROM items "
            "WHERE owner_id IS NOT NULL"
        )
        cursor.execute("INSERT INTO item_tags (item_id, tag) SELECT id, 'audit' FROM items WHERE id % 9 = 0")
        cursor.execute("INSERT INTO item_tags (item_id, tag) SELECT id, 'tag ' || (id % 50) FROM items")
        cursor.execute(
            "INSERT INTO brought_in (system, key, item_id) SELECT 'zammad', CAST(id + 80000 AS text), id FROM items "
            "WHERE ordinal = 0"
        )
        cursor.execute("ANALYZE")


@pytest.fixture
def desk():
    return Desk()


def plan(sql):
    """What the database will do, line by line."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # every page of so small a table is in memory; where rows that others took back have swollen it, each row
            # lies in a page of its own: an index that serves would else be as dear as the whole table, now and then
            cursor.execute("SET LOCAL random_page_cost = 0.3")
            cursor.execute(f"EXPLAIN {sql}")
            return [row[0] for row in cursor.fetchall()]
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [row[3] for row in cursor.fetchall()]


def whole_tables(lines, *, in_order):
    """The steps that read a large table from end to end; in the order of an index they stop at the page's end."""
    names = "|".join(LARGE)
    if connection.vendor == "postgresql":
        return [line for line in lines if re.search(rf"Seq Scan on ({names})\b", line)]
    aliases = rf"{names}|[deixrn]"
    found = [line for line in lines if re.match(rf"SCAN ({aliases})\b", line)]
    sorted_afterwards = any("TEMP B-TREE" in line for line in lines)
    return [line for line in found if not in_order or (sorted_afterwards and " USING " not in line)]


def explained(look, *, in_order=False):
    """Run it, and explain each of its statements."""
    with CaptureQueriesContext(connection) as captured:
        look()
    assert captured.captured_queries, "nothing was asked"
    for query in captured.captured_queries:
        if query["sql"].startswith(("SAVEPOINT", "RELEASE")):
            continue
        lines = plan(query["sql"])
        assert not whole_tables(lines, in_order=in_order), "\n".join([query["sql"], *lines])


def list_of(place, actor, **more):
    return lambda: worklists.page(place, actor, now=NOW, tonight=TONIGHT, **more)


def test_no_list_reads_a_whole_table(desk):
    """DESIGN section 4, L-1 to L-4, H-2."""
    places = (
        worklists.inbox(desk.ana),
        worklists.owned(desk.ana),
        worklists.in_queue(desk.queues[0].pk),
        worklists.in_queues(desk.ana.queue_ids),
    )
    for actor in (desk.ana, desk.eve):
        for place in places:
            explained(list_of(place, actor))
            explained(list_of(place, actor, after=(NOW, 5)))
            explained(list_of(place, actor, besides=tuple(list_rows.BESIDES)))
            explained(list_of(place, actor, status=DueStatus.TODAY))
            explained(lambda place=place, actor=actor: shell_of(actor, Listing(place, NOW, TONIGHT)))
        explained(lambda actor=actor: worklists.recent(actor))
        explained(lambda actor=actor: shell_of(actor))
        explained(lambda actor=actor: candidates(actor, at=NOW))


def test_no_list_of_colleagues_reads_a_whole_table(desk):
    """H-1, DESIGN section 4: of some, a branch each; of very many too, and in every order."""
    staff = [person.pk for person in Person.objects.exclude(pk=desk.ana.id)]
    many = [*staff, *range(10_000, 10_000 + worklists.MOST_PEOPLE)]
    for actor in (desk.ana, desk.eve):
        explained(lambda actor=actor: reporting.line_of(actor))
        for place in (worklists.of_people(staff), worklists.of_people(many), worklists.around_me(actor, staff)):
            for order in worklists.ORDERS.values():
                explained(list_of(place, actor, order=order))
            explained(lambda place=place, actor=actor: shell_of(actor, Listing(place, NOW, TONIGHT, chart="assignee")))


LOOKS = (
    {},
    {"kind": ["ticket"], "state": ["to_do", "waiting"]},
    {"assignee": ["me"]},
    {"queue": ["none"], "due": ["overdue"]},
    {"organisation": ["ORGANISATION"]},
    {"process": ["acme/main/finance/one"], "mark": ["highlighted"]},
    {"state": ["closed"], "assignee": ["me"], "created_days": ["7"]},
    {"updated_from": ["2026-03-01"], "wait": ["until"]},
    {"tag": ["audit"]},
)


@pytest.mark.parametrize("given", LOOKS, ids=lambda given: "-".join(given) or "all")
def test_no_view_reads_a_whole_table_in_any_order(desk, given):
    """H-7, DESIGN section 4: every order and its next page, totals and sidebar included."""
    company = {"ORGANISATION": desk.company.key}
    asked = narrowing.read({name: [company.get(one, one) for one in values] for name, values in given.items()})
    for actor in (desk.ana, desk.eve):
        reader = narrowing.Reader(actor.id, NOW, TONIGHT, UTC)
        place, narrow = narrowed.everywhere(asked, reader), narrowed.narrow(asked, reader)
        for order in worklists.ORDERS.values():
            after = (NOW, 5)[-len(order.columns) :]
            for one in (place, worklists.in_queue(desk.queues[0].pk), worklists.inbox(actor)):
                explained(list_of(one, actor, narrow=narrow, order=order))
                explained(list_of(one, actor, narrow=narrow, order=order, after=after))
        listing, shortcuts = Listing(place, NOW, TONIGHT, narrow, asked), Views([Shortcut(1, "", asked)], reader)
        explained(lambda actor=actor, listing=listing, views=shortcuts: shell_of(actor, listing, views=views))


@pytest.mark.parametrize(
    ("place", "order", "index"),
    [
        ("queue", "-updated", "open_queues_by_update"),
        ("queue", "created", "open_queues_by_creation"),
        ("anywhere", "updated", "open_by_update"),
        ("anywhere", "-created", "open_by_creation"),
        ("company", "due", "items_of_organisation"),
    ],
)
def test_every_order_of_a_long_list_is_that_of_an_index(desk, place, order, index):
    """H-7, DESIGN section 4: a page stops at its fiftieth row, and sorts nothing but the pages of its branches."""
    reader = narrowing.Reader(desk.ana.id, NOW, TONIGHT, UTC)
    company = narrowing.read({"organisation": [desk.company.key]})
    places = {
        "queue": worklists.in_queue(desk.queues[0].pk),
        "anywhere": narrowed.everywhere((), reader),
        "company": narrowed.everywhere(company, reader),
    }

    with CaptureQueriesContext(connection) as captured:
        list_of(places[place], desk.ana, order=worklists.ORDERS[order])()
    lines = plan(captured.captured_queries[-1]["sql"])

    assert any(re.search(rf"\b{index}\b", line) for line in lines), lines


def test_what_robots_rejected_is_found_without_reading_the_queue(desk):
    """Q-2, Q-3: a long queue with little in it for people."""
    strict = make.queue(strict=True)
    Item.objects.filter(queue=desk.queues[0], listed=Listed.QUEUE).update(queue=strict)
    ana = make.agent(queues=[strict])

    with CaptureQueriesContext(connection) as captured:
        candidates(ana, at=NOW)
    lines = plan(captured.captured_queries[-1]["sql"])

    assert sum("items_rejected_by_robots" in line for line in lines) == 2, lines


@pytest.mark.parametrize("robot", [False, True])
def test_what_leaders_put_first_is_found_without_reading_the_queue(desk, robot):
    """Q-2, decision 81: a branch a queue, by an index that holds nothing else."""
    some = Item.objects.filter(queue=desk.queues[0], listed=Listed.QUEUE).order_by("pk").values("pk")[:20]
    Item.objects.filter(pk__in=list(some.values_list("pk", flat=True))).update(prioritised=True)
    who = people.actor_for(make.robot(queues=desk.queues)) if robot else desk.ana

    with CaptureQueriesContext(connection) as captured:
        candidates(who, at=NOW)
    lines = plan(captured.captured_queries[-1]["sql"])

    assert sum("items_prioritised" in line for line in lines) == len(who.queue_ids), lines
    assert not whole_tables(lines, in_order=False)


@pytest.mark.parametrize("order", list(worklists.ORDERS))
def test_lists_of_what_leaders_put_first_read_no_queue(desk, order):
    """H-7, decision 81: whatever the order and wherever it is asked; the few that there are are sorted."""
    some = Item.objects.filter(queue=desk.queues[0], listed=Listed.QUEUE).order_by("pk").values("pk")[:20]
    Item.objects.filter(pk__in=list(some.values_list("pk", flat=True))).update(prioritised=True)
    reader, asked = narrowing.Reader(desk.ana.id, NOW, TONIGHT, UTC), narrowing.read({"mark": ["prioritised"]})
    narrow, sort = narrowed.narrow(asked, reader), worklists.ORDERS[order]
    looks = (
        list_of(narrowed.everywhere(asked, reader), desk.ana, narrow=narrow, order=sort),
        list_of(worklists.in_queue(desk.queues[0].pk), desk.ana, narrow=narrow, order=sort),
        lambda: search(desk.ana, Filters(mark=[Mark.PRIORITISED]), at=NOW, sort=order),
        lambda: search(desk.ana, Filters(mark=[Mark.PRIORITISED], queue=desk.queues[0].key), at=NOW, sort=order),
    )

    for look in looks:
        with CaptureQueriesContext(connection) as captured:
            look()
        lines = plan(captured.captured_queries[0]["sql"])
        read = [line for line in lines if re.search(r"(SCAN|SEARCH|Scan using .* on|Seq Scan on) items", line)]
        assert all("items_prioritised" in line or "PRIMARY KEY" in line for line in read), lines


def old_runs(robot):
    """A robot's life: a dozen leases on each item that there is, and old proposals. SQLite is told no figures of it:
    a desk that grows has none.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12) INSERT INTO leases "
            "(item_id, robot_id, fence, taken_at, expires_at, ended_at, ending, tainted, writes, cost) "
            "SELECT id, %s, i, created_at, created_at, created_at, 'completed', FALSE, 0, 0 FROM items, n",
            [robot.id],
        )
        cursor.execute(
            "INSERT INTO proposals (item_id, robot_id, fence, seq, verb, as_robot, given, created_at, state, reason) "
            "SELECT id, %s, 1, 1, 'complete', TRUE, '{}', created_at, 'accepted', '' FROM items",
            [robot.id],
        )
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")


def test_a_robot_is_given_work_whatever_it_did_before(desk):
    """Q-2, B-3, B-10, DESIGN section 4: a hundred thousand old leases of its own, none of them read."""
    robot = people.actor_for(make.robot(queues=desk.queues))
    old_runs(robot)
    looks = (
        lambda: candidates(robot, at=NOW),
        lambda: candidates(robot, at=NOW, kinds=frozenset({Kind.ACTION})),
        lambda: people.actor_by_id(robot.id),
        lambda: leases.rests(robot.id, NOW),
        lambda: leases.given_up(desk.case, robot.id),
        lambda: leases.lapses(desk.case, robot.id),
        lambda: may_take(desk.case, robot.id, tainted=True, at=TONIGHT),
        lambda: robots.listed(desk.ana, NOW),
        stopping.held,
    )

    for look in looks:
        with CaptureQueriesContext(connection) as captured:
            look()
        for query in captured.captured_queries:
            lines = plan(query["sql"])
            since = "taken_at" in query["sql"].partition("WHERE")[2]
            assert since or not any("leases_by_robot" in line for line in lines), "\n".join([query["sql"], *lines])
            whole = r"(SCAN|Seq Scan on) (items|leases|proposals|l|w)\b(?! USING)"
            assert not any(re.search(whole, line) for line in lines), "\n".join([query["sql"], *lines])


def test_a_robot_of_one_kind_reads_past_no_other(desk):
    """Q-2, B-3: Actions, in queues full of Tickets, and of what robots rejected."""
    robot = people.actor_for(make.robot(queues=desk.queues))
    case = make.case(queue=desk.queues[0])
    for _ in range(30):
        make.action(case)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    with CaptureQueriesContext(connection) as captured:
        candidates(robot, at=NOW, kinds=frozenset({Kind.ACTION}))
    lines = plan(captured.captured_queries[-1]["sql"])

    assert sum("items_for_robots" in line for line in lines) == len(desk.queues), lines
    assert any("items_by_assignee" in line for line in lines), lines


def test_the_next_item_of_a_person_is_found_whatever_robots_rejected(desk):
    """Q-2: the branches of a queue stop at their twentieth row, in the order of an index."""
    Item.objects.filter(queue=desk.queues[0], listed=Listed.QUEUE, pk__gt=100).update(robot_rejected=True)

    with CaptureQueriesContext(connection) as captured:
        candidates(desk.ana, at=NOW)
    sql = captured.captured_queries[-1]["sql"]

    assert "NOT robot_rejected" not in sql
    assert not whole_tables(plan(sql), in_order=False)


def test_an_item_is_read_without_its_table(desk):
    """DESIGN section 4: an item page."""
    for actor in (desk.ana, desk.eve, people.actor_for(desk.rui), people.actor_for(desk.marta)):
        explained(lambda actor=actor: items.visible_to(actor).filter(number=desk.case.number, kind=Kind.CASE).first())
        explained(lambda actor=actor: timeline(desk.case, actor))
        explained(lambda actor=actor: counts(desk.case, actor))
        explained(lambda actor=actor: comms(desk.case, actor))
        explained(lambda actor=actor: actions.actions_of(desk.case, actor))
    fifty = list(Item.objects.order_by("id")[:50])
    explained(lambda: views(fifty, desk.ana, NOW))
    explained(lambda: due.explain(desk.case, NOW))
    case = items.get_visible(desk.ana, desk.case.reference)
    explained(lambda: around(case, desk.ana, at=NOW, paths=[], workers=True, approvals=True))
    explained(lambda: tracking.sessions(case, desk.ana, at=NOW))
    explained(lambda: defects.defects_of(case))


def test_a_number_of_another_system_is_looked_up_in_its_index(desk):
    """H-6: before the words, on each search for a number."""
    for actor in (desk.ana, desk.eve):
        explained(lambda actor=actor: known_there_as(actor, "[Ticket#84001]"))


def test_what_to_merge_into_is_found_in_the_order_of_an_index(desk):
    """X-2, DESIGN section 4: of open work only, the newest change first."""
    explained(lambda: targets.targets(desk.case, "payment", desk.ana, at=NOW), in_order=True)
    explained(lambda: targets.sources(desk.case, "10010-T", desk.ana))


def test_every_order_of_a_search_is_that_of_an_index(desk):
    """DESIGN section 4: what is not narrowed stops at the end of the page."""
    for sort in ("due", "-due", "updated", "-updated", "created", "-created", "number", "-number"):
        explained(lambda sort=sort: search(desk.ana, Filters(), at=NOW, sort=sort), in_order=True)
        cursor = search(desk.ana, Filters(), at=NOW, sort=sort, limit=5).next
        explained(
            lambda sort=sort, cursor=cursor: search(desk.ana, Filters(), at=NOW, sort=sort, cursor=cursor),
            in_order=True,
        )


def test_a_search_that_names_something_finds_it_by_an_index(desk):
    """DESIGN section 4."""
    wanted = [
        Filters(assignee="me"),
        Filters(list=[Listed.INBOX], assignee="me"),
        Filters(q="10010-T"),
        Filters(list=[Listed.QUEUE], overdue=True),
        Filters(updated_since=NOW - timedelta(days=1)),
    ]
    for filters in wanted:
        for sort in ("-updated", "due"):
            explained(lambda filters=filters, sort=sort: search(desk.ana, filters, at=NOW, sort=sort), in_order=True)


def test_whoever_asked_finds_their_few_items_by_an_index(desk):
    """DESIGN section 4, TO-1."""
    for person in (desk.rui, desk.marta):
        actor = people.actor_for(person)
        for sort in ("-updated", "due"):
            explained(lambda actor=actor, sort=sort: search(actor, Filters(), at=NOW, sort=sort), in_order=True)


def test_a_follower_reads_on_from_where_it_was(desk):
    """DESIGN decision 4."""
    start = events.events(SYSTEM, limit=5).next
    for actor in (SYSTEM, desk.ana, people.actor_for(desk.rui)):
        explained(lambda actor=actor: events.events(actor, after=start), in_order=True)


@pytest.mark.parametrize("typed", ["scanner", "scanner state:closed", "rare7", '"scanner rare"', "sca", "s"])
def test_what_words_find_is_found_by_the_index(desk, typed):
    """H-6, DESIGN section 4: frequent words and rare ones, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO search_docs (item_id, about, source, body) "
            "SELECT id, 1, 0, 'scanner ' || CASE WHEN id % 500 = 7 THEN 'rare7 ' ELSE 'plain ' END || id FROM items"
        )
        cursor.execute("ANALYZE")

    for actor in (desk.ana, desk.eve):
        explained(lambda actor=actor: find(actor, read(typed), at=NOW))
    for field in (
        f"assignee:{desk.marta.pk}",
        "queue:none",
        f"organisation:{desk.company.key}",
        "category:acme/main/finance/one",
    ):
        explained(lambda field=field: find(desk.ana, read(f"{typed} {field} state:closed"), at=NOW))


def test_old_words_are_replaced_without_a_scan(desk):
    """H-6: what one mail says anew costs the same whatever else is found."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO search_docs (item_id, about, source, body) SELECT id, 1, 0, 'plain' FROM items")
        cursor.execute("ANALYZE")

    mail = SearchDoc.About.MAIL
    explained(lambda: indexing.replace({(desk.case.pk, mail, 1): "it came twice", (desk.case.pk, mail, 2): "thanks"}))
    assert SearchDoc.objects.filter(item=desk.case, about=mail).count() == 2


def test_open_pages_are_told_without_a_scan(desk):
    """DESIGN decision 12: the cursor's newest mark, and what came after one."""
    place = events.read_cursor(events.events(SYSTEM, limit=5).next)
    explained(lambda: changes(place), in_order=True)
    explained(lambda: present(at=NOW))


@pytest.mark.parametrize("number", [1, 50])
def test_the_statements_of_a_page_do_not_grow_with_its_rows(django_assert_num_queries, number):
    """DESIGN section 4: at most six a page, whatever the number of rows, items or users."""
    queue = make.queue()
    ana = make.agent(queues=[queue])
    for _ in range(number):
        make.ticket(queue=queue, requester=make.requester(), assignee=make.person(), listed=Listed.QUEUE)
    place = worklists.in_queue(queue.pk)

    with django_assert_num_queries(3):
        actor = people.actor_by_id(ana.id)
        shell_of(actor, Listing(place, NOW, TONIGHT))
        page = worklists.page(place, actor, now=NOW, tonight=TONIGHT)

    assert len(page.rows) == number


def test_nothing_about_notifications_reads_a_whole_table(desk):
    """N-1, DESIGN section 4: the list, the bell, pop-ups, the next mail, who follows."""
    explained(lambda: notices.notices(desk.ana), in_order=True)
    explained(lambda: notices.notices(desk.ana, unread=True, before=5000), in_order=True)
    explained(lambda: notices.notices(desk.eve), in_order=True)
    explained(lambda: notices.unread(desk.ana, 100))
    explained(lambda: notices.popups(desk.ana, after=7990), in_order=True)
    explained(lambda: notices.to_mail(desk.ana), in_order=True)
    explained(lambda: following.following([desk.case.pk]))
    explained(lambda: notice_settings.read_all(up_to=10**6, by=desk.ana, at=NOW))
    explained(lambda: retention.forget_notifications(at=NOW - timedelta(days=300)))


def test_a_bulk_change_reads_neither_items_nor_jobs_from_end_to_end(desk):
    """Z-7, DESIGN section 4: beginning it, its page, its next step, whether anything runs at all."""
    leo = make.leader()
    chosen = list(Item.objects.order_by("id").values_list("pk", flat=True)[:60])
    for by in (*[make.leader("Other")] * 20, leo):
        bulk.begin("follow", chosen, by=by, at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE job_items SET outcome = 1 WHERE id % 50 <> 0")
        cursor.execute("ANALYZE")
    job = jobs.mine(leo)[0][0].job
    reader = narrowing.Reader(leo.id, NOW, TONIGHT, UTC)
    narrow = narrowed.narrow(narrowing.read({"kind": ["ticket"], "due": ["overdue"]}), reader)

    for actor in (leo, desk.eve):
        for place in (worklists.in_queue(desk.queues[0].pk), worklists.of_teams(leo), worklists.owned(desk.ana)):
            explained(lambda place=place, actor=actor: jobs.all_of(place, actor, narrow, limit=50))
        explained(lambda actor=actor: jobs.seen_among(actor, chosen))
        explained(lambda actor=actor: jobs.named(actor, [f"{1_000_000 + number}-T" for number in range(50)]))
        explained(lambda actor=actor: jobs.titles(actor, chosen[:12]))
        explained(lambda actor=actor: jobs.lines(actor, job))
        explained(lambda actor=actor: jobs.lines(actor, job, outcome="waiting", after=5))
    explained(lambda: jobs.get_job(leo, job.pk))
    explained(lambda: jobs.mine(leo))
    explained(lambda: claiming.claim(bulk_work.ITEMS, bulk_work.CHANGES, at=NOW))
    explained(lambda: bulk_work.end(at=NOW))
