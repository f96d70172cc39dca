"""The process that the product brings along, by people in a browser and a robot by the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import let_in, open_browser
from tests.fakes.web import serving
from tests.onboarding import TYPE, Story
from tramita.domain.codes import State
from tramita.models import Person

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Locator


@pytest.fixture
def story(site: str, data_dir: Path, settings: Any) -> Iterator[Story]:
    from tramita.queries import definitions

    definitions.forget()
    settings.TRAMITA_CALLS_INSIDE = frozenset({"localhost"})
    with serving() as erp:
        yield Story(data_dir, erp)


class People:
    """Each with a window of their own."""

    def __init__(self, chromium: Browser, site: str) -> None:
        self.site, self._pages = site, {}
        for name in ("ana", "chloe", "vera"):
            context = open_browser(chromium)
            let_in(context, site, Person.objects.get(email=f"{name}@desk.example"))
            context.set_default_timeout(10_000)
            self._pages[name] = context.new_page()

    def at(self, name: str, path: str) -> Page:
        page: Page = self._pages[name]
        page.goto(f"{self.site}{path}")
        return page

    def move(self, name: str, reference: str, move: str, press: str = "", **typed: str) -> Page:
        """The state control of an item: a move, and what its panel asks."""
        page = self.at(name, f"/items/{reference}")
        page.locator("#state > summary").click()
        if press:
            panel = page.locator(".move-panel", has=page.locator("summary", has_text=move))
            panel.locator("summary").click()
            for field, text in typed.items():
                panel.locator(f"[name={field}]").fill(text)
            return self.press(page, panel.get_by_role("button", name=press))
        return self.press(page, page.locator(".moves").get_by_role("button", name=move))

    @staticmethod
    def press(page: Page, button: Locator) -> Page:
        """It is done when the server has answered; clocks and who is here are told meanwhile, too."""
        there = button.evaluate("button => button.form.action")
        with page.expect_response(lambda answer: answer.request.method == "POST" and answer.url == there) as told:
            button.click()
        assert (told.value.status < 400, told.value.url) == (True, there)
        return page

    def tick(self, name: str, reference: str, *texts: str) -> None:
        page = self.at(name, f"/items/{reference}")
        for text in texts:
            page.get_by_label(text).check()
        self.press(page, page.locator("form", has=page.get_by_label(texts[0])).get_by_role("button", name="Save"))


def test_a_supplier_is_taken_on_by_people_in_a_browser_and_a_robot(chromium: Browser, site: str, story: Story) -> None:
    """C-21, C-22, C-30, A-22, A-50, A-55, EA-3, BU-4: with a rework, a newer version and another rework on the way."""
    people = People(chromium, site)
    story.case = story.hand_in("Bodegas Llorente", "We would like to deliver to you.")["items"][0]
    story.worker()
    story.hand_in("Re: Bodegas Llorente", "Here they are.", answers=story.to("carmen@")[-1])

    people.move("ana", story.case, "In Progress")
    page = people.at("ana", f"/items/{story.case}")
    page.locator("#fields > summary").click()
    page.get_by_label("Volume a year").fill("42000")
    page.get_by_label("IBAN").fill("ES00 0000")
    people.press(page, page.locator("#fields").get_by_role("button", name="Save"))
    people.move("ana", f"{story.case}-A1", "Resolve", "Complete")
    page = people.at("ana", f"/items/{story.case}")
    expect(page.locator("#flow [aria-current=step]")).to_contain_text("Check")

    bank = story.open("bank-check")
    people.tick("ana", bank, "Holder is the company", "Called back on a known number")
    people.move("ana", bank, "Resolve", "Complete")
    people.tick("chloe", bank, "Account compared with the papers")
    people.move("chloe", bank, "Review", "Pass")
    assert story.robot_works() == "credit-rating"
    people.move("chloe", story.open("sign"), "Resolve", "Complete")
    story.worker()
    story.decides("helen@", "approve")
    story.erp.answers = [(400, "no such account")]
    story.worker()

    create = story.open("create-supplier")
    people.move("ana", create, "Unable", "Cannot be completed", reason="The account does not exist")
    page = people.at("ana", f"/items/{story.case}")
    expect(page.locator(".problem")).to_contain_text("The account does not exist")
    page.locator(".problem").get_by_role("link", name="Rework").click()
    page.locator("#rework-from").select_option(label="Check")
    people.press(page, page.get_by_role("button", name="Rework", exact=True))
    expect(page.locator("#flow [aria-current=step]")).to_contain_text("Check")

    story.publish_newer()
    page = people.at("vera", f"/builder/case-types/{TYPE}?tab=history")
    page.get_by_role("link", name="Move them").click()
    page.get_by_label("Credit rating").select_option("rating")
    people.press(page, page.get_by_role("button", name="Move 1 Case"))
    story.worker()
    page = people.at("ana", f"/items/{story.case}")
    expect(page.locator("#flow li")).to_have_count(6)

    story.is_done_again()
    story.decides("rui@", "reject")

    page = people.at("ana", f"/items/{story.open('approve')}?tab=rework")
    page.get_by_label("Start again from").select_option("action:bank-check")
    people.press(page, page.get_by_role("button", name="Rework", exact=True))
    assert story.standing() == ["agreement-signed", "bank-check", "rating"]
    story.is_done_again()
    story.decides("helen@", "approve")
    story.erp.answers = [(200, '{"supplier": {"number": "S-17"}}')]
    story.worker()
    page = people.at("ana", f"/items/{story.case}")
    expect(page.locator("#state > summary")).to_contain_text("Resolved")
    expect(page.locator("#info")).to_contain_text("S-17")
    assert story.item().state is State.RESOLVED
