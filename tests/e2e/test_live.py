"""What others change shows by itself: two pages on the real server, the stream included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.desk import MONDAY, Desk
from tests.e2e.conftest import let_in, open_browser, sign_in
from tests.web.reading import fresh
from tramita.models import Item, TimeSpent
from tramita.services import editing, notes, working

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tramita.domain.actors import Actor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_list_changes_by_itself_and_moves_nothing_under_the_pointer(chromium: Browser, site: str, desk: Desk) -> None:
    """DESIGN decision 12, UI: “instant”."""
    first, second = desk.ticket(title="First"), desk.ticket(title="Second")
    context = open_browser(chromium)
    page = context.new_page()
    sign_in(page, site, desk)
    page.goto(f"{site}/queues/invoices")
    row = page.locator("#rows tr")
    assert row.count() == 2

    working.start(first, by=desk.leo, at=MONDAY)
    page.locator(f'#rows [data-ref="{first.reference}"]').wait_for(state="detached")

    page.locator(f'#rows [data-ref="{second.reference}"] a').hover()
    notes.add_note(second, body="Called", by=desk.leo, at=MONDAY)
    working.release(second, by=desk.leo, at=MONDAY)
    third = desk.ticket(title="Third")
    page.locator("#sidebar .count", has_text="2").wait_for()
    assert row.count() == 1

    page.mouse.move(5, 5)
    page.locator(f'#rows [data-ref="{third.reference}"]').wait_for()
    context.close()


def opened_as(chromium: Browser, site: str, actor: Actor, address: str, **options: Any) -> Page:
    """A page of this person's, in a browser of their own."""
    context = open_browser(chromium, **options)
    let_in(context, site, actor)
    page = context.new_page()
    page.goto(f"{site}{address}")
    return page


def test_an_item_changes_by_itself_and_leaves_the_composer_alone(chromium: Browser, site: str, desk: Desk) -> None:
    """UI “instant”, TL-1, Z-2: messages, card and counters; the words and the focus of whoever writes stay."""
    item = desk.ticket(title="Invoice twice")
    page = opened_as(chromium, site, desk.leo, f"/items/{item.reference}")
    page.locator("#reply-text").fill("Half a sent")
    page.locator("#reply-text").focus()
    count = page.locator("#tabs [aria-current] .count")
    before = int(count.inner_text())

    working.start(item, by=desk.ana, at=MONDAY)
    notes.add_note(item, body="Called the bank", by=desk.ana, at=MONDAY)

    page.locator("#talk .message", has_text="Called the bank").wait_for()
    page.locator("#facts .state-control summary", has_text="In Progress").wait_for()
    page.locator("#item-head", has_text="Ana Lima").wait_for()
    assert int(count.inner_text()) == before + 1
    page.keyboard.type("ence")
    assert page.locator("#reply-text").input_value() == "Half a sentence"
    assert page.locator("#news").is_hidden()
    assert page.locator("#item").get_attribute("data-version") == str(Item.objects.get(pk=item.pk).version)
    page.context.close()


def test_the_clock_runs_on_the_page_in_focus_and_ends_with_it(chromium: Browser, site: str, desk: Desk) -> None:
    """TL-5, decision 39: an open page asks for nothing; another that comes into focus takes the clock."""
    one, other = desk.ticket(), desk.ticket()
    first = opened_as(chromium, site, desk.ana, f"/items/{one.reference}")
    first.get_by_role("button", name="Pause the clock").wait_for()
    asked: list[str] = []
    first.on("request", lambda request: asked.append(request.url))
    second = first.context.new_page()
    second.goto(f"{site}/items/{other.reference}")
    second.get_by_role("button", name="Pause the clock").wait_for()
    first.get_by_role("button", name="Start the clock").wait_for()
    assert (running(), [url for url in asked if "clock" in url]) == ([other.pk], [])

    first.evaluate("window.dispatchEvent(new Event('focus'))")
    second.get_by_role("button", name="Start the clock").wait_for()
    assert running() == [one.pk]
    first.get_by_role("button", name="Pause the clock").click()
    first.get_by_role("button", name="Start the clock").wait_for()
    assert running() == []
    first.get_by_role("button", name="Start the clock").click()
    first.get_by_role("button", name="Pause the clock").wait_for()
    first.get_by_role("button", name="Follow").click()  # the page is swapped; the stream stays, and tells nothing anew
    first.get_by_role("button", name="Following").wait_for()
    assert first.evaluate("document.querySelector('time-tracker').clock.running")
    assert running() == [one.pk]
    first.context.close()


def running() -> list[int]:
    """Whose clock runs now."""
    return [*TimeSpent.objects.filter(ended_at=None).values_list("item", flat=True)]


def test_a_reader_further_down_is_told_and_not_moved(chromium: Browser, site: str, desk: Desk) -> None:
    """UI “instant”: “New messages”, and the page stands still until they press it."""
    item = desk.ticket(title="Invoice twice")
    for number in range(12):
        notes.add_note(item, body=f"Note {number}\n\n\n\n\n", by=desk.ana, at=MONDAY)
    page = opened_as(chromium, site, desk.leo, f"/items/{item.reference}")
    page.locator("#talk .message", has_text="Note 3").scroll_into_view_if_needed()
    place = page.locator("#talk .message", has_text="Note 5").bounding_box()

    notes.add_note(item, body="Something new", by=desk.ana, at=MONDAY)
    page.get_by_role("button", name="New messages: 1").wait_for()

    assert page.locator("#talk .message", has_text="Note 5").bounding_box() == place
    page.get_by_role("button", name="New messages: 1").click()
    shown = page.locator("#talk .message", has_text="Something new")
    shown.wait_for()
    page.wait_for_function("document.activeElement.textContent.includes('Something new')")
    assert page.locator("#news").is_hidden()
    page.context.close()


def test_what_is_half_filled_in_is_not_touched(chromium: Browser, site: str, desk: Desk) -> None:
    """UI “nothing typed is lost”: an open panel waits until its reader leaves it."""
    item = desk.ticket(title="Invoice twice")
    page = opened_as(chromium, site, desk.leo, f"/items/{item.reference}")
    page.locator("#contacts summary").click()
    page.locator("#contacts-cc").fill("somebody@acme.example")

    working.start(item, by=desk.ana, at=MONDAY)
    page.locator("#facts .state-control summary", has_text="In Progress").wait_for()

    assert page.locator("#contacts-cc").input_value() == "somebody@acme.example"
    page.context.close()


def test_a_connection_that_broke_misses_nothing(chromium: Browser, site: str, desk: Desk) -> None:
    """DESIGN decision 12: it goes on after the last thing it was told."""
    item = desk.ticket(title="Invoice twice")
    page = opened_as(chromium, site, desk.leo, f"/items/{item.reference}")
    page.locator("#here").wait_for()
    page.context.set_offline(True)
    page.evaluate("document.querySelector('live-desk').source.close()")

    notes.add_note(item, body="While you were away", by=desk.ana, at=MONDAY)
    page.context.set_offline(False)
    page.evaluate("document.querySelector('live-desk').listen()")

    page.locator("#talk .message", has_text="While you were away").wait_for()
    page.context.close()


def test_who_is_here_and_who_writes_is_shown(chromium: Browser, site: str, desk: Desk) -> None:
    """UI: “Who is here: Leo”."""
    item = desk.ticket(title="Invoice twice")
    one = opened_as(chromium, site, desk.ana, f"/items/{item.reference}")
    one.locator("#here", has_text="Nobody else").wait_for()
    two = opened_as(chromium, site, desk.leo, f"/items/{item.reference}")

    one.locator("#here", has_text="Leo Roy").wait_for()
    two.locator("#here", has_text="Ana Lima").wait_for()
    two.locator("#reply-text").press_sequentially("Dear Rui")
    one.locator("#typing", has_text="Leo Roy").wait_for()
    two.goto(f"{site}/inbox")
    one.locator("#here", has_text="Nobody else").wait_for()
    one.context.close()
    two.context.close()


def test_a_link_that_is_followed_is_not_swapped_away(page: Page, site: str, desk: Desk) -> None:
    """UI “instant”: the answer puts its bars and notices into the page that its link stands in; by key `o`."""
    item = desk.ticket(title="Invoice twice")
    working.start(item, by=desk.ana, at=MONDAY)
    held: list[Route] = []
    page.goto(f"{site}/inbox")
    page.route(f"**/items/{item.reference}", lambda route: held.append(route))
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator(".htmx-request")).to_have_count(1)

    with page.expect_response(lambda answer: answer.request.headers.get("x-live") == "yes"):
        editing.edit(fresh(item), changes={"title": "Another title"}, by=desk.leo, at=MONDAY)
    held[0].continue_()

    expect(page.get_by_role("heading", name="Another title")).to_be_visible()
    expect(page.locator("#sidebar .recent")).to_contain_text(item.reference)


WATCH = """window.shifts = []; new PerformanceObserver(list => window.shifts.push(...list.getEntries().map(
  one => [one.value, one.sources.map(source => source.node?.id || source.node?.className || "").join(" ")]
))).observe({type: "layout-shift", buffered: true})"""
MOST_SHIFT = 0.02  # all together; 0.1 counts as good, of which the entries soon after a click are not even a part


def settled(page: Page) -> None:
    """htmx is done: what it puts in has the attributes of what was there for a moment."""
    expect(page.locator(".htmx-request, .htmx-settling, .htmx-swapping, .htmx-added")).to_have_count(0)


def shifted(page: Page) -> list[tuple[float, str]]:
    """What jumped on this page so far, and by how much."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return [(value, what) for value, what in page.evaluate("window.shifts") if value > 0]


def test_nothing_jumps_in_a_list(chromium: Browser, site: str, desk: Desk) -> None:
    """UI “instant”: no layout shift, neither at first load nor when htmx or the stream swaps something."""
    items = [desk.ticket(title=f"Ticket {number}", at=MONDAY) for number in range(30)]
    context = open_browser(chromium)
    context.add_init_script(WATCH)
    page = context.new_page()
    sign_in(page, site, desk)

    page.goto(f"{site}/queues/invoices")
    for address in ("?sort=-due", "?kind=ticket&sort=-due"):
        page.locator(".worklist th a" if "kind" not in address else ".chips a").first.click()
        settled(page)
    page.mouse.move(5, 5)
    editing.edit(items[4], changes={"title": "Another title"}, by=desk.leo, at=MONDAY)
    page.locator(f'#rows [data-ref="{items[4].reference}"]').wait_for(state="detached")
    page.locator("#sidebar").get_by_role("link", name="Owned Work").click()
    page.get_by_role("heading", name="Owned Work").wait_for()
    found = shifted(page)
    context.close()

    assert sum(value for value, _what in found) <= MOST_SHIFT, found


def test_nothing_jumps_on_an_item(chromium: Browser, site: str, desk: Desk) -> None:
    """UI “instant”: tabs, the state and what others write."""
    item = desk.ticket(title="Invoice twice")
    for number in range(4):
        notes.add_note(item, body=f"Note {number}", by=desk.ana, at=MONDAY)
    context = open_browser(chromium)
    context.add_init_script(WATCH)
    page = context.new_page()
    sign_in(page, site, desk)

    page.goto(f"{site}/items/{item.reference}")
    for tab in ("Timeline", "Files", "Comms"):
        page.locator("#tabs").get_by_role("link", name=tab).click()
        page.locator("#tabs [aria-current]", has_text=tab).wait_for()
        settled(page)
    page.locator("#state > summary").click()
    page.locator("#state").get_by_role("button", name="To Do").click()
    page.locator("#state > summary", has_text="To Do").wait_for()
    settled(page)
    page.mouse.move(5, 5)
    editing.edit(fresh(item), changes={"title": "Another title"}, by=desk.leo, at=MONDAY)
    page.get_by_role("heading", name="Another title").wait_for()
    found = shifted(page)
    context.close()

    assert sum(value for value, _what in found) <= MOST_SHIFT, found
