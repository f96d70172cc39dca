"""Filtering a list and saving it as a view, in a real browser."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.desk import Desk
from tests.e2e.conftest import open_browser, sign_in


def shows(page: Page, *titles: str) -> None:
    """The list has these, from the top."""
    expect(page.locator(".worklist .c-title a")).to_have_text(list(titles))


@pytest.mark.parametrize(("scripts", "width"), [(True, 1280), (False, 1280), (True, 390)])
def test_a_list_is_filtered_saved_as_a_view_and_changed(
    chromium: Browser, site: str, desk: Desk, scripts: bool, width: int
) -> None:
    """H-7, H-2: with scripts and without, wide and narrow."""
    desk.ticket(title="Paid twice")
    desk.case(short_description="New supplier")
    size = {"width": width, "height": 800}
    page = open_browser(chromium, java_script_enabled=scripts, viewport=size).new_page()
    sign_in(page, site, desk)

    page.goto(f"{site}/queues/invoices")
    page.get_by_role("link", name="Filter and columns").click()
    page.get_by_role("checkbox", name="Case", exact=True).check()
    page.get_by_label("Order").select_option("-created")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("link", name="Kind: Case")).to_be_visible()
    shows(page, "New supplier")

    page.get_by_role("link", name="Save as a view").click()
    page.get_by_label("Name", exact=True).fill("Cases of the day")
    page.get_by_label("Shared with").select_option(label="Invoices")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Cases of the day")).to_be_visible()
    shows(page, "New supplier")

    page.get_by_role("link", name="Kind: Case").click()
    shows(page, "New supplier", "Paid twice")
    page.get_by_role("link", name="Save changes").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The view is saved.")).to_be_visible()
    shows(page, "New supplier", "Paid twice")
    page.context.close()


def test_views_are_reached_by_the_keyboard(page: Page, site: str, desk: Desk) -> None:
    """UI: g v, and j, o in a view as in every list."""
    desk.ticket(title="Paid twice")
    page.goto(f"{site}/views/new?kind=ticket")
    page.get_by_label("Name", exact=True).fill("Tickets")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Tickets")).to_be_visible()

    page.keyboard.press("g")
    page.keyboard.press("v")
    page.wait_for_url(f"{site}/views")
    page.get_by_role("main").get_by_role("link", name="Tickets", exact=True).click()
    shows(page, "Paid twice")
    expect(page.get_by_role("link", name=re.compile("Tickets 1"))).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", name="Paid twice")).to_be_visible()
