"""What others change shows by itself: two pages on the real server, the stream included."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.db import connections

from tests.config.test_stream import signed_in
from tests.desk import MONDAY, Desk
from tests.e2e.conftest import open_browser, sign_in
from tramita.config.asgi import Application
from tramita.config.processes import server
from tramita.models import Item, Person, TimeSpent
from tramita.services import notes, working

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tramita.domain.actors import Actor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def whole_site(site: str, settings: Any) -> Iterator[str]:
    """The server as it is run, with static files and the stream, in a thread of this process."""
    application = Application()
    running = server(application)
    door = running.config.bind_socket()
    address = f"http://127.0.0.1:{door.getsockname()[1]}"
    settings.CSRF_TRUSTED_ORIGINS = [address]
    thread = threading.Thread(target=running.run, kwargs={"sockets": [door]})
    thread.start()
    yield address
    running.should_exit = True
    thread.join()
    for pool in (application.pages.pages, application.pages.downloads, application.stream.hub.thread):
        for _ in range(4):
            pool.submit(connections.close_all).result()
        pool.shutdown()


def test_a_list_changes_by_itself_and_moves_nothing_under_the_pointer(
    chromium: Browser, whole_site: str, desk: Desk
) -> None:
    """DESIGN decision 12, UI: “instant”."""
    first, second = desk.ticket(title="First"), desk.ticket(title="Second")
    context = open_browser(chromium)
    page = context.new_page()
    sign_in(page, whole_site, desk)
    page.goto(f"{whole_site}/queues/invoices")
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
    session = signed_in(Person.objects.get(pk=actor.id))
    context = open_browser(chromium, **options)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    page = context.new_page()
    page.goto(f"{site}{address}")
    return page


def test_an_item_changes_by_itself_and_leaves_the_composer_alone(
    chromium: Browser, whole_site: str, desk: Desk
) -> None:
    """UI “instant”, TL-1, Z-2: messages, card and counters; the words and the focus of whoever writes stay."""
    item = desk.ticket(title="Invoice twice")
    page = opened_as(chromium, whole_site, desk.leo, f"/items/{item.reference}")
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


def test_the_clock_runs_on_the_page_in_focus_and_ends_with_it(chromium: Browser, whole_site: str, desk: Desk) -> None:
    """TL-5, decision 39: an open page asks for nothing; another that comes into focus takes the clock."""
    one, other = desk.ticket(), desk.ticket()
    first = opened_as(chromium, whole_site, desk.ana, f"/items/{one.reference}")
    first.get_by_role("button", name="Pause the clock").wait_for()
    asked: list[str] = []
    first.on("request", lambda request: asked.append(request.url))
    second = first.context.new_page()
    second.goto(f"{whole_site}/items/{other.reference}")
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


def test_a_reader_further_down_is_told_and_not_moved(chromium: Browser, whole_site: str, desk: Desk) -> None:
    """UI “instant”: “New messages”, and the page stands still until they press it."""
    item = desk.ticket(title="Invoice twice")
    for number in range(12):
        notes.add_note(item, body=f"Note {number}\n\n\n\n\n", by=desk.ana, at=MONDAY)
    page = opened_as(chromium, whole_site, desk.leo, f"/items/{item.reference}")
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


def test_what_is_half_filled_in_is_not_touched(chromium: Browser, whole_site: str, desk: Desk) -> None:
    """UI “nothing typed is lost”: an open panel waits until its reader leaves it."""
    item = desk.ticket(title="Invoice twice")
    page = opened_as(chromium, whole_site, desk.leo, f"/items/{item.reference}")
    page.locator("#contacts summary").click()
    page.locator("#contacts-cc").fill("somebody@acme.example")

    working.start(item, by=desk.ana, at=MONDAY)
    page.locator("#facts .state-control summary", has_text="In Progress").wait_for()

    assert page.locator("#contacts-cc").input_value() == "somebody@acme.example"
    page.context.close()


def test_a_connection_that_broke_misses_nothing(chromium: Browser, whole_site: str, desk: Desk) -> None:
    """DESIGN decision 12: it goes on after the last thing it was told."""
    item = desk.ticket(title="Invoice twice")
    page = opened_as(chromium, whole_site, desk.leo, f"/items/{item.reference}")
    page.locator("#here").wait_for()
    page.context.set_offline(True)
    page.evaluate("document.querySelector('live-desk').source.close()")

    notes.add_note(item, body="While you were away", by=desk.ana, at=MONDAY)
    page.context.set_offline(False)
    page.evaluate("document.querySelector('live-desk').listen()")

    page.locator("#talk .message", has_text="While you were away").wait_for()
    page.context.close()


def test_who_is_here_and_who_writes_is_shown(chromium: Browser, whole_site: str, desk: Desk) -> None:
    """UI: “Who is here: Leo”."""
    item = desk.ticket(title="Invoice twice")
    one = opened_as(chromium, whole_site, desk.ana, f"/items/{item.reference}")
    one.locator("#here", has_text="Nobody else").wait_for()
    two = opened_as(chromium, whole_site, desk.leo, f"/items/{item.reference}")

    one.locator("#here", has_text="Leo Roy").wait_for()
    two.locator("#here", has_text="Ana Lima").wait_for()
    two.locator("#reply-text").press_sequentially("Dear Rui")
    one.locator("#typing", has_text="Leo Roy").wait_for()
    two.goto(f"{whole_site}/inbox")
    one.locator("#here", has_text="Nobody else").wait_for()
    one.context.close()
    two.context.close()
