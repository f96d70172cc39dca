"""A desk that was restored on another PostgreSQL server, whose transactions have lower numbers."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from tests import factories as make
from tests.desk import MONDAY
from tramita.config import doctor
from tramita.config.schema import bring_up_to_date
from tramita.domain.actors import SYSTEM
from tramita.models import Follower
from tramita.queries.events import cursor_at, events, read_cursor
from tramita.services import indexing
from tramita.services.carrying_on import carry_on, count_from, is_ahead

pytestmark = pytest.mark.django_db(transaction=True)
FURTHER = 1_000_000  # turns that the old server had given more


@pytest.fixture
def elsewhere() -> Iterator[None]:
    """Counts from nought again when it is over; the old server is left by `restored`."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite orders entries by their ids, which a restored file goes on counting")
    yield
    count_from(0)


def restored() -> None:
    """What is there was written on a server that had counted further."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE entries DISABLE TRIGGER entries_keep")
        cursor.execute("UPDATE entries SET tx = (tx::text::bigint + %s)::text::xid8", [FURTHER])
        cursor.execute("UPDATE followers SET tx = tx + %s", [FURTHER])
        cursor.execute("ALTER TABLE entries ENABLE TRIGGER entries_keep")


@pytest.mark.usefixtures("elsewhere")
def test_who_followed_the_old_server_misses_nothing_of_the_new_one() -> None:
    """DESIGN decision 4, Z-15: a program by its cursor, the index by its mark; each thing once, in order."""
    ticket = make.ticket(title="Invoice")
    indexing.index(at=MONDAY)
    turn, entry = read_cursor(events(SYSTEM).next)
    make.entry(ticket, "unread")
    restored()
    cursor = cursor_at((turn + FURTHER, entry))

    assert is_ahead()
    assert bring_up_to_date() == 0
    assert not is_ahead()
    make.entry(ticket, "first")
    make.entry(ticket, "second")

    heard = events(SYSTEM, after=cursor)
    assert [one.type for one in heard.results] == ["unread", "first", "second"]
    assert events(SYSTEM, after=heard.next).results == []
    assert indexing.index(at=MONDAY)
    assert Follower.objects.get(name=indexing.NAME).tx > turn + FURTHER


@pytest.mark.usefixtures("elsewhere")
def test_a_desk_that_moves_on_again_goes_on_again() -> None:
    """DESIGN decision 4: from wherever it was."""
    ticket = make.ticket()
    for _ in range(2):
        restored()
        assert carry_on()
        make.entry(ticket, "later")
    cursor = events(SYSTEM).next
    make.entry(ticket, "last")

    assert [one.type for one in events(SYSTEM).results][-3:] == ["later", "later", "last"]
    assert [one.type for one in events(SYSTEM, after=cursor).results] == ["last"]


def test_what_was_never_restored_stays_as_it_is() -> None:
    """DESIGN decision 4: also for who looks within the transaction that wrote last."""
    with transaction.atomic():
        make.entry(make.ticket(), "first")
        assert not is_ahead()

    assert not is_ahead()
    assert not carry_on()
    assert [one.type for one in events(SYSTEM).results] == ["created", "first"]


@pytest.mark.usefixtures("elsewhere")
def test_the_doctor_says_that_a_restored_desk_must_be_migrated() -> None:
    """INTERFACES 2: cause and remedy."""
    make.ticket()
    restored()

    found = doctor._database()

    assert (found.ok, found.remedy) == (False, "tramita migrate")
    assert "another server" in found.cause
