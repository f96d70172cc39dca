"""The ten main jobs of who works at the desk, each with a mouse, by keys alone, by touch on a phone, with scripts off.

1. take what is next   2. find an item   3. answer   4. answer and resolve   5. wait for information
6. leave a colleague a note   7. a new Ticket   8. a new Case   9. hand an item over   10. work off the mail tray

Saved views are in test_views.py, a manager's approval is in test_approving.py.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from tests.desk import Desk
from tests.e2e.hands import WAYS, Hands, hands_of
from tests.services.test_receiving import mail
from tramita.models import Item
from tramita.services import indexing, receiving, working

Job = Callable[[Hands, Desk], None]


@pytest.fixture(params=WAYS)
def hands(request: pytest.FixtureRequest, chromium: Browser, site: str, desk: Desk) -> Iterator[Hands]:
    """Ana's, in each way."""
    yield from hands_of(request.param, chromium, site, desk.ana)


def mine(desk: Desk) -> Item:
    """A Ticket that Ana works on."""
    item = desk.ticket(title="Invoice 991 twice", at=timezone.now())
    working.start(item, by=desk.ana, at=timezone.now())
    return Item.objects.get(pk=item.pk)


def take_what_is_next(hands: Hands, desk: Desk) -> None:
    """Q-2, T-25."""
    desk.ticket(title="Invoice 991 twice", at=timezone.now())
    hands.open("/inbox")
    if hands.narrow:
        hands.link("Queues", "#tabbar")
        hands.button("Pull from queue")
    else:
        hands.press(hands.page.locator(".topbar").get_by_role("button", name="Pull from queue"))

    expect(hands.page.get_by_role("heading", name="Invoice 991 twice")).to_be_visible()
    expect(hands.page.locator("#state > summary")).to_contain_text("In Progress")


def find_an_item(hands: Hands, desk: Desk) -> None:
    """SRCH-1: by the beginning of a word, then by its reference."""
    item = mine(desk)
    desk.ticket(title="Another matter", at=timezone.now())
    indexing.index(at=timezone.now())
    hands.open("/inbox")
    search = hands.page.get_by_role("searchbox")
    hands.write(search, "991 twi")
    hands.page.keyboard.press("Enter")
    hands.link("Invoice 991 twice")
    expect(hands.page.get_by_role("heading", name="Invoice 991 twice")).to_be_visible()

    hands.open("/owned")
    hands.write(search, item.reference.lower())
    hands.page.keyboard.press("Enter")
    expect(hands.page.get_by_role("heading", name="Invoice 991 twice")).to_be_visible()


def answer(hands: Hands, desk: Desk) -> None:
    """M-15."""
    hands.open(f"/items/{mine(desk).reference}")
    hands.write(hands.page.get_by_role("textbox", name="Reply"), "It goes back on Friday.")
    hands.button("Send")

    expect(hands.page.locator(".message").first).to_contain_text("It goes back on Friday.")
    expect(hands.page.locator("#state > summary")).to_contain_text("In Progress")


def answer_and_resolve(hands: Hands, desk: Desk) -> None:
    """R-6, R-11."""
    hands.open(f"/items/{mine(desk).reference}")
    hands.write(hands.page.get_by_role("textbox", name="Reply"), "It goes back on Friday.")
    hands.button("Send and resolve")

    expect(hands.page.locator(".message[data-resolution]")).to_contain_text("It goes back on Friday.")
    expect(hands.page.locator("#state > summary")).to_contain_text("Resolved")


def wait_for_information(hands: Hands, desk: Desk) -> None:
    """T-30, W-9: for five days; the clock pauses."""
    hands.open(f"/items/{mine(desk).reference}")
    hands.press(hands.page.locator("#state > summary"))
    hands.press(hands.page.locator(".move-panel > summary", has_text="Wait"))
    hands.write(hands.page.get_by_label("Number of days to wait"), "5")
    hands.button("Wait", ".needs")

    expect(hands.page.locator("#state > summary")).to_contain_text("Waiting")
    expect(hands.page.locator("#why > summary")).to_contain_text("Paused")


def leave_a_note(hands: Hands, desk: Desk) -> None:
    """TL-1: a colleague is mentioned; where scripts run the name is picked."""
    hands.open(f"/items/{mine(desk).reference}")
    hands.switch_to_note()
    note = hands.page.get_by_role("textbox", name="Note", exact=True)
    if hands.scripts:
        hands.write(note, "Ask @le")
        expect(hands.page.locator("#note-people").get_by_role("option", name="Leo Roy")).to_be_visible()
        hands.page.keyboard.press("Enter")
        hands.page.keyboard.type("please")
    else:
        hands.write(note, "Ask @Leo Roy please")
    hands.button("Add note")

    expect(hands.page.locator(".message[data-kind=note]")).to_contain_text("Ask @Leo Roy please")
    expect(hands.page.locator(".mention")).to_have_text("@Leo Roy")


def new_ticket(hands: Hands, desk: Desk) -> None:
    """T-2, T-3, T-7: what is missing is said beside its field, what was typed stays."""
    hands.open("/inbox")
    hands.press(hands.page.get_by_label("New", exact=True))
    hands.link("Ticket", ".topbar")
    hands.write(hands.page.get_by_label("Title"), "Invoice 991 charged twice")
    hands.write(hands.page.get_by_label("Description"), "Can you check, please?")
    hands.choose(hands.page.get_by_label("Category"), "Invoice query")
    hands.button("Submit")
    expect(hands.page.get_by_text("Nothing has been submitted")).to_be_visible()
    hands.write(hands.page.get_by_label("Primary contact"), desk.rui.email or "")
    hands.button("Submit")

    hands.press(hands.page.locator(".toast a"))
    expect(hands.page.get_by_role("heading", name="Invoice 991 charged twice")).to_be_visible()
    expect(hands.page.get_by_text("Initial submission note")).to_be_visible()


def new_case(hands: Hands, desk: Desk) -> None:
    """C-3, C-4, C-11: and its first Action."""
    hands.open("/inbox")
    hands.press(hands.page.get_by_label("New", exact=True))
    hands.link("Case", ".topbar")
    hands.choose(hands.page.get_by_label("Case type"), "Onboarding")
    if not hands.scripts:
        hands.button("Choose")
    hands.write(hands.page.get_by_label("Case short description"), "Bodegas Llorente")
    hands.write(hands.page.get_by_label("Primary contact"), desk.rui.email or "")
    hands.button("Submit")
    hands.press(hands.page.locator(".toast a"))
    expect(hands.page.get_by_role("heading", name="Bodegas Llorente")).to_be_visible()

    hands.press(hands.page.locator("#launch > summary"))
    hands.button("Start Action", "#launch")
    expect(hands.page.locator("#actions tr")).to_have_count(1)


def hand_over(hands: Hands, desk: Desk) -> None:
    """T-27, T-28: to a colleague, who gives it to the queue."""
    item = mine(desk)
    hands.open(f"/items/{item.reference}")
    hands.press(hands.page.locator("#assignee > summary"))
    hands.choose(hands.page.get_by_label("Assign to"), "Leo Roy")
    hands.button("Assign")

    expect(hands.page.locator("#assignee .avatar[title='Leo Roy']")).to_be_visible()
    assert Item.objects.get(pk=item.pk).assignee_id == desk.leo.id


def work_off_the_tray(hands: Hands, desk: Desk) -> None:
    """M-21: a mail that found no place becomes a Ticket; the next one is deleted."""
    for text in ("Stray 1", "Stray 2"):
        receiving.receive(mail(text, to="nobody@desk.example"), source="import", at=timezone.now())
    hands.open("/mail/unhandled")
    if hands.narrow:
        hands.press(hands.page.locator(".mail-row a").first)
    process = hands.page.locator("#create-item select")
    hands.choose(process, "Ticket: acme/main/finance/plain")
    hands.button("Create item", "#create-item")
    expect(hands.page.locator("#state > summary")).to_contain_text("To Do")

    hands.open("/mail/unhandled")
    if hands.narrow:
        hands.press(hands.page.locator(".mail-row a").first)
    hands.press(hands.page.locator("article details.menu > summary"))
    hands.button("Delete this mail")
    expect(hands.page.get_by_role("heading", name=re.compile("No mail is left over"))).to_be_visible()


JOBS: list[Job] = [
    take_what_is_next,
    find_an_item,
    answer,
    answer_and_resolve,
    wait_for_information,
    leave_a_note,
    new_ticket,
    new_case,
    hand_over,
    work_off_the_tray,
]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.__name__)
def test_the_job_is_done(hands: Hands, desk: Desk, job: Job) -> None:
    """Issue 4, WCAG 2.1.1, 2.4.7, 2.4.11: whichever way the hands go."""
    job(hands, desk)
