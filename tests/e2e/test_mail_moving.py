"""A mail on the wrong item, in a real browser."""

from playwright.sync_api import Page

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
