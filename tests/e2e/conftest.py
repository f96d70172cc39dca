"""A real browser on the real server: the system's own Chromium, never a download.

Browser and server stay for a module, a test brings its own desk: what costs is started seldom, and nothing a test does
is seen by the next. Nobody fills in the sign-in form but the test that is about it.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.needs import needs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

    from tests.desk import Desk

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "the quick brown fox"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the journeys of a module; skipped with a line where there is none.

    Not longer: Playwright keeps an event loop running in this thread, which other tests must not meet.
    """
    path = needs("chromium")
    # Django would take that loop for an asynchronous view
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def served(chromium: Browser, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The server as it is run, with static files and the stream, in a thread of this process: its address."""
    from django.db import connections

    from tramita.config.asgi import Application
    from tramita.config.processes import server

    application = Application()
    running = server(application)
    door = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [door]})
    with django_db_blocker.unblock():  # pages that were closed are let go of after their test
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        running.should_exit = True
        thread.join()
        for pool in (application.pages.pages, application.pages.downloads, application.stream.hub.thread):
            for _ in range(4):
                pool.submit(connections.close_all).result()
            pool.shutdown()


@pytest.fixture
def site(served: str, chromium: Browser, transactional_db: None, settings: Any) -> Iterator[str]:
    """The address of the server, for this test and its data; no window stays open."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.CSRF_TRUSTED_ORIGINS = [served]
    yield served
    for context in chromium.contexts:
        context.close()


@pytest.fixture
def desk(site: str) -> Desk:
    """The small desk; Ana has a password."""
    from tests import desk as desks
    from tramita.models import Person
    from tramita.queries import definitions

    definitions.forget()
    built = desks.build()
    ana = Person.objects.get(pk=built.ana.id)
    ana.set_password(PASSWORD)
    ana.save()
    return built


def open_browser(chromium: Browser, **options: Any) -> BrowserContext:
    """A fresh browser profile of a desktop, unless told otherwise."""
    return chromium.new_context(**({"viewport": {"width": 1280, "height": 800}, "locale": "en"} | options))


def let_in(context: BrowserContext, site: str, who: Any) -> None:
    """This person is signed in from now on."""
    from django.conf import settings

    from tests.config.test_stream import signed_in
    from tramita.models import Person

    session = signed_in(Person.objects.get(pk=who.id))
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])


def sign_in(page: Page, site: str, desk: Desk) -> None:
    """As Ana, who comes to her Inbox."""
    let_in(page.context, site, desk.ana)
    page.goto(f"{site}/inbox")


def written(page: Page) -> Locator:
    """What the reply holds, whether its field is still plain or the editor has taken its place."""
    return page.locator(".reply-form textarea[name=text]")


@pytest.fixture
def page(chromium: Browser, site: str, desk: Desk) -> Iterator[Page]:
    """Ana's desktop, signed in. A message on the console or an error of a script fails the test."""
    context = open_browser(chromium)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "console",
        lambda said: troubles.append(f"{page.url} {said.text} {said.location}") if said.type == "error" else None,
    )
    sign_in(page, site, desk)
    yield page
    context.close()
    expected = "Failed to load resource"  # a refused form answers 4xx on purpose
    assert [trouble for trouble in troubles if expected not in trouble] == []
