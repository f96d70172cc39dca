"""WCAG 2.2 AA on every page, in light and dark, wide and narrow (UI: everyone can use it)."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser

from tests.desk import Desk
from tests.e2e.conftest import open_browser, sign_in
from tramita.models import Delivery, Item
from tramita.services import launching, mail_trouble, mailing, notes, resolving, working

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def troubled_case(desk: Desk) -> Item:
    """A Case with a problem, and Actions."""
    case = desk.case()
    working.start(case, by=desk.ana, at=timezone.now())
    actions = launching.launch(case, action="bank-check", copies=2, by=desk.ana, at=timezone.now())
    resolving.resolve(actions[0], method="unable_to_complete", reason="No accounts.", by=desk.ana, at=timezone.now())
    return case


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_accessible(chromium: Browser, site: str, desk: Desk, theme: str, width: int) -> None:
    """WCAG 2.2 AA: no finding of axe, panels opened too."""
    ticket, case = desk.ticket(), troubled_case(desk)
    notes.add_note(ticket, body="Booked twice.", resolution=True, by=desk.ana, at=timezone.now())
    mail = mailing.send(ticket, to=[desk.rui.email], text="Booked back.", by=desk.ana, at=timezone.now())
    Delivery.objects.filter(message=mail).update(state=Delivery.State.UNCERTAIN, error="no answer")
    mail_trouble.tell(mail, "uncertain", "no answer", facts={}, at=timezone.now())
    context = open_browser(chromium, color_scheme=theme, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(f"{site}/accounts/login/")
    findings = {"/accounts/login/": Axe().run(page, options=RULES)}
    sign_in(page, site, desk)

    for path in (
        "/inbox",
        "/owned",
        "/queues",
        "/queues/invoices",
        "/new/ticket",
        "/new/case?case_type=acme/main/finance/onboarding",
        "/settings/",
        "/search?q=99999-T",
        "/mail/unhandled",
        f"/items/{ticket.reference}",
        f"/items/{ticket.reference}?tab=timeline",
        f"/items/{case.reference}",
    ):
        page.goto(f"{site}{path}")
        if "/items/" in path:
            page.evaluate("document.querySelectorAll('.info details').forEach((one) => { one.open = true })")
        findings[path] = Axe().run(page, options=RULES)
    context.close()

    assert {path: found.generate_report() for path, found in findings.items() if found.violations_count} == {}
