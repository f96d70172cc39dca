"""Cards in a browser: what a value shows comes at once, rows by the keyboard, and what was typed meanwhile stays."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.desk import Desk, publish
from tests.e2e.looking import RULES
from tests.web.test_cards import CARDS, CLAIM, FIELDS
from tramita.models import Definition, Item


def test_a_claim_is_written_by_keyboard_while_the_server_looks_what_belongs_to_it(
    desk: Desk, page: Page, site: str
) -> None:
    """D-20, D-21, UI: nothing typed is lost."""
    service = Definition.objects.get(key="acme/main/finance")
    publish("category", CLAIM, service, queue="invoices", fields=FIELDS, cards=CARDS)
    page.goto(f"{site}/new/ticket")
    page.get_by_label("Title").fill("Wet paper")
    page.get_by_label("Category").select_option(CLAIM)
    held: list[Route] = []
    expect(page.get_by_label("Kind")).to_be_visible()
    page.route("**/new/ticket", lambda route: held.append(route))

    with page.expect_request("**/new/ticket"):
        page.get_by_label("Kind").select_option("refund")
    page.get_by_label("Amount").fill("250")
    held.pop().continue_()
    expect(page.get_by_label("IBAN")).to_be_visible()
    page.unroute("**/new/ticket")

    assert page.get_by_label("Amount").input_value() == "250"
    page.get_by_label("Article").fill("Paper")
    page.get_by_role("button", name="Add a row").press("Enter")
    expect(page.get_by_label("Article").nth(1)).to_be_focused()
    page.keyboard.type("Toner")
    page.get_by_role("button", name="Remove row 1").press("Enter")
    expect(page.get_by_role("button", name="Add a row")).to_be_focused()
    assert Axe().run(page, options=RULES).response["violations"] == []

    for label, words in (("Description", "It is wet."), ("IBAN", "ES1"), ("Requester", str(desk.rui.email))):
        page.get_by_label(label).fill(words)
    page.get_by_label("Requester").press("Enter")  # submits, and adds no row
    page.wait_for_url(f"{site}/inbox")
    item = Item.objects.get()
    goods = [{"article": "Toner"}]
    assert item.fields == {"kind": "refund", "amount": 250, "iban": "ES1", "goods": goods, "channel": "desk"}

    page.goto(f"{site}/items/{item.reference}")
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.get_by_text("Change the fields").click()
    expect(page.get_by_label("IBAN")).to_have_value("ES1")
    assert Axe().run(page, options=RULES).response["violations"] == []
