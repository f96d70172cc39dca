"""Merging, splitting, making a Case, and the undo of each, in a real browser and by the keyboard (X-1 to X-24, Z-3)."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.desk import Desk
from tests.e2e.looking import RULES
from tests.services.test_receiving import fresh
from tramita.domain.codes import State, WaitType


def pressed(page: Page, name: str) -> None:
    """A link or button of the page, by Enter."""
    one = page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name, exact=True)).first
    one.focus()
    page.keyboard.press("Enter")


def test_a_ticket_is_merged_and_that_is_undone_by_the_keyboard(desk: Desk, page: Page, site: str) -> None:
    """X-1 to X-4, Z-3, Z-4."""
    ticket, target = desk.ticket(title="Twice"), desk.ticket(title="The very invoice")
    page.goto(f"{site}/items/{ticket.reference}")

    pressed(page, "Merge…")
    expect(page.get_by_label("Reference, title, customer, contract or service")).to_be_focused()
    page.keyboard.type("very inv")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=very"))  # what stands there before the search is swapped away with the focus
    page.get_by_role("radio", name="The very invoice").focus()
    page.keyboard.press("Space")
    assert Axe().run(page, options=RULES).response["violations"] == []
    pressed(page, "Merge")

    expect(page).to_have_url(f"{site}/items/{target.reference}")
    together = page.get_by_role("region", name="Belongs together").or_(page.locator("#together")).first
    expect(together).to_contain_text(ticket.reference)
    page.goto(f"{site}/items/{ticket.reference}")
    expect(page).to_have_url(f"{site}/items/{target.reference}")
    pressed(page, f"Undo the merge of {ticket.reference}")
    expect(page.get_by_role("status").filter(has_text="Undone")).to_be_visible()
    assert (fresh(ticket).state, fresh(target).state) == (State.TO_DO, State.TO_DO)


def test_a_ticket_is_split_that_is_undone_and_a_case_is_made_of_it(desk: Desk, page: Page, site: str) -> None:
    """X-10 to X-24, Z-3."""
    ticket = desk.ticket(title="Two matters")
    page.goto(f"{site}/items/{ticket.reference}/split")
    expect(page.get_by_label("Title").first).to_be_focused()
    for number, words in enumerate(("One of them", "The other")):
        page.get_by_label("Title").nth(number).fill(words)
        page.get_by_label("Description").nth(number).fill(words)
    assert Axe().run(page, options=RULES).response["violations"] == []
    pressed(page, "Split")

    expect(page.locator("#together")).to_contain_text("The other")
    assert fresh(ticket).wait_type is WaitType.SPLIT
    pressed(page, "Undo the split")
    expect(page.get_by_role("status").filter(has_text="Undone")).to_be_visible()
    pressed(page, "Make a Case…")
    page.get_by_label("Case type").select_option(label="Onboarding")
    expect(page.get_by_label("Case short description")).to_have_value("Two matters")
    pressed(page, "Make the Case")

    expect(page).to_have_url(f"{site}/items/{ticket.number}-C")
    assert fresh(ticket).wait_type is WaitType.CASE_LAUNCHED
