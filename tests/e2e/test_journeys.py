"""What people do all day, in a real browser."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.desk import Desk
from tests.e2e.conftest import PASSWORD, open_browser, sign_in
from tests.services.test_receiving import mail
from tramita.models import Item
from tramita.services import editing, receiving, working


def test_who_signs_in_comes_to_where_they_were_going(chromium: Browser, site: str, desk: Desk) -> None:
    """INTERFACES section 7: by the form, which is plain."""
    page = open_browser(chromium, java_script_enabled=False).new_page()
    page.goto(f"{site}/queues")
    page.get_by_label("E-mail").fill(desk.ana.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="Queues")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_tray_is_worked_off(chromium: Browser, site: str, desk: Desk, scripts: bool) -> None:
    """M-21, M-22: one becomes a Ticket, one is blocked and deleted, the last two are ticked and deleted."""
    for number in range(4):
        receiving.receive(mail(f"Stray {number}", to="nobody@desk.example"), source="import", at=timezone.now())
    page = open_browser(chromium, java_script_enabled=scripts).new_page()
    sign_in(page, site, desk)

    page.get_by_role("link", name=re.compile("Unhandled mail")).first.click()
    page.get_by_role("button", name="Create item").click()
    expect(page.locator("#f-category-error")).to_be_visible()
    page.get_by_label("Customer › contract › service › process").select_option("category:acme/main/finance/plain")
    page.get_by_role("button", name="Create item").click()
    expect(page.locator("#state > summary")).to_contain_text("To Do")

    page.goto(f"{site}/mail/unhandled")
    page.get_by_role("button", name="Block", exact=True).click()
    expect(page.get_by_text("is ignored from now on")).to_be_visible()
    for box in page.get_by_role("checkbox", name=re.compile("Tick")).all():
        box.check()
    page.get_by_text("Delete…").click()
    page.get_by_role("button", name="Delete the ticked mails").click()
    expect(page.get_by_text("2 mails were deleted.")).to_be_visible()
    expect(page.get_by_role("heading", name="No mail is left over")).to_be_visible()


def test_the_hands_stay_on_the_keyboard(page: Page, site: str, desk: Desk) -> None:
    """UI: j, k, o in a list, g i, g q, /, n, ctrl enter on an item; nothing fires in a field; Escape leaves it."""
    first, second = desk.ticket(title="First of all"), desk.ticket(title="Second one")
    for item in (first, second):
        working.start(item, by=desk.ana, at=timezone.now())
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_url(f"{site}/queues")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url(f"{site}/inbox")

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tr[data-cursor]")).to_contain_text("Second one")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", name="Second one")).to_be_visible()

    page.keyboard.press("n")
    note = page.get_by_role("textbox", name="Note")
    expect(note).to_be_focused()
    page.keyboard.type("going in? question/answer")
    expect(note).to_have_value("going in? question/answer")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message[data-kind=note]")).to_contain_text("going in? question/answer")

    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type(first.reference.lower())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="First of all")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url(f"{site}/inbox")


def test_what_was_pressed_last_is_what_comes(chromium: Browser, site: str, desk: Desk) -> None:
    """UI: a page that is slow to come neither covers what was pressed after it nor swallows its answer."""
    desk.ticket(title="Invoice 991 twice", at=timezone.now())
    page = open_browser(chromium).new_page()  # htmx writes what it gave up to the console
    sign_in(page, site, desk)
    page.route("**/queues", lambda _: None)  # it does not come yet
    with page.expect_request("**/queues"):
        page.locator("#sidebar").get_by_role("link", name=re.compile("^Queues")).first.click()

    with page.expect_event("requestfailed", lambda request: request.url.endswith("/queues")):
        page.locator(".topbar").get_by_role("button", name="Pull from queue").click()

    expect(page.get_by_role("heading", name="Invoice 991 twice")).to_be_visible()
    expect(page).to_have_url(re.compile("/items/"))


def test_the_palette_does_what_the_page_offers(page: Page, site: str, desk: Desk) -> None:
    """UI: ctrl k opens the palette anywhere, inside a field too; what it lacks is looked for in the desk."""
    item = desk.ticket(title="Zażółć gęślą")
    working.start(item, by=desk.ana, at=timezone.now())
    palette = page.get_by_role("dialog", name="Command palette")

    page.keyboard.press("Control+k")
    page.keyboard.type("owne")
    expect(palette.get_by_role("option").first).to_contain_text("Owned")
    page.evaluate("sidebar.replaceWith(sidebar.cloneNode(true))")  # the bars come anew by themselves
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/owned")
    expect(palette).to_be_hidden()

    page.goto(f"{site}/items/{item.reference}")
    page.get_by_role("textbox", name="Reply").focus()
    page.keyboard.press("Control+k")
    page.keyboard.type("wait")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Number of days to wait")).to_be_visible()

    page.keyboard.press("Control+k")
    page.keyboard.type("no such command")
    page.keyboard.press("ArrowDown")
    expect(palette.get_by_role("option")).to_have_text(["Search everything for “no such command”"])
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type(item.reference.lower())
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/items/{item.reference}")


def test_the_palette_can_be_switched_off(page: Page, site: str) -> None:
    """WCAG 2.1.4: with the keyboard shortcuts; what a browser does with ctrl k is then its own."""
    page.goto(f"{site}/settings/")
    page.get_by_role("checkbox", name="Keyboard shortcuts").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Your settings are saved.")).to_be_visible()
    page.goto(f"{site}/inbox")

    page.keyboard.press("Control+k")

    expect(page.get_by_role("dialog", name="Command palette")).to_be_hidden()


def test_a_panel_shows_only_what_the_chosen_wait_needs(page: Page, site: str, desk: Desk) -> None:
    """W-9, W-12: days for information, a date for until."""
    item = desk.ticket()
    working.start(item, by=desk.ana, at=timezone.now())
    page.goto(f"{site}/items/{item.reference}")
    page.keyboard.press("s")
    page.locator(".move-panel > summary", has_text="Wait").click()

    expect(page.get_by_label("Number of days to wait")).to_be_visible()
    expect(page.get_by_label("Date and time")).to_be_hidden()
    page.get_by_label("Wait type").select_option("until")
    expect(page.get_by_label("Number of days to wait")).to_be_hidden()
    page.get_by_label("Date and time").fill("2031-06-02T09:00")
    page.locator(".needs").get_by_role("button", name="Wait").click()
    expect(page.locator("#state > summary")).to_contain_text("Waiting")


def test_somebody_elses_change_is_shown_before_mine_is_kept(page: Page, site: str, desk: Desk) -> None:
    """Z-2: what was typed is still there, one more click does it."""
    item = desk.ticket()
    working.start(item, by=desk.ana, at=timezone.now())
    page.goto(f"{site}/items/{item.reference}")
    editing.edit(Item.objects.get(pk=item.pk), changes={"title": "Invoice 992"}, by=desk.leo, at=timezone.now())

    page.keyboard.press("s")
    page.locator(".move-panel > summary", has_text="Wait").click()
    page.get_by_label("Number of days to wait").fill("7")
    page.locator(".needs").get_by_role("button", name="Wait").click()
    expect(page.get_by_role("alert")).to_contain_text("Title changed")
    expect(page.get_by_label("Number of days to wait")).to_have_value("7")

    page.locator(".needs").get_by_role("button", name="Wait").click()
    expect(page.locator("#state > summary")).to_contain_text("Waiting")


def test_the_timeline_filter_answers_at_once(page: Page, site: str, desk: Desk) -> None:
    """TL-2, T-10."""
    item = desk.ticket()
    working.start(item, by=desk.ana, at=timezone.now())
    changes = {"category": "acme/main/finance/plain"}
    editing.edit(Item.objects.get(pk=item.pk), changes=changes, by=desk.ana, at=timezone.now())
    page.goto(f"{site}/items/{item.reference}?tab=timeline")
    expect(page.locator(".message-line", has_text="Ticket category changed")).to_have_count(0)

    page.get_by_label("Ticket category changed").check()

    expect(page.locator(".message-line", has_text="Ticket category changed")).to_have_count(1)


def test_a_due_time_says_so_when_it_passes(page: Page, site: str, desk: Desk) -> None:
    """UI: lists stay right while they stay open; the browser only shows what the server decided."""
    item = desk.ticket(at=timezone.now())
    Item.objects.filter(pk=item.pk).update(due_at=timezone.now() + timedelta(minutes=30))
    page.clock.install()
    page.goto(f"{site}/items/{item.reference}")
    due = page.locator("#why > summary .due")
    expect(due).not_to_have_attribute("data-due", "late")

    page.clock.fast_forward("01:33:00")

    expect(due).to_have_text(re.compile("^1 h 0[2-4] m late$"))
    expect(due).to_have_attribute("data-due", "late")
