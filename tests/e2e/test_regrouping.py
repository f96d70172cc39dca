"""Merging, splitting, making a Case, linking, and the undo of each, in a real browser and by the keyboard.

X-1 to X-32, Z-3. Each in a language of its own, which is not English; `test_bulk` is.
"""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import translation
from playwright.sync_api import Page, expect

from tests.desk import Desk
from tests.e2e.looking import RULES
from tests.services.test_receiving import fresh
from tramita.domain.codes import State, WaitType
from tramita.models import Person

Say = Callable[..., str]


@pytest.fixture
def say(desk: Desk, language: str) -> Say:
    """How a page calls something in Ana's language, which is this one."""
    Person.objects.filter(pk=desk.ana.id).update(language=language)

    def said(sentence: str, **values: Any) -> str:
        with translation.override(language):
            found = translation.gettext(sentence)
        assert found != sentence
        return found % values if values else found

    return said


def pressed(page: Page, name: str) -> None:
    """A link or button of the page, by Enter."""
    one = page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name, exact=True)).first
    one.focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("language", ["pl"])
def test_a_ticket_is_merged_and_that_is_undone_by_the_keyboard(desk: Desk, page: Page, site: str, say: Say) -> None:
    """X-1 to X-4, Z-3, Z-4."""
    ticket, target = desk.ticket(title="Twice"), desk.ticket(title="The very invoice")
    page.goto(f"{site}/items/{ticket.reference}")

    pressed(page, say("Merge…"))
    expect(page.get_by_label(say("Reference, title, customer, contract or service"))).to_be_focused()
    page.keyboard.type("very inv")
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name=say("Found, the newest change first"))).to_be_visible()
    page.get_by_role("radio", name="The very invoice").focus()
    page.keyboard.press("Space")
    assert Axe().run(page, options=RULES).response["violations"] == []
    pressed(page, say("Merge"))

    expect(page).to_have_url(f"{site}/items/{target.reference}")
    expect(page.locator("#together")).to_contain_text(ticket.reference)
    page.goto(f"{site}/items/{ticket.reference}")
    expect(page).to_have_url(f"{site}/items/{target.reference}")
    pressed(page, say("Undo the merge of %(item)s", item=ticket.reference))
    expect(page.get_by_role("status").filter(has_text=undone(say))).to_be_visible()
    assert (fresh(ticket).state, fresh(target).state) == (State.TO_DO, State.TO_DO)


@pytest.mark.parametrize("language", ["fr", "pt-br"])
def test_a_ticket_is_split_that_is_undone_and_a_case_is_made_of_it(desk: Desk, page: Page, site: str, say: Say) -> None:
    """X-10 to X-24, Z-3."""
    ticket = desk.ticket(title="Two matters")
    page.goto(f"{site}/items/{ticket.reference}/split")
    expect(page.get_by_label(say("Title")).first).to_be_focused()
    for number, words in enumerate(("One of them", "The other")):
        page.locator("[name^=title]").nth(number).fill(words)
        page.locator("textarea[name^=description]").nth(number).fill(words)
    assert Axe().run(page, options=RULES).response["violations"] == []
    pressed(page, say("Split"))

    expect(page.locator("#together")).to_contain_text("The other")
    assert fresh(ticket).wait_type is WaitType.SPLIT
    pressed(page, say("Undo the split"))
    expect(page.get_by_role("status").filter(has_text=undone(say))).to_be_visible()
    pressed(page, say("Make a Case…"))
    page.get_by_label(say("Case type")).select_option(label="Onboarding")
    expect(page.get_by_label(say("Case short description"))).to_have_value("Two matters")
    pressed(page, say("Make the Case"))

    expect(page).to_have_url(f"{site}/items/{ticket.number}-C")
    assert fresh(ticket).wait_type is WaitType.CASE_LAUNCHED


@pytest.mark.parametrize("language", ["es"])
def test_two_items_are_linked_and_parted_by_the_keyboard(desk: Desk, page: Page, site: str, say: Say) -> None:
    """X-30, X-31, X-32."""
    ticket, other = desk.ticket(title="The invoice"), desk.ticket(title="The order of it")
    page.goto(f"{site}/items/{ticket.reference}")
    page.locator("#tie > summary").focus()
    page.keyboard.press("Enter")
    page.locator("#tie-to").focus()
    page.keyboard.type(other.reference)
    page.keyboard.press("Enter")

    together = page.locator("#together")
    expect(together).to_contain_text("The order of it")
    expect(page.get_by_role("button", name=say("Copy what was said to %(item)s", item=other.reference))).to_be_visible()
    pressed(page, say("Take the link with %(item)s away", item=other.reference))
    expect(together).not_to_contain_text("The order of it")


def undone(say: Say) -> str:
    return say("Undone: %s is as it was").partition("%s")[0].strip()
