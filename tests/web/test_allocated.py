"""What pages say of an allocation: why an item is where it is, and who is away where people are chosen."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from tests.desk import Desk, publish
from tests.web.conftest import Browser
from tests.web.reading import words_of
from tramita.models import Person


def away(person_id: int | None, *, substitute: str | None = None) -> None:
    """Today, and the day before and after: whatever the time is."""
    day = timezone.now().date()
    kept = {"from": str(day - timedelta(days=1)), "to": str(day + timedelta(days=1)), "substitute": substitute}
    Person.objects.filter(pk=person_id).update(absent=kept)


def test_an_item_says_why_it_is_where_it_is(desk: Desk, ana: Client) -> None:
    """Z-9: with the item, and by which position in its timeline."""
    publish("position", "accounts", title="Accounts payable", holders=[desk.ana.email])
    body = {"queue": "invoices", "assign_position": "accounts", "title": "Held"}
    publish("category", "acme/main/finance/held", desk.definitions["pushed"].parent, **body)
    item = desk.ticket(category="acme/main/finance/held")

    said = words_of(ana.get(f"/items/{item.reference}?tab=timeline"))

    assert "Allocated to a holder of its position" in said
    assert "Allocated to a holder of “Accounts payable”" in said


def test_a_substitute_reads_in_whose_place_they_have_it(desk: Desk, as_: Browser) -> None:
    """Z-9, Q-7."""
    away(desk.ana.id, substitute=desk.leo.email)
    item = desk.ticket(category="acme/main/finance/pushed", at=timezone.now())

    said = words_of(as_(desk.leo).get(f"/items/{item.reference}?tab=timeline"))

    assert "Allocated to the person of its rule, by their substitute" in said
    assert "Allocated: to the person of its rule · in place of Ana Lima, who is away" in said


def test_whoever_assigns_reads_until_when_somebody_is_away(desk: Desk, as_: Browser) -> None:
    """Q-12: they may be chosen all the same, on the page of an item and for many at once."""
    away(desk.ana.id)
    item, leo = desk.ticket(), as_(desk.leo)

    one = words_of(leo.get(f"/items/{item.reference}"))
    many = words_of(leo.post("/bulk", {"item": [item.reference], "do": "assign", "back": "/team"}))

    assert "Ana Lima (away until " in one
    assert "Ana Lima (away until " in many
    assert "Eve Stone (away" not in one + many
