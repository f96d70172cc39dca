"""Two people on one item, and a browser that dies: nobody's words are lost, and the second one sees what changed."""

import re
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as BrowserError

from tests.desk import Desk
from tests.e2e.conftest import let_in, open_browser, written
from tramita.domain.actors import Actor
from tramita.models import Draft, Item
from tramita.services import working

MOST_LOST = 3  # seconds of typing


@pytest.fixture
def item(desk: Desk) -> Item:
    """A Ticket in Ana's hands that Leo may work on as well."""
    one = desk.ticket(at=timezone.now())
    working.start(one, by=desk.ana, at=timezone.now())
    return Item.objects.get(pk=one.pk)


@pytest.fixture
def both(chromium: Browser, site: str, desk: Desk, item: Item) -> Iterator[tuple[Page, Page]]:
    """Ana and Leo look at it, each in a browser of their own."""
    windows = [looking(chromium, site, who, item) for who in (desk.ana, desk.leo)]
    yield windows[0], windows[1]
    for window in windows:
        window.context.close()


def looking(chromium: Browser, site: str, who: Actor, item: Item) -> Page:
    page = open_browser(chromium).new_page()
    let_in(page.context, site, who)
    page.goto(f"{site}/items/{item.reference}")
    return page


def test_both_write_an_answer_and_both_are_sent(both: tuple[Page, Page], item: Item) -> None:
    """Z-2: the second answer is held, the first one stands below it, and one more click sends it."""
    ana, leo = both
    ana.get_by_role("textbox", name="Reply").fill("It goes back on Friday.")
    leo.get_by_role("textbox", name="Reply").fill("We book it back.")

    ana.get_by_role("button", name="Send", exact=True).click()
    expect(ana.locator(".message").first).to_contain_text("It goes back on Friday.")
    expect(leo.locator(".message", has_text="It goes back on Friday.")).to_be_visible()
    expect(leo.locator(".written")).to_have_text("We book it back.")
    leo.get_by_role("button", name="Send", exact=True).click()
    expect(leo.get_by_role("alert")).to_contain_text("Something newer arrived")
    expect(written(leo)).to_have_value("We book it back.")
    leo.get_by_role("button", name="Send anyway").click()

    for window in both:
        expect(window.locator("#talk .message", has_text="We book it back.")).to_be_visible()
        expect(window.locator("#talk .message", has_text="It goes back on Friday.")).to_be_visible()


def test_both_change_it_and_the_second_one_sees_what_changed(both: tuple[Page, Page], item: Item) -> None:
    """Z-2, decision 0009: a page that did not hear of a change refuses to go over it; what was chosen stays."""
    ana, leo = both
    leo.context.set_offline(True)
    leo.evaluate("document.querySelector('live-desk').source.close()")  # no stream tells him
    leo.locator("#state > summary").click()
    leo.locator(".move-panel > summary", has_text="Wait").click()
    leo.get_by_label("Number of days to wait").fill("7")
    ana.locator("#state > summary").click()
    ana.locator(".move-panel > summary", has_text="Wait").click()
    ana.get_by_label("Number of days to wait").fill("5")
    ana.locator(".needs").get_by_role("button", name="Wait").click()
    expect(ana.locator("#state > summary")).to_contain_text("Waiting")

    leo.context.set_offline(False)
    leo.locator(".needs").get_by_role("button", name="Wait").click()

    expect(leo.get_by_role("alert")).to_contain_text("Set to Waiting: Wait for more information, 5 days · Ana Lima")
    expect(leo.locator("#state > summary")).to_contain_text("Waiting")
    assert Item.objects.get(pk=item.pk).wait_days == 5


def test_a_browser_that_is_killed_loses_three_seconds_of_typing(
    chromium: Browser, site: str, desk: Desk, item: Item
) -> None:
    """UI, M-17: of somebody who types without a pause; nothing tells the page that it ends."""
    doomed = open_browser(chromium).new_page()
    let_in(doomed.context, site, desk.ana)
    doomed.clock.install()
    doomed.goto(f"{site}/items/{item.reference}")
    doomed.get_by_role("textbox", name="Reply").focus()
    words = [f"word{second}" for second in range(9)]
    for word in words:
        doomed.keyboard.type(f"{word} ")
        doomed.clock.run_for(1000)
        doomed.evaluate("document.querySelector('.reply-form').saving")  # answered within its second
    expect(doomed.locator(".reply-form [data-said]")).to_have_text(re.compile("Draft saved"))

    with pytest.raises(BrowserError):
        doomed.goto("chrome://crash")
    doomed.context.close()

    kept = Draft.objects.get(item=item).text
    assert " ".join(words).startswith(kept.strip())
    assert len(kept.split()) >= len(words) - MOST_LOST
    again = looking(chromium, site, desk.ana, item)
    expect(written(again)).to_have_value(re.compile(kept))
    again.context.close()
