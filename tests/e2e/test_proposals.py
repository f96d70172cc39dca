"""A person reads what a robot would do, and lets it be done, by the keyboard alone."""

from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.desk import Desk
from tests.services.robots.test_bounds import robot
from tramita.domain.proposals import Proposed
from tramita.models import Message
from tramita.services import leasing, proposing


def test_what_a_robot_asks_for_is_let_be_done_by_the_keyboard(page: Page, site: str, desk: Desk) -> None:
    """Z-17, WCAG 2.1.1: from the first input to the button, Enter; then the page names both."""
    item, at = desk.ticket(), timezone.now()
    by = robot(desk, mails=True, modes={"mail": "act_with_approval"})
    found = leasing.next_lease(by=by, at=at)
    assert found is not None
    words = {"to": [desk.rui.email], "subject": "Invoice 991", "text": "It was paid on Monday."}
    proposing.propose(found[1].pk, verb=Proposed.MAIL, given=words, confidence=72, by=by, at=at)
    page.goto(f"{site}/items/{item.reference}")
    card = page.get_by_role("region", name="A robot proposes a mail")
    agree = card.get_by_role("button", name="Let it be done")

    card.get_by_label("To").focus()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(agree).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_text("approved by Ana Lima").first).to_be_visible()
    expect(card).to_have_count(0)
    assert "It was paid on Monday." in Message.objects.get(outgoing=True).text
