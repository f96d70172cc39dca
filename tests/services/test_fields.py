"""Declared fields are typed and checked, undeclared ones hold any scalar."""

from typing import Any

import pytest

from tests import factories
from tests.factories import NOW
from tramita.domain.errors import Invalid
from tramita.models import Item
from tramita.services import editing, ledger, starting

pytestmark = pytest.mark.django_db
PATH = "acme/main/finance/invoice-query"
FIELDS = {
    "amount": {"name": "amount", "type": "number"},
    "country": {"name": "country", "type": "choice", "choices": ["PL", "ES"], "mandatory": True},
    "urgent": {"name": "urgent", "type": "boolean", "default": False},
    "number": {"name": "number", "read_only": True},
    "delivery": {"name": "delivery", "type": "datetime"},
    "page": {"name": "page", "type": "link"},
    "vat": {
        "name": "vat",
        "mandatory": True,
        "show_when": {"field": "fields.country", "op": "==", "value": "ES"},
    },
    "goods": {
        "name": "goods",
        "type": "table",
        "columns": [{"name": "article", "mandatory": True}, {"name": "price", "type": "number"}],
    },
    "channel": {"name": "channel", "read_only": True, "default": "desk"},
}
NEW = {"country": "PL", "urgent": False, "channel": "desk"}


def ticket(**fields: Any) -> Item:
    factories.definition("category", PATH, fields=FIELDS)
    rui = factories.requester()
    return starting.start_ticket(
        title="Invoice 991 twice",
        description="See the copy",
        category=PATH,
        requester=rui.email,
        fields=fields,
        by=factories.agent(),
        at=NOW,
    )


def test_a_new_item_has_its_defaults_and_what_was_given() -> None:
    """D-20, D-21: an undeclared field holds any JSON scalar."""
    started = ticket(country="PL", amount=12.5, colour="red")

    assert started.fields == {**NEW, "amount": 12.5, "colour": "red"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", "much"),
        ("amount", True),
        ("country", "DE"),
        ("urgent", "yes"),
        ("number", 7),
        ("delivery", "soon"),
        ("page", "javascript:alert(1)"),
        ("colour", ["red"]),
    ],
)
def test_a_value_that_the_field_cannot_hold_is_refused_by_name(name: str, value: object) -> None:
    """D-20."""
    with pytest.raises(Invalid) as caught:
        ticket(**{"country": "PL", name: value})

    assert [error.field for error in caught.value.errors] == [f"fields.{name}"]
    assert not Item.objects.exists()


def test_a_mandatory_field_is_needed_for_submission_and_stays() -> None:
    """D-21."""
    with pytest.raises(Invalid) as caught:
        ticket()
    assert [error.field for error in caught.value.errors] == ["fields.country"]

    started = ticket(country="PL")

    with pytest.raises(Invalid, match=r"fields\.country"):
        editing.edit(started, changes={"fields": {"country": None}}, by=factories.leader(), at=NOW)


def test_a_read_only_field_does_not_change_after_submission() -> None:
    """D-21."""
    started = ticket(country="PL", number="991")

    with pytest.raises(Invalid, match=r"fields\.number"):
        editing.edit(started, changes={"fields": {"number": "992"}}, by=factories.leader(), at=NOW)


def test_null_takes_a_field_away() -> None:
    """D-20."""
    started = ticket(country="PL", colour="red")

    editing.edit(started, changes={"fields": {"colour": None, "amount": 3}}, by=factories.leader(), at=NOW)

    assert Item.objects.get().fields == {**NEW, "amount": 3}


def test_what_the_value_of_another_field_shows_is_demanded_only_then() -> None:
    """D-21, T-2: a hidden field keeps its value and is not asked for."""
    with pytest.raises(Invalid) as caught:
        ticket(country="ES")
    assert [error.field for error in caught.value.errors] == ["fields.vat"]

    started = ticket(country="ES", vat="ESA1")
    editing.edit(started, changes={"fields": {"country": "PL"}}, by=factories.leader(), at=NOW)

    assert started.fields["vat"] == "ESA1"
    with pytest.raises(Invalid, match=r"fields\.vat"):
        editing.edit(started, changes={"fields": {"country": "ES", "vat": ""}}, by=factories.leader(), at=NOW)


def test_rows_of_a_table_are_typed_kept_in_order_and_name_their_cells() -> None:
    """D-20, D-21: both databases keep them; a cell is named by row and column."""
    rows = [{"price": 3.5, "article": "Paper"}, {}, {"article": "Toner"}]

    started = ticket(country="PL", goods=rows)

    assert Item.objects.get(pk=started.pk).fields["goods"] == [rows[0], rows[2]]
    with pytest.raises(Invalid) as caught:
        ticket(country="PL", goods=[{"article": "Paper"}, {"price": 2}])
    assert [error.field for error in caught.value.errors] == ["fields.goods.1.article"]


def test_a_read_only_field_with_a_default_is_never_given() -> None:
    """D-21."""
    with pytest.raises(Invalid, match=r"fields\.channel"):
        ticket(country="PL", channel="mail")


def test_a_new_category_brings_its_defaults() -> None:
    """D-21, T-10: what is there already stays."""
    started = ticket(country="PL")
    other = {"channel": {"name": "channel", "default": "shop"}, "colour": {"name": "colour", "default": "red"}}
    factories.definition("category", "acme/main/finance/other", fields=other)

    editing.edit(started, changes={"category": "acme/main/finance/other"}, by=factories.leader(), at=NOW)

    held = Item.objects.get()
    assert held.fields == {**NEW, "colour": "red"}
    assert ledger.differences(held) == {}
