"""The Files tab in a real browser: several at once with progress, dropped, described, put into a mail."""

from playwright.sync_api import Browser, Page, expect

from tests.desk import Desk, publish
from tests.e2e.conftest import open_browser, sign_in
from tests.e2e.test_composing import item
from tramita.models import Attachment, Item
from tramita.queries import definitions

__all__ = ["item"]  # a fixture

FILES = [
    {"name": name, "mimeType": "application/pdf", "buffer": name.encode()} for name in ("a.pdf", "tool.exe", "b.pdf")
]


def test_files_are_added_and_go_into_a_mail(page: Page, site: str, item: Item) -> None:
    """F-1 to F-4: one that is refused costs none of the others, and is told by its name."""
    publish("settings", "settings", file_types=["pdf"])
    definitions.forget()
    page.goto(f"{site}/items/{item.reference}?tab=files")
    page.get_by_label("Add files").set_input_files(FILES)  # type: ignore[arg-type]  # a list of dicts
    page.locator("#file-tags").fill("Terms")
    page.locator("#file-internal").uncheck()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".filed .uploads [data-failed]")).to_contain_text("“tool.exe” is of a type")
    table = page.get_by_role("region", name="Files and links")
    expect(table.get_by_role("link", name="a.pdf")).to_be_visible()
    expect(table.get_by_role("link", name="b.pdf")).to_be_visible()
    expect(page.locator(".item .tabs [aria-current] .count")).to_have_text("3")

    table.get_by_label("Put b.pdf into a mail").check()
    page.get_by_role("button", name="Put into a mail").click()

    expect(page.locator(".reply-form .attached .file")).to_contain_text("b.pdf")
    assert {one.filename: one.tags for one in Attachment.objects.filter(message=None)} == {
        "a.pdf": ["terms"],
        "b.pdf": ["terms"],
    }


def test_all_of_it_works_with_scripts_off(chromium: Browser, site: str, desk: Desk, item: Item) -> None:
    """STYLE section 7: add, a link, describe, take off."""
    page = open_browser(chromium, java_script_enabled=False).new_page()
    sign_in(page, site, desk)
    page.goto(f"{site}/items/{item.reference}?tab=files")
    page.get_by_label("Add files").set_input_files([FILES[0], FILES[2]])  # type: ignore[arg-type]  # a list of dicts
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("2 files are added.")
    page.get_by_text("Add a link").click()
    page.get_by_label("Address").fill("javascript:alert(1)")
    page.get_by_role("button", name="Add the link").click()
    expect(page.locator("#link-url-error")).to_contain_text("https://")
    page.get_by_label("Address").fill("https://acme.example/terms")
    page.get_by_role("button", name="Add the link").click()
    row = page.get_by_role("row", name="a.pdf")
    row.get_by_text("Change").click()
    row.get_by_label("Tags").fill("terms, new")
    row.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="a.pdf")).to_contain_text("new")
    row = page.get_by_role("row", name="b.pdf")
    row.get_by_text("Change").click()
    row.get_by_role("button", name="Take it off the item").click()
    page.context.close()

    assert {one.filename for one in Attachment.objects.filter(message=None)} == {"a.pdf", "https://acme.example/terms"}
