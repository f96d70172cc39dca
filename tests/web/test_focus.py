"""The Focus list on top of the Inbox."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.desk import Desk
from tests.web.conftest import Browser
from tests.web.reading import fresh, text_of, words_of
from tramita.domain.errors import Conflict
from tramita.models import Focus, Item
from tramita.services import focus, resolving, waiting, working


def mine(desk: Desk, title: str) -> Item:
    """A Ticket in Ana's Inbox."""
    item = desk.ticket(title=title)
    working.start(item, by=desk.ana, at=timezone.now())
    return fresh(item)


def titles(browser: Client) -> list[str]:
    """What is in focus, from the top."""
    part = text_of(browser.get("/inbox")).partition('<ol id="focus"')[2].partition("</ol>")[0]
    return re.findall(r'<a class="truncate" [^>]*>([^<]*)</a>', part)


def press(browser: Client, item: Item, does: str) -> None:
    """A button of the list."""
    browser.post("/focus", {"reference": item.reference, "do": does})


def test_a_short_list_in_its_readers_order_stands_on_top_of_the_inbox(desk: Desk, ana: Client) -> None:
    """Z-6, H-7."""
    first, second, third = (mine(desk, title) for title in ("First", "Second", "Third"))
    for item in (first, second):
        press(ana, item, "add")
    press(ana, first, "add")
    assert titles(ana) == ["First", "Second"]

    press(ana, second, "up")
    press(ana, second, "up")
    assert titles(ana) == ["Second", "First"]
    press(ana, second, "down")
    assert titles(ana) == ["First", "Second"]
    press(ana, first, "remove")
    assert titles(ana) == ["Second"]

    page = text_of(ana.get("/inbox"))
    assert page.count(f'data-ref="{second.reference}"') == 1
    assert page.count(f'data-ref="{third.reference}"') == 1


def test_an_item_leaves_the_focus_when_it_leaves_the_inbox(desk: Desk, ana: Client) -> None:
    """Z-6: by waiting, being resolved or given away, and it does not come back by itself."""
    waits, done, given = (mine(desk, title) for title in ("Waits", "Done", "Given"))
    for item in (waits, done, given):
        focus.add(item, by=desk.ana)

    waiting.wait(waits, type="more_information", by=desk.ana, at=timezone.now())
    resolving.resolve(done, method="replied", note="Done.", by=desk.ana, at=timezone.now())
    working.assign(given, to=desk.leo.id, by=desk.ana, at=timezone.now())

    assert titles(ana) == []
    waiting.resume(fresh(waits), by=desk.ana, at=timezone.now())
    assert titles(ana) == []
    assert not Focus.objects.exists()


def test_what_changes_inside_the_inbox_stays_in_focus(desk: Desk, ana: Client) -> None:
    """Z-6."""
    item = mine(desk, "Stays")
    focus.add(item, by=desk.ana)

    working.to_do(fresh(item), by=desk.ana, at=timezone.now())

    assert titles(ana) == ["Stays"]


def test_only_what_is_in_ones_inbox_can_be_in_focus(desk: Desk, ana: Client, as_: Browser) -> None:
    """Z-6: the service refuses, the page says so; what one may not see is not there."""
    theirs = mine(desk, "Hers")
    queued = desk.ticket()

    with pytest.raises(Conflict):
        focus.add(theirs, by=desk.leo)
    said = words_of(ana.post("/focus", {"reference": queued.reference, "do": "add"}, follow=True))
    assert "Only what is in your Inbox can be in focus." in said
    assert "No item has the reference" in words_of(
        as_(desk.eve).post("/focus", {"reference": theirs.reference, "do": "add"}, follow=True)
    )
    assert not Focus.objects.exists()


def test_ten_items_are_enough(desk: Desk, ana: Client) -> None:
    """Z-6."""
    for number in range(10):
        press(ana, mine(desk, f"Item {number}"), "add")

    one_more = mine(desk, "One more")
    said = words_of(ana.post("/focus", {"reference": one_more.reference, "do": "add"}, follow=True))

    assert "There are 10 items in focus. Take one out first." in said
    assert len(titles(ana)) == 10


def test_an_item_is_put_in_focus_on_its_page(desk: Desk, ana: Client, as_: Browser) -> None:
    """Z-6: a button that says whether it is, for whoever has it in their Inbox."""
    item = mine(desk, "Mine")

    before = text_of(ana.get(f"/items/{item.reference}"))
    after = text_of(ana.post("/focus", {"reference": item.reference, "do": "add", "stay": "1"}, follow=True))

    assert 'value="add" aria-pressed="false"' in before
    assert 'value="remove" aria-pressed="true"' in after
    assert 'action="/focus"' not in text_of(as_(desk.leo).get(f"/items/{item.reference}"))


def test_the_rows_in_focus_are_one_statement_of_five(
    desk: Desk, ana: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """DESIGN section 4: which they are is known with the bars."""
    for number in range(3):
        focus.add(mine(desk, f"Item {number}"), by=desk.ana)

    with django_assert_max_num_queries(5):
        ana.get("/inbox")
