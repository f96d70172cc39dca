"""What others change shows by itself: two pages on the real server, the stream included."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connections

from tests.desk import MONDAY, Desk
from tests.e2e.conftest import open_browser, sign_in
from tramita.config.asgi import Application
from tramita.config.processes import server
from tramita.services import notes, working

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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
