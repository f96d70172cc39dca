"""The box at the top of each page."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.desk import MONDAY, Desk
from tests.web.conftest import Browser
from tests.web.reading import text_of, words_of
from tramita.models import BroughtIn, Item
from tramita.services import indexing, notes

pytestmark = pytest.mark.django_db(transaction=True)


def look(ana: Client, typed: str, **more: Any) -> Any:
    while indexing.index(at=MONDAY):
        pass
    return ana.get("/search", {"q": typed, **more})


def test_words_give_a_list_that_says_where_they_stand(ana: Client, desk: Desk) -> None:
    """H-6, UI: search."""
    item = desk.ticket(title="Scanner")
    notes.add_note(item, body="O banco não devolveu <b>", by=desk.ana, at=MONDAY)

    page = look(ana, "banco nao")

    assert page.status_code == 200
    assert f'data-ref="{item.reference}"' in text_of(page)
    assert "in a note" in words_of(page)


def test_a_reference_still_opens_its_item(ana: Client, desk: Desk) -> None:
    """INTERFACES section 7."""
    item = desk.ticket(title="Scanner")

    assert look(ana, f"[{item.reference.lower()}]").url == f"/items/{item.reference}"


def test_what_is_not_found_is_said_with_what_was_typed(ana: Client, desk: Desk) -> None:
    """UI: refusals explain."""
    page = look(ana, "<nothing>")

    assert page.status_code == 200
    assert "Nothing was found for “<nothing>”" in words_of(page)
    assert "<nothing>" not in text_of(page)


def test_more_than_a_page_goes_on(ana: Client, desk: Desk) -> None:
    """H-6."""
    for _ in range(51):
        desk.ticket(title="Scanner")

    first = text_of(look(ana, "scanner"))
    rest = re.findall(r"before=(\d+)", first)[0]
    second = text_of(look(ana, "scanner", before=rest))

    assert (first.count("<tr data-row"), second.count("<tr data-row")) == (50, 1)


def test_finding_keeps_its_budget_of_statements(ana: Client, desk: Desk, django_assert_max_num_queries: Any) -> None:
    """DESIGN section 4: the person, the texts and who may see them, the rows, and the bars."""
    for _ in range(10):
        desk.ticket(title="Scanner")
    look(ana, "scanner")

    with django_assert_max_num_queries(7):
        ana.get("/search", {"q": "scanner"})


@pytest.mark.parametrize("typed", ["84001", "#84001", "[Ticket#84001]", "Ticket #84001"])
def test_what_was_brought_in_opens_by_the_number_it_had_there(ana: Client, desk: Desk, typed: str) -> None:
    """H-6: from Zammad, osTicket and older versions alike."""
    item = brought(desk, "84001")

    assert look(ana, typed).url == f"/items/{item.reference}"


def test_a_foreign_number_of_two_items_or_of_an_invisible_one_opens_none(ana: Client, desk: Desk, as_: Browser) -> None:
    """SEC-2, H-6: two systems may have counted alike; as words both are found."""
    both = [brought(desk, "4711", system) for system in ("zammad", "osticket")]
    hidden = brought(desk, "4712")

    page = look(ana, "4711")
    eves = as_(desk.eve).get("/search", {"q": "4712"})

    assert {one.reference for one in both} <= {*re.findall(r'data-ref="([^"]+)"', text_of(page))}
    assert eves.status_code == 200
    assert hidden.reference not in text_of(eves)


def brought(desk: Desk, key: str, system: str = "zammad") -> Item:
    """A Ticket that came from elsewhere, where it had this number."""
    item = desk.ticket(title=f"Scanner of {system}")
    Item.objects.filter(pk=item.pk).update(brought_from={"system": system, "key": key, "state": "open"})
    BroughtIn.objects.create(system=system, key=key, item=item)
    return item
