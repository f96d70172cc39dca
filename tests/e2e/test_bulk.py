"""Ticking rows and changing them at once, in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.desk import Desk
from tests.e2e.looking import RULES
from tramita.models import Item, Job, Person
from tramita.services import bulk_sheets, bulk_work


@pytest.fixture
def leads(desk: Desk) -> Desk:
    """Ana leads a team, before she signs in."""
    Person.objects.filter(pk=desk.ana.id).update(role="team_leader")
    return desk


def worked() -> None:
    while bulk_work.work(at=timezone.now()).total():
        pass


def test_rows_are_ticked_by_the_keyboard_assigned_and_taken_back(leads: Desk, page: Page, site: str) -> None:
    """Z-7, UI Home: x ticks, the bar moves no row, a assigns, the job shows how far it is, undo."""
    for title in ("First", "Second", "Third"):
        leads.ticket(title=title)
    page.goto(f"{site}/queues/invoices")
    rows = page.locator(".worklist tbody tr[data-row]")
    places = [rows.nth(index).bounding_box() for index in range(3)]
    bar = page.get_by_role("form", name="Ticked items")
    expect(bar).to_be_hidden()

    page.locator("h1").click()
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(bar).to_be_visible()
    expect(bar.get_by_role("status")).to_have_text("Ticked: 2")
    assert [rows.nth(index).bounding_box() for index in range(3)] == places

    assert Axe().run(page, options=RULES).response["violations"] == []

    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="Change 2 items")).to_be_visible()
    expect(page.get_by_label("Who is to have them")).to_be_focused()
    page.get_by_label("Who is to have them").select_option(label="Leo Roy")
    page.get_by_role("button", name="Change 2 items").click()
    page.get_by_role("status").get_by_role("link", name="Look").click()
    expect(page.get_by_role("heading", name="Assign to Leo Roy")).to_be_visible()
    expect(page.get_by_text("0 of 2.")).to_be_visible()

    worked()
    expect(page.get_by_text("2 of 2, it has ended.")).to_be_visible()
    expect(page.locator("[data-outcome=done]")).to_have_count(2)
    assert Item.objects.filter(assignee=leads.leo.id).count() == 2

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Taken back: Assign to Leo Roy")).to_be_visible()
    worked()
    expect(page.get_by_text("2 of 2, it has ended.")).to_be_visible()
    assert not Item.objects.filter(assignee=leads.leo.id).exists()
    assert Job.objects.count() == 2


def test_the_page_is_ticked_at_once_a_range_with_shift_and_released_by_the_mouse(
    leads: Desk, page: Page, site: str
) -> None:
    """Z-7, UI Home."""
    for number in range(4):
        leads.ticket(title=f"Number {number}")
    page.goto(f"{site}/queues/invoices")
    boxes, bar = page.locator("[name=item][type=checkbox]"), page.get_by_role("form", name="Ticked items")

    page.get_by_role("checkbox", name="Tick all on this page").check()
    expect(bar.get_by_role("status")).to_have_text("Ticked: 4")
    bar.get_by_role("button", name="Untick all").click()
    expect(bar).to_be_hidden()
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(bar.get_by_role("status")).to_have_text("Ticked: 3")

    bar.get_by_text("State", exact=True).click()
    bar.get_by_role("button", name="Start (In Progress, mine)").click()
    expect(page.get_by_role("status").get_by_text("3 items")).to_be_visible()
    worked()
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back: Start (In Progress, mine)")).to_be_visible()
    worked()
    assert Item.objects.filter(listed=3).count() == 4


def test_tickets_are_created_from_a_sheet_by_the_keyboard(leads: Desk, page: Page, site: str) -> None:
    """BK-1: a template, a sheet, what is wrong with a row, and the references; nothing needs a mouse."""
    text = f"title,description,category,requester\nOne,d,acme/main/finance/plain,{leads.rui.email}\nTwo,d,,\n"
    page.goto(f"{site}/bulk")
    page.get_by_role("link", name="Create from a sheet").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Create from a sheet")).to_be_visible()
    assert Axe().run(page, options=RULES).response["violations"] == []

    page.get_by_label("Sheet").set_input_files({"name": "march.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.get_by_role("button", name="Check the rows").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="march.csv")).to_be_visible()
    expect(page.get_by_text("0 of 2 rows are checked")).to_be_visible()
    while bulk_sheets.work(at=timezone.now()):
        pass
    create = page.get_by_role("button", name="Create 1")
    expect(create).to_be_visible()
    assert not Item.objects.exists()
    create.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You may leave this page")).to_be_visible()
    while bulk_sheets.work(at=timezone.now()):
        pass

    expect(page.get_by_text("2 rows: 1 created, 1 to be corrected, 0 not started.")).to_be_visible()
    expect(page.get_by_role("link", name="One")).to_be_visible()
    assert Axe().run(page, options=RULES).response["violations"] == []
