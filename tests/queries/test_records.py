"""An instance read from SQL text is the one that the ORM reads."""

from datetime import timedelta

import pytest

from tests import factories as make
from tramita.models import Definition, Item
from tramita.queries import items
from tramita.queries.records import reader
from tramita.queries.rows import fetch

pytestmark = pytest.mark.django_db


def test_every_column_of_an_item_comes_as_the_orm_gives_it() -> None:
    """MEASURED section 3."""
    ana = make.agent()
    rich = make.ticket(
        waiting=True,
        process=make.definition(),
        fields={"amount": 12.5, "words": ["ç", None]},
        checklist=[["IBAN checked", True]],
        due_at=make.NOW + timedelta(microseconds=5),
        highlighted=True,
    )

    for item in (rich, make.ticket(draft=True, creator_id=ana.id), make.ticket(resolved=True)):
        found, wanted = items.get_visible(ana, item.reference), Item.objects.select_related("process").get(pk=item.pk)
        assert found == wanted
        assert {name: getattr(found, name) for name in reader(Item).names} == {
            name: getattr(wanted, name) for name in reader(Item).names
        }
        assert [type(getattr(found, name)) for name in reader(Item).names] == [
            type(getattr(wanted, name)) for name in reader(Item).names
        ]
        assert found.process == wanted.process


def test_a_column_that_was_not_read_is_read_when_asked_for(django_assert_num_queries) -> None:
    """As Django does it for `only()`."""
    made = make.definition(key="acme/main/finance/invoice-query")
    short = reader(Definition, "id", "key")

    found = short.read(fetch(f"SELECT {short.columns} FROM definitions")[0])

    with django_assert_num_queries(0):
        assert (found.pk, found.key) == (made.pk, made.key)
    with django_assert_num_queries(1):
        assert found.active
