"""What stands around an item on its page."""

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests import factories
from tests.desk import MONDAY
from tramita.queries.around import around
from tramita.services.linking import link

pytestmark = pytest.mark.django_db


def test_linked_items_are_found_from_both_sides_as_far_as_they_may_be_seen(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """X-30, X-31, SEC-2: one statement."""
    ana = factories.agent()
    eve = factories.agent("Eve Stone", grants={"other": ["view"]})
    one = factories.ticket(process=factories.definition(key="acme/main/finance/invoice-query"))
    other = factories.ticket(title="Payment unclear", process=factories.definition(key="other/main/desk/questions"))
    link(one, to=other, by=ana, at=timezone.now())

    with django_assert_num_queries(1):
        found = around(one, ana, at=MONDAY, paths=[], workers=False)

    assert [near.reference for near in found.linked] == [other.reference]
    assert [near.title for near in around(other, ana, at=MONDAY, paths=[], workers=False).linked] == [one.title]
    assert around(other, eve, at=MONDAY, paths=[], workers=False).linked == []


def test_workers_are_people_and_robots_in_the_order_of_their_names() -> None:
    """Q-12: who asks is not offered, nor who has left."""
    ana = factories.agent("Ana Lima")
    factories.robot("Beatrix")
    factories.requester("Carl Asks")
    factories.person("Dora Gone", is_active=False)

    found = around(factories.ticket(), ana, at=MONDAY, paths=[], workers=True)

    assert [name for _id, name in found.workers] == ["Ana Lima", "Beatrix"]


def test_titles_and_the_company_are_named() -> None:
    """G-7."""
    company = factories.organisation("acme-iberia", name="Acme Iberia")
    definition = factories.definition("customer", "acme")
    definition.title = "Acme"
    definition.save()

    found = around(
        factories.ticket(organisation=company), factories.agent(), at=MONDAY, paths=["acme", "nowhere"], workers=False
    )

    assert (found.titles, found.organisation) == ({"acme": "Acme"}, "Acme Iberia")
