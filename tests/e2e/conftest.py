"""A real browser on a live server: the system's own Chromium, never a download."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.needs import needs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

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


@pytest.fixture
def site(transactional_db: None, live_server: Any, settings: Any) -> str:
    """The address of the live server."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    return str(live_server.url)


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


def sign_in(page: Page, site: str, desk: Desk) -> None:
    """As Ana, through the form."""
    page.goto(f"{site}/inbox")
    page.get_by_label("E-mail").fill(desk.ana.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site}/inbox")


@pytest.fixture
def page(chromium: Browser, site: str, desk: Desk) -> Iterator[Page]:
    """Ana's desktop, signed in. A message on the console or an error of a script fails the test."""
    context = open_browser(chromium)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    sign_in(page, site, desk)
    yield page
    context.close()
    expected = "Failed to load resource"  # a refused form answers 4xx on purpose
    assert [trouble for trouble in troubles if expected not in trouble] == []
