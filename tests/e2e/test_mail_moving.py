"""A mail on the wrong item, in a real browser."""

from playwright.sync_api import Page, expect

from tests.desk import Desk
from tests.services.test_receiving import started
from tramita.models import Item, Message


def test_ana_moves_a_mail_to_where_it_belongs(page: Page, site: str, desk: Desk) -> None:
    """MAIL-78, MAIL-82."""
    item, other = started(desk), desk.ticket()
    page.goto(f"{site}/items/{item.reference}")

    page.get_by_role("link", name="Not this item?").click()
    page.get_by_role("heading", name="A mail on the wrong item").wait_for()
    page.locator("#f-to").fill("nonsense")
    page.get_by_role("button", name="Move").click()
    page.locator("#f-to-error").wait_for()
    page.locator("#f-to").fill(other.reference)
    page.get_by_role("button", name="Move").click()
    page.get_by_text("The mail is on").wait_for()

    assert Message.objects.get(outgoing=False).item == Item.objects.get(pk=other.pk)


def test_an_item_is_created_from_a_mail_by_the_keyboard(page: Page, site: str, desk: Desk) -> None:
    """M-25, X-31: nothing needs a mouse, and both know of each other."""
    item = started(desk)
    page.goto(f"{site}/items/{item.reference}")
    page.get_by_role("link", name="Not this item?").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Category or Case type").select_option("category:acme/main/finance/plain")
    page.get_by_role("button", name="Start it").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="A mail on the wrong item")).to_be_hidden()
    made = Item.objects.exclude(pk=item.pk).get()
    expect(page.locator("#together")).to_contain_text(made.reference)
