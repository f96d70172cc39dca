"""The bell, mentions and choices in a real browser; with scripts off the same by forms (tests/web)."""

from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.desk import Desk
from tests.e2e.conftest import open_browser, sign_in
from tramita.models import Item, Notification
from tramita.services import working


def told(desk: Desk, count: int = 1) -> list[Notification]:
    """Things that Ana was told, as the worker writes them."""
    item = desk.ticket(by=desk.leo)
    working.assign(item, to=desk.ana.id, by=desk.leo, at=timezone.now())
    entry = item.entries.latest("seq")
    return [
        Notification.objects.create(
            person_id=desk.ana.id,
            item=item,
            entry=entry,
            event="assigned",
            key=f"entry:{entry.pk}:{number}",
            at=timezone.now(),
            hub=True,
            browser=True,
            mail=0,
        )
        for number in range(count)
    ]


def test_an_open_page_counts_and_pops_up_what_comes(chromium: Browser, site: str, desk: Desk) -> None:
    """N-1: once a minute, and each thing once."""
    context = open_browser(chromium)
    page = context.new_page()
    page.clock.install()
    page.add_init_script(
        "window.popped = []; window.Notification = class { static permission = 'granted';"
        " constructor(title, more) { window.popped.push([title, more.tag]) } }"
    )
    sign_in(page, site, desk)
    (one,) = told(desk)

    for _ in range(2):
        with page.expect_response("**/notifications/fresh?*"):
            page.clock.run_for(61_000)

    expect(page.locator("#bell b")).to_contain_text("1")
    assert page.evaluate("window.popped") == [["Assigned to you by Leo Roy", f"tramita-{one.pk}"]]
    context.close()


def test_a_name_is_picked_with_the_keyboard(page: Page, site: str, desk: Desk) -> None:
    """TL-1: those who may see the item are offered; the note then shows the name."""
    item = desk.ticket()
    page.goto(f"{site}/items/{item.reference}?tab=comms")
    page.locator("label:has(#write-note)").click()
    box = page.get_by_role("textbox", name="Note", exact=True)

    box.press_sequentially("Ask @le")
    expect(page.get_by_role("option", name="Leo Roy")).to_be_visible()
    box.press("Enter")
    box.press_sequentially("about it")

    expect(box).to_have_value("Ask @Leo Roy about it")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".mention")).to_have_text("@Leo Roy")


def test_the_list_stands_in_one_line(page: Page, site: str, desk: Desk) -> None:
    """UI: each notification takes the width of the page, however long its words."""
    told(desk)
    Item.objects.update(title="A title that is a good deal longer than any other on this page")
    told(desk)
    page.goto(f"{site}/notifications")

    rows = page.locator("ol.news > li")
    expect(rows).to_have_count(2)
    assert len({tuple(row.bounding_box()[side] for side in ("x", "width")) for row in rows.all()}) == 1
