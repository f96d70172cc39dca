"""Everything that happened, in order, and nothing missed."""

import pytest
from django.db import connection

from tests import factories as make
from tramita.domain.actors import SYSTEM
from tramita.domain.errors import Invalid
from tramita.queries import people
from tramita.queries.events import events, newest

NOW = make.NOW


@pytest.fixture
def everything_safe(monkeypatch):
    """Inside the one transaction of a test nothing is committed, so nothing would be safe on PostgreSQL."""
    if connection.vendor == "postgresql":
        from tramita.queries import events as module

        text = module._NEWEST["postgresql"].replace(f"WHERE {module._SAFE} ", "")
        monkeypatch.setitem(module._NEWEST, "postgresql", text)


@pytest.mark.django_db
@pytest.mark.usefixtures("everything_safe")
def test_events_come_in_order_a_page_at_a_time(django_assert_num_queries):
    """INTERFACES section 5: next is always given, also where there is nothing."""
    tickets = [make.ticket() for _ in range(5)]
    ana, seen, cursor = make.agent(), [], None

    for expected in (2, 2, 1, 0, 0):
        with django_assert_num_queries(2 if expected else 1) if cursor else django_assert_num_queries(2):
            page = events(ana, after=cursor, limit=2)
        assert len(page.results) == expected
        seen += page.results
        cursor = page.next

    assert [(one.item, one.type) for one in seen] == [(ticket.reference, "created") for ticket in tickets]


@pytest.mark.django_db
@pytest.mark.usefixtures("everything_safe")
def test_nobody_hears_of_what_they_may_not_see():
    """DESIGN decision 11."""
    rui = make.requester()
    mine = make.ticket(requester=rui)
    make.mail(mine)
    make.mail(make.ticket())
    make.ticket(draft=True, creator=make.person())

    heard = events(people.actor_for(rui))

    assert [(one.item, one.type) for one in heard.results] == [(mine.reference, "mail_received")]
    assert len(events(make.agent()).results) == 4
    assert len(events(SYSTEM).results) == 5


@pytest.mark.django_db
@pytest.mark.usefixtures("everything_safe")
def test_a_follower_who_sees_little_still_gets_on():
    """MEASURED section 1: what they may not see is not read again and again."""
    eve = people.actor_for(make.requester("Eve"))
    make.ticket()

    first = events(eve)

    assert first.results == []
    assert first.next == "-".join(str(part) for part in newest())


@pytest.mark.django_db
@pytest.mark.parametrize("cursor", ["x", "1", "1-", "-1-2", "1-2-3", "1 - 2", "9" * 19 + "-1", "0-" + "9" * 19, "0-²"])
def test_a_cursor_that_is_not_ours_is_refused(cursor):
    """INTERFACES section 5."""
    with pytest.raises(Invalid):
        events(SYSTEM, after=cursor)


@pytest.mark.django_db
def test_before_anything_happened_there_is_a_cursor_too():
    """INTERFACES section 5."""
    assert events(SYSTEM).next == "0-0"


@pytest.fixture
def slow_writer():
    """Somebody else's connection, in a transaction of its own."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time: ids are committed in the order in which they are drawn")
    other = connection.copy()
    other.set_autocommit(False)
    yield other
    other.rollback()
    other.close()


@pytest.mark.django_db(transaction=True)
def test_writers_that_commit_in_the_wrong_order_are_both_heard(slow_writer):
    """DESIGN decision 4: a follower that went by id alone would never hear of the first."""
    first, second = make.ticket(), make.ticket()
    start = events(SYSTEM).next

    with slow_writer.cursor() as cursor:
        cursor.execute(
            "INSERT INTO entries (item_id, seq, at, type, visibility, data, words, digest, chain) "
            "VALUES (%s, 2, now(), 'slow', 'internal', '{}', '{}', '', '')",
            [first.pk],
        )
    make.entry(second, "quick")
    between = events(SYSTEM, after=start)
    slow_writer.commit()
    afterwards = events(SYSTEM, after=between.next)

    assert between.results == []
    assert [one.type for one in afterwards.results] == ["slow", "quick"]
    assert events(SYSTEM, after=afterwards.next).results == []


@pytest.mark.django_db(transaction=True)
def test_a_writer_that_goes_back_leaves_no_hole(slow_writer):
    """DESIGN decision 4."""
    ticket = make.ticket()
    start = events(SYSTEM).next
    with slow_writer.cursor() as cursor:
        cursor.execute("UPDATE items SET title = 'x' WHERE id = %s", [make.ticket().pk])
    slow_writer.rollback()
    make.entry(ticket, "quick")

    assert [one.type for one in events(SYSTEM, after=start).results] == ["created", "quick"]
