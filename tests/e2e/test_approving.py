"""A manager decides on a phone, without a script and without signing in; everything of it is accessible."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

from tests.approving import Customer, customer, fresh, sent
from tests.desk import Desk
from tests.e2e.conftest import open_browser
from tramita.domain.codes import ApprovalState
from tramita.models import Approval
from tramita.services import approvals

PHONE = {"width": 390, "height": 844}
COMMENT = "The bank confirms two payments of the same invoice. We send the second one back on Friday."


@pytest.fixture
def acme(desk: Desk) -> Customer:
    return customer(desk)


def asked(acme: Customer, settings: Any, folder: Path) -> tuple[Approval, dict[str, str]]:
    """A request, and each manager's link."""
    made = approvals.ask(acme.ticket(), type="refund", comment=COMMENT, by=acme.desk.ana, at=timezone.now())
    return made, {who: f"/approvals/by-mail/{key}" for who, key in sent(settings, folder, timezone.now()).items()}


def test_a_manager_rejects_on_a_phone_without_a_script(
    chromium: Browser, site: str, acme: Customer, settings: Any, tmp_path: Path
) -> None:
    """AP-12, AP-19, MAIL-52: two presses, a reason if they like, and what was decided is said."""
    request, links = asked(acme, settings, tmp_path)
    context = open_browser(chromium, viewport=PHONE, java_script_enabled=False)
    page = context.new_page()

    page.goto(f"{site}{links[acme.marta.email]}")
    page.locator("summary", has_text="Reject").click()
    page.get_by_label("Reason, if you like to give one").fill("Too dear.")
    page.get_by_role("button", name="Yes, reject").click()

    assert page.get_by_text("Marta Vidal rejected this by the link").is_visible()
    assert Approval.objects.get(pk=request.pk).state is ApprovalState.REJECTED
    context.close()


def test_an_agent_asks_on_the_page_of_the_ticket_and_takes_it_back(page: Page, site: str, acme: Customer) -> None:
    """AP-7, AP-14."""
    item = acme.ticket()
    page.goto(f"{site}/items/{item.reference}")

    page.locator("summary", has_text="Request action").click()
    page.get_by_label("Comment to the manager").fill(COMMENT)
    page.get_by_role("button", name="Ask for approval").click()
    page.get_by_text("Awaiting approval").wait_for()
    page.get_by_role("button", name="Cancel the request").click()
    page.locator("summary", has_text="Request action").wait_for()

    assert fresh(item).approval_id is None
    assert Approval.objects.get(item=item).state is ApprovalState.CANCELLED
