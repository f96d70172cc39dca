"""Work that is given out by load at the same moment goes to different people (Q-1, decisions 79 and 88)."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from tests import factories
from tests.desk import Desk, build, publish
from tests.services.test_allocating import PUSHED, by_rule
from tests.services.test_races import at_once
from tramita.models import Item, Person
from tramita.queries import definitions
from tramita.services.transactions import writing

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 300  # for the others, whatever else the machine does


@pytest.fixture
def office(transactional_db: None) -> Desk:
    """Iva and Ana hold a position, in this order; its rule goes by load, and each has one item already."""
    desk = build()
    iva = factories.person("Iva Novak")
    publish("position", "accounts", title="Accounts payable", holders=[iva.email, desk.ana.email])
    for _ in range(2):
        by_rule(desk, position="accounts", choose="least_loaded")
    definitions.forget()
    return desk


def placing(desk: Desk, all_there: threading.Barrier) -> Callable[[], int]:
    """A new Ticket, in a transaction that ends when all have chosen; where writers queue up, each ends by itself."""

    def place() -> int:
        with writing():
            item = desk.ticket(category=PUSHED)
            if connection.vendor == "postgresql":
                all_there.wait(PATIENCE_SECONDS)
        return item.pk

    return place


def assignees(desk: Desk, count: int) -> list[str]:
    """Of so many that are placed at once, by name."""
    all_there = threading.Barrier(count)
    made = at_once(*[placing(desk, all_there) for _ in range(count)])
    names = dict(Person.objects.values_list("pk", "name"))
    return sorted(names[one] for one in Item.objects.filter(pk__in=made).values_list("assignee", flat=True))


@pytest.mark.parametrize("pairs", [1, 2])
def test_what_is_placed_at_once_is_shared_out(office: Desk, pairs: int) -> None:
    """Q-1: as if one had come after the other."""
    assert assignees(office, 2 * pairs) == ["Ana Lima"] * pairs + ["Iva Novak"] * pairs


def test_whoever_has_far_less_gets_all_of_it(office: Desk) -> None:
    """Q-1: that others choose as well sends nothing to who has much."""
    for _ in range(3):
        factories.ticket(assignee_id=office.ana.id, in_progress=True)

    assert assignees(office, 2) == ["Iva Novak"] * 2
