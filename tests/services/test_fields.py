"""Declared fields are typed and checked, undeclared ones hold any scalar."""

from typing import Any

import pytest

from tests import factories
from tests.factories import NOW
from tramita.domain.errors import Invalid
from tramita.models import Item
from tramita.services import editing, starting

pytestmark = pytest.mark.django_db
PATH = "acme/main/finance/invoice-query"
FIELDS = {
    "amount": {"name": "amount", "type": "number"},
    "country": {"name": "country", "type": "choice", "choices": ["PL", "ES"], "mandatory": True},
    "urgent": {"name": "urgent", "type": "boolean", "default": False},
    "number": {"name": "number", "read_only": True},
    "delivery": {"name": "delivery", "type": "datetime"},
    "page": {"name": "page", "type": "link"},
}


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

    assert started.fields == {"country": "PL", "amount": 12.5, "colour": "red", "urgent": False}


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

    assert Item.objects.get().fields == {"country": "PL", "amount": 3, "urgent": False}
