"""A mail on the wrong item, in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.desk import Desk
from tests.e2e.conftest import open_browser, sign_in
from tests.e2e.test_accessibility import RULES
from tests.services.test_receiving import started
from tramita.models import Item, Message


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_ana_moves_a_mail_to_where_it_belongs(chromium: Browser, site: str, desk: Desk, theme: str, width: int) -> None:
    """MAIL-78, MAIL-82, WCAG 2.2 AA."""
    item, other = started(desk), desk.ticket()
    context = open_browser(chromium, color_scheme=theme, viewport={"width": width, "height": 800})
    page = context.new_page()
    sign_in(page, site, desk)
    page.goto(f"{site}/items/{item.reference}")

    page.get_by_role("link", name="Not this item?").click()
    page.get_by_role("heading", name="A mail on the wrong item").wait_for()
    findings = Axe().run(page, options=RULES)
    page.locator("#f-to").fill("nonsense")
    page.get_by_role("button", name="Move").click()
    page.locator("#f-to-error").wait_for()
    refused = Axe().run(page, options=RULES)
    page.locator("#f-to").fill(other.reference)
    page.get_by_role("button", name="Move").click()
    page.get_by_text("The mail is on").wait_for()
    context.close()

    assert (findings.violations_count, refused.violations_count) == (0, 0), findings.generate_report()
    assert Message.objects.get(outgoing=False).item == Item.objects.get(pk=other.pk)
