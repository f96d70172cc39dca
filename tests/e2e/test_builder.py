"""The Builder in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect

from tests.desk import OFFICE, publish
from tramita.domain.codes import Kind
from tramita.models import CaseStep, Item, Person

if TYPE_CHECKING:
    from tests.desk import Desk

THREE_STEPS = """title: Hiring
queue: invoices
due: plain
fields:
  salary: number
steps:
- ask: {actions: [{call: {title: Call them}}]}
- check: {actions: [{budget: {title: Check the budget, when: 'fields.salary > 5000'}}]}
- sign: {actions: [{contract: {title: Sign the contract}}]}
"""


def test_a_case_type_of_three_steps_is_made_by_the_keyboard_and_runs(page: Page, site: str, desk: Desk) -> None:
    """UI “Builder”, BU-1, BU-4, C-8: made, corrected, published and tried without a mouse; then a Case runs."""
    publish("calendar", "office", time_zone="UTC", week=OFFICE["week"])  # the due rules of the desk count by it
    Person.objects.filter(pk=desk.ana.id).update(role="administrator")
    page.goto(f"{site}/builder")
    press = page.keyboard.press

    page.get_by_label("Service").focus()
    page.keyboard.type("acme")
    press("Tab")
    page.keyboard.type("hiring")
    press("Tab")
    page.keyboard.type("Hiring")
    press("Tab")
    page.keyboard.type("Inv")
    press("Tab")
    page.keyboard.type("pl")
    press("Tab")
    press("Enter")
    expect(page.get_by_role("heading", name="Launched by hand")).to_be_visible()
    page.get_by_role("link", name="YAML").press("Enter")
    editor = page.get_by_label("The process as YAML")
    expect(editor).to_be_visible()
    editor.focus()
    press("Control+A")
    page.keyboard.insert_text(THREE_STEPS + "assign: {user: nowhere}\n")
    press("Tab")
    press("Tab")
    press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("nowhere")
    expect(editor).to_be_focused()
    press("Control+A")
    page.keyboard.insert_text(THREE_STEPS)
    press("Tab")
    press("Enter")
    expect(page.locator(".column h2")).to_have_text(["Ask", "Check", "Sign"])
    page.get_by_label("Salary").focus()
    page.keyboard.type("4000")
    press("Enter")
    expect(page.locator(".action-card", has_text="would be left out")).to_contain_text("Check the budget")

    page.goto(f"{site}/new/case")
    page.get_by_label("Case type").focus()
    page.keyboard.type("Hiring")
    page.get_by_label("Case short description").focus()
    page.keyboard.type("Ines")
    page.get_by_label("Primary contact").focus()
    page.keyboard.type(desk.rui.email or "")
    page.get_by_role("button", name="Submit", exact=True).press("Enter")
    expect(page.locator(".toast a")).to_be_visible()
    case = Item.objects.get(kind=Kind.CASE)
    assert CaseStep.objects.get(case=case).step == "ask"
    assert Item.objects.get(parent=case).title.startswith("Call them")
    page.goto(f"{site}/builder/case-types/acme/main/finance/hiring")
    expect(page.locator(".column", has_text="Ask")).to_contain_text("1 Case here")

    page.goto(f"{site}/items/{case.reference}-A1")
    page.locator("#state > summary").press("Enter")
    panel = page.locator(".move-panel", has=page.locator("summary", has_text="Resolve"))
    panel.locator("summary").press("Enter")
    panel.get_by_role("button", name="Complete").press("Enter")
    expect(page.locator("main")).to_contain_text("Closed")
    page.goto(f"{site}/items/{case.reference}?tab=actions")
    page.get_by_role("link", name="Sign the contract").first.press("Enter")
    expect(page.get_by_role("heading", name="Sign the contract")).to_be_visible()
